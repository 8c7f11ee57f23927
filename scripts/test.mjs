// Everything that tests, as one command: `npm test` runs all steps, `npm test -- cargo js` only those.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { chromium, chromiumArguments } from "./chromium.mjs";
import { failuresIn } from "./failures.mjs";
import { install } from "./install.mjs";
import { Failure, main, root, run, say, seconds } from "./process.mjs";
import { notTested, notTestedIn, servicesRequired } from "./services.mjs";
import { wasmToolchain } from "./toolchain.mjs";
import { wasmTestRunner } from "./tools.mjs";

const wasm = "wasm32-unknown-unknown";
const deny = ["--", "--deny", "warnings"];

// In the order of `npm test`: what fails quickest comes first. Each gives what its programs printed, for the count of
// tests; `built` steps look at dist/. `browser` says which part of a step needs one: "all" of it, or "some" of its tests,
// which skip themselves. The browser is set up before the first of these steps.
const steps = {
  rustfmt: { job: () => run("cargo", ["fmt", "--check"]) },
  biome: { job: () => run("biome", ["check", "--error-on-warnings", "."]) },
  architecture: { job: () => node("tests/architecture") },
  scripts: { job: () => node("tests/scripts") },
  build: { job: () => build() },
  types: { built: true, job: () => node("tests/types") },
  // Two files at a time: each has folders and processes of its own, and one file at a time leaves a core idle.
  js: { built: true, job: () => node("tests/js", "--test-concurrency=2") },
  services: { built: true, job: () => node("tests/services") },
  readme: { built: true, browser: "some", job: () => node("tests/readme") },
  browser: { built: true, browser: "some", job: () => node("tests/browser") },
  clippy: { job: clippy },
  cargo: { job: () => run("cargo", ["test", "--quiet", "--no-fail-fast", "--features", "cron"]) },
  "wasm-node": { job: wasmTests },
  "wasm-browser": { browser: "all", job: wasmTests },
  packaging: { built: true, browser: "some", job: () => node("tests/packaging") },
};

main(async () => {
  const start = performance.now();
  const asked = process.argv.slice(2);
  for (const name of asked) {
    if (!Object.hasOwn(steps, name))
      throw new Failure(`expected ${Object.keys(steps).join(", ")}; got ${name}`);
  }
  await install();
  if (asked.some((name) => steps[name].built) && !asked.includes("build")) await build();

  const results = [];
  for (const [name, step] of Object.entries(steps)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    say(`test step ${name}`);
    results.push({ name, ...(await outcome(step)) });
  }
  report(results, start);
});

async function outcome(step) {
  const start = performance.now();
  try {
    const browser = step.browser ? await chromium() : null;
    if (step.browser === "all" && browser === null) return withoutBrowser(start);
    const output = String((await step.job(browser)) ?? "");
    const counts = count(output);
    // A step without tests of its own, such as the build, counts as one.
    const passed = counts.passed || (counts.skipped > 0 ? 0 : 1);
    return { ...counts, passed, time: seconds(start), missing: notTestedIn(output) };
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    const output = String(error.output ?? "");
    const counts = count(output);
    const text = (error.message ?? String(error)).split("\n")[0];
    const failed = counts.failed || 1;
    const failures = failuresIn(output);
    return { ...counts, failed, time: seconds(start), error: text, failures, missing: notTestedIn(output) };
  }
}

function withoutBrowser(start) {
  const reason = notTested("browser", "no Chromium: set CHROMIUM, or be root on Debian");
  const failed = servicesRequired() ? 1 : 0;
  const counts = { passed: 0, failed, skipped: 1 - failed };
  return { ...counts, time: seconds(start), ...(failed ? { error: reason } : { missing: [reason] }) };
}

// node:test, cargo test and wasm-bindgen-test each print their own closing lines; a step may run several of them.
function count(output) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [, word, n] of output.matchAll(/^. (pass|fail|skipped) (\d+)$/gm)) {
    counts[{ pass: "passed", fail: "failed", skipped: "skipped" }[word]] += Number(n);
  }
  for (const [, passed, failed, ignored] of output.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  return counts;
}

function report(results, start) {
  for (const { name, failures = [] } of results) {
    for (const failure of failures) console.log(`\nfailed in ${name}: ${failure}`);
  }
  const width = Math.max(...results.map(({ name }) => name.length));
  console.log("\nstep".padEnd(width + 3), "  passed  failed  skipped      time");
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, passed, failed, skipped, time, error } of results) {
    const cells = [passed, failed, skipped, time].map((cell, i) => String(cell).padStart([8, 7, 8, 9][i]));
    console.log(name.padEnd(width + 2), ...cells, error ? `  ${error}` : "");
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  console.log(`in ${seconds(start)}\n`);
  const missing = new Map();
  for (const result of results) {
    for (const line of result.missing ?? []) missing.set(line, [...(missing.get(line) ?? []), result.name]);
  }
  for (const [line, names] of missing) console.log(`${line} (steps: ${names.join(", ")})`);
  if (missing.size > 0) console.log("");
  const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : "";
  console.log(`${sum.passed} passed, ${sum.failed} failed${skipped}`);
  if (sum.failed > 0) process.exitCode = 1;
}

function node(folder, ...more) {
  // The longest test takes three minutes on a busy machine. A test that hangs fails; a file that hangs is killed.
  const deadline = ["--import", pathToFileURL(join(root, "scripts", "test_deadline.mjs")).href];
  const flags = ["--test-reporter=spec", "--test-timeout=600000", ...deadline, ...more];
  return run("node", ["--test", ...flags, `${folder}/**/*.test.mjs`]);
}

async function clippy() {
  const documented = ["doc", "--quiet", "--no-deps", "--features", "cron"];
  await run("cargo", documented, { env: { RUSTDOCFLAGS: "--deny warnings" } });
  await run("cargo", ["clippy", "--quiet", "--all-targets", "--features", "cron", ...deny]);
  const toolchain = await wasmToolchain();
  const [command, ...args] = toolchain.clippy;
  const parts = ["--quiet", "--lib", "--test", "wasm", "--target", wasm];
  await run(command, [...args, ...parts, ...deny], { env: toolchain.env });
}

// The crate's own exports, once where `browser` is null in Node, else in that browser.
async function wasmTests(browser) {
  const toolchain = await wasmToolchain();
  const testRunner = await wasmTestRunner();
  const env = { ...toolchain.env, CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: testRunner };
  if (browser !== null) {
    if (browser.driver === null) throw new Failure("no ChromeDriver: set CHROMEDRIVER");
    const capabilities = join(root, ".cache", "webdriver.json");
    mkdirSync(join(root, ".cache"), { recursive: true });
    const options = { binary: browser.browser, args: chromiumArguments };
    writeFileSync(capabilities, JSON.stringify({ "goog:chromeOptions": options }));
    env.WASM_BINDGEN_USE_BROWSER = "1";
    env.CHROMEDRIVER = browser.driver;
    env.WASM_BINDGEN_TEST_WEBDRIVER_JSON = capabilities;
  }
  return run("cargo", ["test", "--target", wasm, "--test", "wasm"], { env });
}
