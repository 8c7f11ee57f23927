// `npm run bare`: the README's commands on a machine where nothing is prepared. An empty root is made of mount namespaces:
// the system's folders as they are, but without browser and servers; an empty home, so no caches and no node_modules;
// the Rust and Node installations. What is written goes into a folder that is removed at the end. Linux; root, or a
// kernel that gives namespaces to users. `npm run bare -- "npm start"` runs the commands given and no others.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { cpus, homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ask, Failure, main, root, run, say, seconds } from "./process.mjs";

/** A second `npm start` shows what the cache spares. */
const defaults = ["npm start", "npm start", "npm test"];
/** Programs that a bare machine does not have. */
const hidden = ["chromium", "chromium-browser", "google-chrome", "chromedriver", "redis-server", "postgres"];
/** Settings of the machine's network; everything else of the environment stays outside. */
const network =
  /^(https?_proxy|no_proxy|all_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|CARGO_(HTTP|REGISTR|SOURCE)\w*|npm_config_registry)$/i;

main(async () => {
  if (process.platform !== "linux" || ask("unshare", ["--version"]) === null) {
    throw new Failure("npm run bare needs Linux and its program unshare (package util-linux)");
  }
  const place = mkdtempSync(join(process.env.DAGFILL_BARE_ROOT ?? tmpdir(), "dagfill-bare-"));
  try {
    const machine = prepare(place);
    const asked = process.argv.slice(2);
    const results = [];
    // A signal ends what runs inside, whether a terminal sent it to all of them or somebody to this process; the folder is removed
    // all the same.
    const interrupt = new AbortController();
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => interrupt.abort());
    for (const command of asked.length > 0 ? asked : defaults) {
      if (interrupt.signal.aborted) break;
      say(`bare machine: ${command}`);
      results.push(await measure(machine, command, interrupt.signal));
    }
    report(results);
    if (interrupt.signal.aborted) process.exitCode = 130;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

/** Lays out the folders of the bare machine and gives what `inside` needs. */
function prepare(place) {
  const machine = { root: join(place, "root"), mounts: [], path: [], env: {} };
  for (const folder of ["root", "root/root", "root/tmp", "root/proc", "root/dev", "root/home/dagfill"]) {
    mkdirSync(join(place, folder), { recursive: true });
  }
  machine.mounts.push(`mount -t proc proc ${machine.root}/proc`, `mount --rbind /dev ${machine.root}/dev`);
  for (const name of ["usr", "etc", "var", "bin", "sbin", "lib", "lib32", "lib64", "opt"]) {
    const link = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (link?.isSymbolicLink()) symlinkSync(readlinkSync(`/${name}`), join(machine.root, name));
    else if (link?.isDirectory()) layer(machine, place, name);
  }
  bind(machine, nodePrefix(), "node");
  bind(machine, process.env.RUSTUP_HOME ?? join(homedir(), ".rustup"), "rustup");
  bind(machine, join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin"), "cargo/bin");
  machine.env = { HOME: "/root", LANG: "C.UTF-8", CI: "true", DAGFILL_REQUIRE_SERVICES: "0" };
  machine.env.RUSTUP_HOME = "/toolchain/rustup";
  machine.env.PATH = [
    "/toolchain/cargo/bin",
    "/toolchain/node/bin",
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
  ].join(delimiter);
  for (const [name, value] of Object.entries(process.env)) if (network.test(name)) machine.env[name] = value;

  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", listed, { cwd: root, encoding: "utf8" }).split("\0");
  for (const file of files.filter((file) => file !== "" && existsSync(join(root, file)))) {
    const copy = join(machine.root, "home/dagfill", file);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(root, file), copy);
  }
  // A clone has an index, from which tests list the sources.
  const clone = { cwd: join(machine.root, "home/dagfill") };
  for (const args of [
    ["init", "--quiet"],
    ["add", "--all"],
  ])
    execFileSync("git", args, clone);
  return machine;
}

/** A folder of the system below a layer that takes what is written, and, in programs' folders, above one that hides some. */
function layer(machine, place, name) {
  const [upper, work, hides] = ["upper", "work", "hides"].map((kind) => join(place, kind, name));
  for (const folder of [upper, work, hides, join(machine.root, name)]) mkdirSync(folder, { recursive: true });
  if (name === "usr") {
    // In an overlay, a character device 0/0 says that a file is not there.
    for (const program of hidden) {
      machine.mounts.push(
        `mkdir -p ${hides}/bin && { [ -e ${hides}/bin/${program} ] || mknod ${hides}/bin/${program} c 0 0; }`,
      );
    }
  }
  const options = `lowerdir=${hides}:/${name},upperdir=${upper},workdir=${work}`;
  machine.mounts.push(`mount -t overlay overlay -o ${options} ${machine.root}/${name}`);
}

/** A toolchain's folder, which nothing inside may change. */
function bind(machine, folder, name) {
  if (!existsSync(folder)) return;
  const target = join(machine.root, "toolchain", name);
  mkdirSync(target, { recursive: true });
  machine.mounts.push(`mount --bind ${folder} ${target} && mount -o remount,bind,ro ${target}`);
}

/** Where Node was installed with its npm; not the one in node_modules. */
function nodePrefix() {
  const folders = process.env.PATH.split(delimiter).filter((part) => !part.includes("node_modules"));
  const npm = folders.map((folder) => join(folder, "npm")).find(existsSync);
  if (npm === undefined) throw new Failure("expected npm in PATH");
  const prefix = dirname(dirname(npm));
  return prefix === "/usr" || prefix === "/usr/local" ? "/nowhere" : realpathSync(prefix);
}

/** Runs a shell command on the bare machine; when it ends, so does everything that it started. */
function inside(machine, command, options = {}) {
  const user = process.getuid() === 0 ? [] : ["--user", "--map-root-user"];
  const env = Object.entries(machine.env).map(([name, value]) => `${name}=${value}`);
  const script = [
    "set -e",
    "mount --make-rprivate /",
    ...machine.mounts,
    `exec chroot ${machine.root} /usr/bin/env -i "$@"`,
  ].join("\n");
  const shell = ["sh", "-c", `cd /home/dagfill && ${command}`];
  const spaces = [...user, "--mount", "--pid", "--fork", "--kill-child"];
  return run("unshare", [...spaces, "sh", "-c", script, "bare", ...env, ...shell], options);
}

async function measure(machine, command, signal) {
  const start = performance.now();
  try {
    const output = await inside(machine, command, { signal });
    return { command, time: seconds(start), end: "passed", output };
  } catch (error) {
    const end = signal.aborted ? "INTERRUPTED" : "FAILED";
    return { command, time: seconds(start), end, output: String(error.output ?? error.message) };
  }
}

function report(results) {
  const cargo = ask("cargo", ["--version"], { env: process.env });
  console.log(
    `\nbare machine: empty home, no caches, no browser, no servers; ${cargo}, ${cpus().length} cores`,
  );
  const width = Math.max(...results.map(({ command }) => command.length));
  for (const { command, time, end } of results) {
    console.log(command.padEnd(width + 2), time.padStart(9), ` ${end}`);
  }
  const missing = new Set(results.flatMap(({ output }) => output.match(/^NOT TESTED: .*$/gm) ?? []));
  for (const line of missing) console.log(line);
  if (results.some(({ end }) => end === "FAILED")) process.exitCode = 1;
}
