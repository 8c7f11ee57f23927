// How every script here speaks and starts other programs. Plain Node without dependencies: it runs before
// node_modules is there.
import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** One line about what happens now, and why it takes time if it does. */
export function say(text) {
  console.log(process.stdout.isTTY ? `\x1b[2mdagfill\x1b[0m ${text}` : `dagfill ${text}`);
}

/** An end that was foreseen: its message is the whole story, a stack would say nothing. */
export class Failure extends Error {}

/** The end of a script's main function: a foreseen failure is one line, anything else keeps its stack. */
export function main(job) {
  job().catch((error) => {
    console.error(error instanceof Failure ? `dagfill: ${error.message}` : error);
    process.exitCode = 1;
  });
}

/** PATH with the repository's own programs first, so that `node` is the version the repository carries. */
export function ownPath() {
  return [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
}

/** Runs a program and gives what it printed. `quiet` shows that only when it fails; `timeout` is in milliseconds; an abort of `signal`
 *  kills the program. */
export function run(command, args = [], { cwd = root, env = {}, quiet = false, timeout = 0, signal } = {}) {
  return new Promise((resolve, reject) => {
    const shown = [command, ...args].join(" ");
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, PATH: ownPath(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGKILL",
    });
    let output = "";
    const streams = [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ];
    for (const [from, to] of streams) {
      from.setEncoding("utf8").on("data", (chunk) => {
        output += chunk;
        if (!quiet) to.write(chunk);
      });
    }
    const timer = timeout > 0 ? setTimeout(() => child.kill("SIGKILL"), timeout) : undefined;
    child.on("error", (error) => {
      clearTimeout(timer);
      if (error.name === "AbortError") return;
      const missing = `${command} is not on this machine (needed for: ${shown})`;
      reject(new Failure(error.code === "ENOENT" ? missing : String(error)));
    });
    child.on("close", (code, killedBy) => {
      clearTimeout(timer);
      if (code === 0) return resolve(output);
      const end = signal?.aborted
        ? "was interrupted"
        : killedBy !== null && timeout > 0
          ? `took longer than ${timeout / 1000} s`
          : `ended with ${code ?? killedBy}`;
      const failure = new Failure(`${shown} ${end}${quiet && output ? `\n${output.trimEnd()}` : ""}`);
      reject(Object.assign(failure, { output }));
    });
  });
}

/** Gives this process's terminal and exit code to another program, and stays out of the way of its signals. */
export function handOver(command, args = [], { cwd = root, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env, PATH: ownPath() },
    stdio: "inherit",
  });
  // A terminal sends SIGINT to both; SIGTERM comes to this process alone.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.exitCode = code ?? 128 + constants.signals[signal];
      resolve();
    });
  });
}

/** What a program printed, or null when it is missing or fails: for questions, not for work. */
export function ask(command, args = [], options = {}) {
  const answer = spawnSync(command, args, { cwd: root, encoding: "utf8", ...options });
  return answer.status === 0 ? answer.stdout.trim() : null;
}

/** Seconds since `start`, as people read them. */
export function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
