// `npm run mutants`: changes the sources in small ways and runs the tests over each change. See tests/mutants/README.md.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.mjs";
import { glue } from "./glue.mjs";
import { install } from "./install.mjs";
import { Failure, main, root, run, say, seconds } from "./process.mjs";

const VERSION = "27.1.0";
const folder = join(root, "tests", "mutants");

const languages = { named, rust, js };
/** What is mutated by default. */
const parts = { named: [], rust: ["--file", "src/run/**/*.rs", "--shard", "0/16"], js: [] };

main(async () => {
  const [first, ...rest] = process.argv.slice(2);
  // A file says its language itself.
  const [name, ...asked] =
    first?.endsWith(".rs") === true
      ? ["rust", "--file", first, ...rest]
      : first?.endsWith(".ts") === true
        ? ["js", "--mutate", first, ...rest]
        : [first, ...rest];
  if (name !== undefined && !Object.hasOwn(languages, name))
    throw new Failure(`expected ${Object.keys(languages).join(" or ")}; got ${name}`);
  await install();
  for (const language of name === undefined ? Object.keys(languages) : [name])
    await languages[language](asked.length > 0 ? asked : parts[language]);
});

async function named(asked) {
  await glue();
  const { runNamed } = await import("../tests/mutants/run_named.mjs");
  runNamed(asked);
}

async function rust(asked) {
  const output = cacheFolder("mutants");
  await run(await cargoMutants(), ["mutants", "--dir", root, "--output", output, "--no-shuffle", ...asked]);
}

/** The program, compiled once per version. */
async function cargoMutants() {
  const place = cacheFolder("tools", `cargo-mutants-${VERSION}`);
  const program = join(place, "bin", "cargo-mutants");
  if (existsSync(program)) return program;
  const start = performance.now();
  say(`compiling cargo-mutants ${VERSION}, once per version (some minutes)`);
  await run("cargo", [
    "install",
    "cargo-mutants",
    "--version",
    VERSION,
    "--locked",
    "--quiet",
    "--root",
    place,
  ]);
  say(`cargo-mutants took ${seconds(start)}`);
  return program;
}

async function js(asked) {
  await glue();
  await install(folder);
  const stryker = join(folder, "node_modules", ".bin", "stryker");
  await run(stryker, ["run", join(folder, "stryker.config.json"), ...asked]);
}
