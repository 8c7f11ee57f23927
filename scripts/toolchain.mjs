// Finds or makes a Rust toolchain that compiles for wasm32-unknown-unknown.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ask, Failure, root, run, say } from "./process.mjs";

const target = "wasm32-unknown-unknown";

/** The arguments that put `cargo` on a toolchain with the wasm target, and how it was found. */
export async function wasmToolchain() {
  if (hasTarget(["rustc"])) return { way: "present", cargo: [] };
  say(`rustup target add ${target}: Rust's library for wasm is not there yet (a few seconds)`);
  await run("rustup", ["target", "add", target], { quiet: true, timeout: 120_000 });
  return { way: "rustup", cargo: [] };
}

function hasTarget([rustc, ...toolchain]) {
  const folder = ask(rustc, [...toolchain, "--print", "target-libdir", "--target", target], { cwd: root });
  if (ask(rustc, [...toolchain, "--version"]) === null)
    throw new Failure("Rust is needed: install it with rustup");
  return folder !== null && existsSync(folder) && existsSync(join(folder, "..", "lib"));
}
