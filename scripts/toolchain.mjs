// Finds or makes a Rust toolchain that compiles for wasm32-unknown-unknown. Three ways, in this order: the target is
// there; rustup adds it; Debian's packages bring a compiler and the sources of its standard library.
// DAGFILL_WASM_TARGET=present|rustup|debian takes one way and no other.
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { debianReady, debianRust } from "./debian-rust.mjs";
import { ask, Failure, run, say } from "./process.mjs";

const target = "wasm32-unknown-unknown";

/** How to call cargo and clippy for the wasm target: `env` goes to either, `clippy` is the command. */
export async function wasmToolchain() {
  const forced = process.env.DAGFILL_WASM_TARGET;
  const ways = forced ? [forced] : ["present", ...(debianReady() ? ["debian"] : []), "rustup", "debian"];
  if (ask("cargo", ["--version"]) === null) throw new Failure("Rust is needed: install it with rustup");
  let reason;
  for (const way of ways) {
    if (!Object.hasOwn(attempts, way)) {
      throw new Failure(`DAGFILL_WASM_TARGET: expected present, rustup or debian, got ${way}`);
    }
    try {
      const toolchain = await attempts[way]();
      if (toolchain !== null)
        return { way, ...toolchain, env: { ...toolchain.env, CARGO_ENCODED_RUSTFLAGS: flags() } };
      reason ??= new Failure(`Rust's library for ${target} is not there`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      say(`${way}: ${error.message}`);
      reason = error;
    }
  }
  throw new Failure(`no Rust toolchain for ${target} (tried: ${ways.join(", ")}). ${reason.message}`);
}

function flags() {
  // Copies of code compress badly, whether inlined, unrolled or threaded: what has to be for speed is small, or says so in the source.
  const copies = [
    "inline-threshold=50",
    "inlinehint-threshold=50",
    "unroll-threshold=10",
    "jump-threading-threshold=2",
  ].map((option) => `-Cllvm-args=-${option}`);
  // Panic messages carry the paths of their sources: without this, those of the machine that built the module.
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry", "src");
  const folders = existsSync(registry) ? readdirSync(registry) : [];
  const paths = folders.map((folder) => `--remap-path-prefix=${join(registry, folder)}=crates`);
  return [...(process.env.RUSTFLAGS?.split(" ") ?? []), ...copies, ...paths].join("\x1f");
}

const ownToolchain = { env: {}, clippy: ["cargo", "clippy"] };

const attempts = {
  async present() {
    const folder = ask("rustc", ["--print", "target-libdir", "--target", target]);
    return folder !== null && existsSync(folder) ? ownToolchain : null;
  },
  async rustup() {
    say(`rustup target add ${target}: Rust's library for wasm is not there yet (20 MB, at most 3 minutes)`);
    await run("rustup", ["target", "add", target], { quiet: true, timeout: 180_000 });
    return attempts.present();
  },
  debian: () => debianRust(target),
};
