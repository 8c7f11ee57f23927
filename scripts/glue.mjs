// Rust to wasm, and wasm to .cache/glue: the module, its JavaScript glue and the glue's types.
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cacheFolder, keyOf } from "./cache.mjs";
import { nameByResemblance } from "./order.mjs";
import { silencePanics } from "./panics.mjs";
import { ask, Failure, root, run, say, seconds } from "./process.mjs";
import { wasmToolchain } from "./toolchain.mjs";
import { bindgenTool } from "./tools.mjs";

const folder = join(root, ".cache", "glue");
// `quick` compiles faster and leaves the optimizer out: for working on the module, not for measuring or publishing it.
const profile = process.env.DAGFILL_WASM_PROFILE ?? "release";
// What rustc emits for this target by default; wasm-opt may use no more.
const features = [
  "bulk-memory",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
];

/** Compiles the crate and makes its glue. What was made of the same sources before, in whatever clone on this machine, is taken
 *  from the cache. */
export async function glue() {
  const toolchain = await wasmToolchain();
  const bindgen = await bindgenTool();
  const optimizer = join(root, "node_modules", ".bin", "wasm-opt");
  if (profile !== "release" && profile !== "quick") {
    throw new Failure(`DAGFILL_WASM_PROFILE: expected release or quick, got ${profile}`);
  }
  const optimize = profile === "release" && existsSync(optimizer);
  // The compiler's version and not how it was found: rustup adds the target once, and finds it there the next time.
  const env = { ...process.env, ...toolchain.env };
  const compiler = ask(toolchain.env.RUSTC ?? "rustc", ["--version"], { env });
  const key = keyOf([compiler, profile, bindgen, String(optimize)], sources());
  const stamp = join(folder, "stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;

  const kept = cacheFolder("glue", key);
  if (!existsSync(join(kept, "stamp"))) {
    const making = cacheFolder("glue", `${key}.${process.pid}`);
    await make(toolchain, bindgen, optimize ? optimizer : undefined, making);
    writeFileSync(join(making, "stamp"), key);
    rmSync(kept, { recursive: true, force: true });
    renameSync(making, kept);
  }
  rmSync(folder, { recursive: true, force: true });
  cpSync(kept, folder, { recursive: true });
}

/** Everything that the module is made of. */
function sources() {
  const rust = readdirSync(join(root, "src"), { recursive: true }).filter((file) => file.endsWith(".rs"));
  const files = rust.sort().map((file) => join("src", file));
  return [
    ...files,
    "Cargo.toml",
    "Cargo.lock",
    "scripts/glue.mjs",
    "scripts/module.mjs",
    "scripts/order.mjs",
    "scripts/panic_texts.mjs",
    "scripts/panics.mjs",
    "scripts/toolchain.mjs",
  ].map((file) => join(root, file));
}

async function make(toolchain, bindgen, optimizer, folder) {
  const start = performance.now();
  say("compiling the Rust core to wasm (about 30 s the first time)");
  const target = "wasm32-unknown-unknown";
  await run("cargo", ["build", "--quiet", "--profile", profile, "--lib", "--target", target], {
    env: toolchain.env,
  });
  const built = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const module = join(folder, "dagfill_bg.wasm");
  // The optimizer takes the names away, once they have told which functions write the messages of panics.
  const names = optimizer === undefined ? [] : ["--keep-names"];
  await run(bindgen, [join(built, target, profile, "dagfill.wasm"), folder, ...names]);
  leaveOutLoader(join(folder, "dagfill.js"));
  if (profile === "quick") {
    say("profile quick: the module is not optimized");
  } else if (optimizer === undefined) {
    say("wasm-opt (npm package binaryen) is not installed: the module works all the same, and is larger");
  } else {
    const plain = join(folder, "plain.wasm");
    renameSync(module, plain);
    const before = kilobytes(plain);
    await silencePanics(plain);
    const known = [...features.map((name) => `--enable-${name}`), "--strip-debug", "--strip-producers"];
    await run(optimizer, [
      // Functions stay apart but for bodies of one instruction (what was inlined compresses worse), so do values that LLVM did not
      // share; locals stay where LLVM put them, since the same pattern compresses well however often it stands there; data stays in one
      // piece with its zeroes, which cost less than the heads of many pieces. The optimizer may rely on how this module uses its memory.
      ...[plain, "--always-inline-max-function-size=1", "--one-caller-inline-max-function-size=0"],
      ...[
        "--flexible-inline-max-function-size=1",
        "-Oz",
        "--skip-pass=local-cse",
        "--skip-pass=simplify-locals",
      ],
      ...["--skip-pass=memory-packing", "--reorder-locals", "--simplify-locals-nostructure"],
      ...["--low-memory-unused", "--zero-filled-memory", ...known, "-o", plain],
    ]);
    nameByResemblance(plain);
    await run(optimizer, [plain, "--reorder-functions-by-name", ...known, "-o", module]);
    say(`wasm-opt: ${before} -> ${kilobytes(module)}`);
    rmSync(plain);
  }
  say(`the wasm module took ${seconds(start)}`);
}

/** Takes the glue's own loader out, which fetches a module: the package does that itself, and starts by `initSync`. */
function leaveOutLoader(file) {
  let text = readFileSync(file, "utf8");
  for (const [from, to] of [
    ["async function __wbg_load(", "function initSync("],
    ["let __wbg_init_promise;", "export { initSync"],
    [", __wbg_init as default", " };"],
  ]) {
    const [start, end] = [text.indexOf(from), text.lastIndexOf(to)];
    if (start < 0 || end < start) throw new Failure(`the glue has no ${from} before ${to}`);
    text = text.slice(0, start) + text.slice(end);
  }
  writeFileSync(file, text);
}

function kilobytes(file) {
  return `${(statSync(file).size / 1000).toFixed(1)} kB`;
}
