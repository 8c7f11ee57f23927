// Whether the process that took a lease still lives, so that the lease of one that was killed need not first expire. A lease
// carries the mark of its process; only on the machine and in the pid namespace where the mark was made does it say anything.

/** The name of this process: `<where>/<pid>/<start>`. null where there are no process ids. */
export function processMark(): string | null {
  if (typeof process === "undefined" || !Number.isInteger(process.pid)) return null;
  return `${here()}/${process.pid}/${startOf(process.pid) ?? ""}`;
}

/** Whether the process of that mark has certainly ended. */
export function hasEnded(mark: string | null): boolean {
  if (mark === null) return false;
  const [start = "", pidText = "", ...where] = mark.split("/").reverse();
  const pid = Number(pidText);
  if (where.reverse().join("/") !== here() || !Number.isInteger(pid)) return false;
  if (!answers(pid)) return true;
  // The number may have gone to another process, or the process has ended and nobody has asked for its exit code yet.
  const now = startOf(pid);
  return start !== "" && now !== undefined && now !== start;
}

/** Signal 0 only asks. A process of another user refuses, so it lives. */
function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}

let place: string | undefined;

/** This machine, this start of it, this pid namespace: where a process id means one process. */
function here(): string {
  place ??= [
    process.getBuiltinModule("node:os").hostname(),
    read(() => fs().readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    read(() => fs().readlinkSync("/proc/self/ns/pid")),
  ].join("/");
  return place;
}

/** When the process started, in the machine's own count, or that it has ended; undefined where only Linux tells. */
function startOf(pid: number): string | undefined {
  const line = read(() => fs().readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is the program's name in brackets, which may hold anything.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  if (state === "Z" || state === "X") return "ended";
  return fields[19];
}

function read(look: () => string): string {
  try {
    return look();
  } catch {
    return "";
  }
}

function fs(): typeof import("node:fs") {
  return process.getBuiltinModule("node:fs");
}
