// What `npm test` does where something is missing or hangs: a service that is not there fails or skips its tests at once,
// and a test file that does not end is killed and named.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { failuresIn } from "../../scripts/failures.mjs";
import { root } from "../../scripts/process.mjs";
import { notTested, notTestedIn, servicesRequired } from "../../scripts/services.mjs";

const deadline = pathToFileURL(join(root, "scripts/test_deadline.mjs")).href;

/** Runs test files as `npm test` does. The limit is only reached where the file hangs. */
function runTests(args, env) {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--test", "--test-reporter=spec", "--import", deadline, ...args],
    { cwd: root, encoding: "utf8", env: { ...inherited, ...env }, timeout: 120_000 },
  );
  assert.equal(signal, null, `does not end:\n${stdout}\n${stderr}`);
  return { status, output: `${stdout}\n${stderr}` };
}

const htmlBlock = ["--test-name-pattern=html", "tests/readme/readme.test.mjs"];

test("a required browser that is missing fails the blocks of the README, which ends", () => {
  const env = {
    CI: "true",
    DAGFILL_REQUIRE_SERVICES: "1",
    CHROMIUM: "/no/chromium",
    DAGFILL_TEST_END_LIMIT: "5",
  };
  const { status, output } = runTests(htmlBlock, env);
  assert.equal(status, 1);
  assert.match(output, /fail [1-9]\n/);
  assert.match(output, /\/no\/chromium/);
  assert.doesNotMatch(output, /killed/, "what the test opened is closed");
});

test("a browser that is not required is NOT TESTED, also in CI", () => {
  const env = { CI: "true", DAGFILL_REQUIRE_SERVICES: "0", CHROMIUM: "/no/chromium" };
  const { status, output } = runTests(htmlBlock, env);
  assert.equal(status, 0);
  assert.deepEqual(notTestedIn(output), ["NOT TESTED: browser: no Chromium at /no/chromium"]);
});

test("services are required in CI, unless DAGFILL_REQUIRE_SERVICES says so", () => {
  assert.equal(servicesRequired({}), false);
  assert.equal(servicesRequired({ CI: "true" }), true);
  assert.equal(servicesRequired({ CI: "true", DAGFILL_REQUIRE_SERVICES: "0" }), false);
  assert.equal(servicesRequired({ DAGFILL_REQUIRE_SERVICES: "1" }), true);
  assert.throws(() => servicesRequired({ DAGFILL_REQUIRE_SERVICES: "no" }), /expected 0 or 1, got no/);
});

test("reasons are gathered from what a reporter prints, each once", () => {
  const reason = notTested("redis", "no redis-server");
  const output = `﹣ one (0.1ms) # ${reason}\n﹣ two (0.1ms) # ${reason}\n﹣ three (0.1ms) # only on Windows\n`;
  assert.deepEqual(notTestedIn(output), ["NOT TESTED: redis: no redis-server"]);
});

test("what failed stands beside the counts, with its place and its error", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-tests-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const text = `import assert from "node:assert"; import { before, suite, test } from "node:test";
test("passes", () => {});
test("is wrong", () => assert.equal(1, 2));
suite("a suite", () => { before(() => { throw new Error("no server"); }); test("inside", () => {}); });\n`;
  writeFileSync(join(folder, "fails.test.mjs"), text);
  const { output } = runTests([join(folder, "fails.test.mjs")], {});
  const failures = failuresIn(output).join("\n");
  assert.match(failures, /test at .*fails\.test\.mjs:3:1\n✖ is wrong.*\n(?:.*\n)*?.*1 == 2/);
  assert.match(failures, /no server/);
  assert.doesNotMatch(failures, /passes/);
  assert.equal(failuresIn(output, 2).length, 2);
});

test("what cargo says failed is found in its output", () => {
  const panicked = "thread 'plan::dates' panicked at tests/plan.rs:9:5:\nassertion failed";
  const output = `running 2 tests\n\nfailures:\n\n---- plan::dates stdout ----\n\n${panicked}\n\n\nfailures:\n    plan::dates\n`;
  assert.deepEqual(failuresIn(output), [`plan::dates\n${panicked}`]);
});

const hanging = {
  "left_open.test.mjs": {
    text: `import { createServer } from "node:http"; import { test } from "node:test";
process.on("SIGTERM", () => {});
test("passes", () => { createServer().listen(0, "127.0.0.1"); });\n`,
    limits: { DAGFILL_TEST_END_LIMIT: "1" },
    named: /left_open\.test\.mjs has not ended 1 s after its last test: killed\. Open: .*TCPServerWrap/,
  },
  "busy.test.mjs": {
    text: `import { test } from "node:test";\ntest("never yields", () => { for (;;); });\n`,
    limits: { DAGFILL_TEST_FILE_LIMIT: "2" },
    named: /busy\.test\.mjs took longer than 2 s: killed/,
  },
};

for (const [name, { text, limits, named }] of Object.entries(hanging)) {
  test(`a file that does not end is killed and named: ${name}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), "dagfill-tests-"));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, name), text);
    const { status, output } = runTests([join(folder, name)], limits);
    assert.equal(status, 1);
    assert.match(output, named);
    assert.match(output, new RegExp(`✖ .*${name}`));
  });
}
