// The wasm target where rustup's server is out of reach: Debian's packages rustc-web (a current compiler) and
// rust-web-src, unpacked into the cache (nothing is installed, no root is needed), and the standard library for wasm
// compiled of those sources once. The linker is rust-lld of the rustup toolchain.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.mjs";
import { ask, Failure, run, say, seconds } from "./process.mjs";

const folder = () => cacheFolder("debian-rust");
const stamp = () => join(folder(), "ready");

/** Whether an earlier call has made it. */
export function debianReady() {
  return existsSync(stamp());
}

/** The toolchain for `target`, made when it is not in the cache. */
export async function debianRust(target) {
  const system = join(folder(), "root", "usr");
  const toolchain = {
    env: {
      RUSTC: join(system, "bin", "rustc"),
      LD_LIBRARY_PATH: join(system, "lib", `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`),
      [`CARGO_TARGET_${target.toUpperCase().replaceAll("-", "_")}_LINKER`]: linker(),
    },
    clippy: [join(system, "bin", "cargo-clippy"), "clippy"],
  };
  if (debianReady()) return toolchain;
  const start = performance.now();
  say(
    "making a Rust toolchain for wasm of Debian's rustc-web and rust-web-src, once (about a minute, 0.9 GB)",
  );
  await unpack();
  const version = ask(toolchain.env.RUSTC, ["--version"], { env: { ...process.env, ...toolchain.env } });
  if (version === null) throw new Failure("Debian's rustc was unpacked and does not run on this machine");
  await compileStd(target, toolchain.env, join(system, "lib", "rustlib", target, "lib"));
  writeFileSync(stamp(), version);
  say(`${version} with std for ${target} took ${seconds(start)}`);
  return toolchain;
}

function linker() {
  const host = /^host: (.*)$/m.exec(ask("rustc", ["-vV"]) ?? "")?.[1];
  const path = join(
    ask("rustc", ["--print", "sysroot"]) ?? "",
    "lib",
    "rustlib",
    host ?? "",
    "bin",
    "rust-lld",
  );
  if (!existsSync(path)) throw new Failure(`expected rust-lld in the Rust toolchain, found no ${path}`);
  return path;
}

async function unpack() {
  if (ask("apt-get", ["--version"]) === null) throw new Failure("this is no Debian: apt-get is missing");
  const archives = join(folder(), "archives");
  const root = join(folder(), "root");
  for (const path of [archives, root]) {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
  }
  if (needed("rustc-web", /libstd-rust-web-dev/) === undefined)
    await run("apt-get", ["update"], { quiet: true });
  // The compiler's packages carry its version in their names, so apt is asked for them.
  const library = needed("libstd-rust-web-dev", /libstd-rust-web-[\d.]+/);
  const llvm = needed(library, /libllvm\d+/);
  if (llvm === undefined) throw new Failure("apt-get knows no rustc-web");
  const names = ["rustc-web", "rust-web-src", "rust-web-clippy", "libstd-rust-web-dev", library, llvm];
  await run("apt-get", ["download", ...names], { cwd: archives, quiet: true });
  for (const archive of readdirSync(archives)) await run("dpkg", ["-x", join(archives, archive), root]);
  rmSync(archives, { recursive: true });
}

function needed(name, pattern) {
  return pattern.exec(ask("apt-cache", ["depends", "--important", name ?? "none"]) ?? "")?.[0];
}

async function compileStd(target, env, out) {
  const crate = join(folder(), "std");
  mkdirSync(join(crate, "src"), { recursive: true });
  writeFileSync(
    join(crate, "Cargo.toml"),
    '[package]\nname = "std-for-wasm"\nversion = "0.0.0"\nedition = "2024"\n',
  );
  writeFileSync(join(crate, "src", "lib.rs"), "#![no_std]\n");
  // -Z build-std is unstable; RUSTC_BOOTSTRAP lets a stable cargo take it, here and nowhere else.
  const parts = "-Zbuild-std=std,panic_abort,proc_macro,test";
  const targetDir = join(crate, "target");
  await run("cargo", ["build", "--quiet", "--release", "--target", target, parts], {
    cwd: crate,
    env: {
      ...env,
      RUSTC_BOOTSTRAP: "1",
      CARGO_TARGET_DIR: targetDir,
      RUSTFLAGS: `--remap-path-prefix=${join(folder(), "root", "usr", "src")}=rust`,
      CARGO_PROFILE_RELEASE_PANIC: "abort",
    },
  });
  const built = join(targetDir, target, "release", "deps");
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(built)) {
    if (file.endsWith(".rlib") && !file.startsWith("libstd_for_wasm"))
      cpSync(join(built, file), join(out, file));
  }
  rmSync(crate, { recursive: true });
  // Only the compilation needed the sources.
  rmSync(join(folder(), "root", "usr", "src"), { recursive: true });
}
