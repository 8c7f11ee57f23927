// Builds tools/bindgen once per version into the cache: what makes the glue of a wasm module, and what runs its tests.
// The second needs far more to compile, so it is only built when tests ask for it.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, keyOf } from "./cache.mjs";
import { root, run, say, seconds } from "./process.mjs";

const crate = join(root, "tools", "bindgen");
const sources = ["Cargo.toml", "Cargo.lock", "src/bin/bindgen.rs", "src/bin/wasm_test_runner.rs"];

/** The path of the program that makes the glue. */
export function bindgenTool() {
  return tool("dagfill-bindgen", []);
}

/** The path of the program that runs wasm tests, in Node or in a browser. */
export function wasmTestRunner() {
  return tool("dagfill-wasm-test-runner", ["--features", "test-runner"]);
}

async function tool(name, features) {
  const key = keyOf(
    [process.platform, process.arch],
    sources.map((file) => join(crate, file)),
  );
  const folder = cacheFolder("tools", key);
  const program = join(folder, "bin", name);
  if (existsSync(program)) return program;
  const start = performance.now();
  say(`building ${name} on wasm-bindgen's library, once per version (about a minute on two cores)`);
  const target = join(folder, "target");
  const place = ["--path", crate, "--root", folder, "--no-track", "--force"];
  await run("cargo", ["install", "--quiet", "--locked", ...place, "--bin", name, ...features], {
    env: { CARGO_TARGET_DIR: target },
  });
  // What was compiled for the first tool serves the second one too.
  if (features.length > 0) rmSync(target, { recursive: true, force: true });
  say(`${name} took ${seconds(start)}`);
  return program;
}
