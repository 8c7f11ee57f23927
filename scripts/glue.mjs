// Rust to wasm, and wasm to .cache/glue: the module, its JavaScript glue and the glue's types.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyOf } from "./cache.mjs";
import { root, run, say, seconds } from "./process.mjs";
import { wasmToolchain } from "./toolchain.mjs";
import { bindgenTools } from "./tools.mjs";

const folder = join(root, ".cache", "glue");
const module = join(folder, "dagfill_bg.wasm");
// What rustc emits for this target by default; wasm-opt may use no more.
const features = [
  "bulk-memory",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
];

/** Compiles the crate and makes its glue; nothing happens when the compiled module is the one of last time. */
export async function glue() {
  const toolchain = await wasmToolchain();
  const start = performance.now();
  say("compiling the Rust core to wasm (about 30 s the first time)");
  const target = "wasm32-unknown-unknown";
  await run("cargo", ["build", "--quiet", "--release", "--lib", "--target", target], {
    env: toolchain.env,
  });
  const compiled = join(
    process.env.CARGO_TARGET_DIR ?? join(root, "target"),
    target,
    "release",
    "dagfill.wasm",
  );

  const { bindgen } = await bindgenTools();
  const optimizer = join(root, "node_modules", ".bin", "wasm-opt");
  const optimize = existsSync(optimizer);
  const stamp = join(folder, "stamp");
  const key = keyOf([bindgen, String(optimize)], [compiled, join(root, "scripts", "glue.mjs")]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run(bindgen, [
    ...[compiled, "--out-dir", folder, "--target", "web", "--omit-default-module-path"],
    ...["--experimental-reset-state-function", "--remove-name-section", "--remove-producers-section"],
  ]);
  if (optimize) {
    const plain = join(folder, "plain.wasm");
    copyFileSync(module, plain);
    await run(optimizer, [plain, "-O3", ...features.map((name) => `--enable-${name}`), "-o", module]);
    say(`wasm-opt: ${kilobytes(plain)} -> ${kilobytes(module)}`);
    rmSync(plain);
  } else {
    say("wasm-opt (npm package binaryen) is not installed: the module works all the same, and is larger");
  }
  writeFileSync(stamp, key);
  say(`the wasm module took ${seconds(start)}`);
}

function kilobytes(file) {
  return `${(statSync(file).size / 1000).toFixed(1)} kB`;
}
