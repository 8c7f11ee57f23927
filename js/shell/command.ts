// One command in a child process of its own group: started, read line by line, ended, or killed with all it started.
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { readLines } from "./lines.js";

export interface Command {
  /** The program and its arguments. */
  file: string;
  args: readonly string[];
  cwd: string | undefined;
  env: Record<string, string | undefined>;
  onLine: (source: "stdout" | "stderr", line: string, cut: boolean) => void;
  /** Not aborted yet. */
  signal: StopSignal;
  /** Milliseconds from the polite signal to the one that cannot be refused. */
  killGrace: number;
}

/** The part of an AbortSignal that is used here. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** How a command ended: by itself with a code or by a signal of the system, or aborted by us. */
export interface Ending {
  code: number | null;
  signal: string | null;
  aborted: boolean;
  /** Milliseconds from the start to the abort. */
  ranFor?: number;
}

const windows = process.platform === "win32";
// After a command has ended, its output is read on while it flows: so long between two looks, so many looks at most.
const quietMs = 50;
const quietLooks = 40;

/** Runs a command to its end. Fulfils when the command itself has ended, also when something that it left in the background
 *  still holds its output; when aborted, when its whole group is gone. Rejects when it could not be started. */
export async function runCommand(command: Command): Promise<Ending> {
  const child = spawn(command.file, [...command.args], {
    cwd: command.cwd,
    env: command.env,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: a signal reaches everything that the command started, and Ctrl-C in the terminal reaches only us.
    detached: !windows,
    windowsHide: true,
    windowsVerbatimArguments: windows,
  });
  const ended = endOf(child);
  // The stream's listeners stand before anything is awaited, so that no output is missed.
  const output = readOutput(child, command.onLine);
  let killed: Promise<void> | undefined;
  const started = performance.now();
  let ranFor: number | undefined;
  const abort = () => {
    ranFor ??= performance.now() - started;
    killed ??= killGroup(child, ended, command.killGrace);
  };
  live.add(child);
  if (live.size === 1) process.on("exit", killAllNow);
  command.signal.addEventListener("abort", abort);
  try {
    const { code, signal } = await ended;
    await killed;
    await output.settled();
    return { code, signal, aborted: killed !== undefined, ...(ranFor !== undefined && { ranFor }) };
  } finally {
    command.signal.removeEventListener("abort", abort);
    live.delete(child);
    if (live.size === 0) process.off("exit", killAllNow);
  }
}

function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

function readOutput(child: ChildProcess, onLine: Command["onLine"]): { settled(): Promise<void> } {
  let reads = 0;
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of streams) {
    const source = stream === child.stdout ? "stdout" : "stderr";
    readLines(stream, (line, cut) => onLine(source, line, cut));
    stream.on("data", () => (reads += 1));
    stream.on("error", () => {});
  }
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    // The pipe closes when its last holder ends, and that may be a server in the background that never does. So the output
    // counts as complete when nothing came for a while; a background process that keeps talking is cut off in the end.
    async settled() {
      const done = closed.then(() => true);
      for (let look = 0; look < quietLooks; look += 1) {
        const before = reads;
        if (await Promise.race([done, sleep(quietMs, false)])) return;
        if (reads === before) break;
      }
      for (const stream of streams) stream.destroy();
    },
  };
}

async function killGroup(child: ChildProcess, ended: Promise<unknown>, grace: number): Promise<void> {
  signalGroup(child, "SIGTERM");
  const settled = ended.catch(() => {});
  if (await gone(child, settled, grace)) return;
  signalGroup(child, "SIGKILL");
  // Nothing survives this signal; what is still listed is a zombie that its parent has not collected.
  await gone(child, settled, 1_000);
}

/** Whether the command and everything in its group ended within `ms`. */
async function gone(child: ChildProcess, ended: Promise<unknown>, ms: number): Promise<boolean> {
  const until = performance.now() + ms;
  await Promise.race([ended, sleep(ms, undefined, { ref: true })]);
  while (groupLives(child)) {
    const left = until - performance.now();
    if (left <= 0) return false;
    await sleep(Math.min(20, left));
  }
  return true;
}

function groupLives(child: ChildProcess): boolean {
  if (child.pid === undefined) return false;
  if (windows) return child.exitCode === null && child.signalCode === null;
  try {
    process.kill(-child.pid, 0);
    return true;
  } catch {
    return false;
  }
}

function signalGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  if (windows) {
    // Windows has no groups; taskkill walks the tree of children.
    spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { stdio: "ignore", windowsHide: true }).on(
      "error",
      () => child.kill(),
    );
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended in the meantime.
  }
}

// Commands in flight. When this process leaves without waiting for them, they must not work on behind its back.
const live = new Set<ChildProcess>();

function killAllNow(): void {
  for (const child of live) signalGroup(child, "SIGKILL");
}
