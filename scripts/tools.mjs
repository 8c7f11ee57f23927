// Builds tools/bindgen once per version into the cache: wasm-bindgen's command line and test runner.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, keyOf } from "./cache.mjs";
import { root, run, say, seconds } from "./process.mjs";

/** Paths of the two programs. */
export async function bindgenTools() {
  const crate = join(root, "tools", "bindgen");
  const sources = ["Cargo.toml", "Cargo.lock", "src/bin/bindgen.rs", "src/bin/wasm_test_runner.rs"];
  const key = keyOf(
    [process.platform, process.arch],
    sources.map((file) => join(crate, file)),
  );
  const folder = cacheFolder("tools", key);
  const tools = {
    bindgen: join(folder, "bin", "dagfill-bindgen"),
    testRunner: join(folder, "bin", "dagfill-wasm-test-runner"),
  };
  if (!existsSync(tools.bindgen) || !existsSync(tools.testRunner)) {
    const start = performance.now();
    say("building wasm-bindgen's tools, once per version (about 90 s on two cores)");
    const target = join(folder, "target");
    await run(
      "cargo",
      ["install", "--quiet", "--locked", "--path", crate, "--root", folder, "--no-track", "--force"],
      {
        env: { CARGO_TARGET_DIR: target },
      },
    );
    rmSync(target, { recursive: true, force: true });
    say(`the tools took ${seconds(start)}`);
  }
  return tools;
}
