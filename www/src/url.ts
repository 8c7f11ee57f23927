import { DEFAULT_DRAFT } from "./examples";
import type { Draft, DraftTask } from "./model";

/** The draft as the part of the address behind `#`, which is never sent to a server. Defaults are left out. The conf
 *  may hold secrets, so it is only in when the user asks for it. */
export async function writeHash(draft: Draft, options: { conf?: boolean; selected?: string | null } = {}) {
  const base = DEFAULT_DRAFT;
  const fields: [string, string][] = [["v", "1"]];
  const put = (key: string, value: string, standard: string) => {
    if (value !== standard) fields.push([key, value]);
  };
  put("id", draft.dagId, base.dagId);
  put("s", draft.schedule, base.schedule);
  put("tz", draft.timeZone, base.timeZone);
  put("kind", draft.kind, base.kind);
  put("dst", draft.dst, base.dst);
  put("from", draft.from, base.from);
  put("to", draft.to, base.to);
  put("which", draft.which, base.which);
  put("par", String(draft.parallel), String(base.parallel));
  put("back", draft.backwards ? "1" : "0", base.backwards ? "1" : "0");
  put("due", draft.notDue ? "0" : "1", base.notDue ? "0" : "1");
  put("ex", draft.exclude.join(","), "");
  put("sec", String(draft.simulation.seconds), String(base.simulation.seconds));
  put("fail", String(draft.simulation.failureRate), String(base.simulation.failureRate));
  put("seed", String(draft.simulation.seed), String(base.simulation.seed));
  if (draft.compare) fields.push(["cs", draft.compare.schedule], ["ctz", draft.compare.timeZone]);
  if (options.conf) put("conf", draft.conf, "");
  const tasks = JSON.stringify(draft.tasks.map((task) => [task.taskId, task.command, ...task.dependsOn]));
  const standard = JSON.stringify(base.tasks.map((task) => [task.taskId, task.command, ...task.dependsOn]));
  if (tasks !== standard) fields.push(["dag", await pack(tasks)]);
  if (options.selected) fields.push(["sel", options.selected]);
  return `#${new URLSearchParams(fields)}`
    .replaceAll("%2F", "/")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",");
}

/** The draft of an address; what it does not say, or says wrongly, is the default's. */
export async function readHash(hash: string): Promise<{ draft: Draft; selected: string | null }> {
  const fields = new URLSearchParams(hash.startsWith("#") ? hash.slice(1) : hash);
  const base = DEFAULT_DRAFT;
  const text = (key: string, standard: string) => fields.get(key) ?? standard;
  const size = (key: string, standard: number, low: number, high: number) => {
    const value = Number(fields.get(key) ?? Number.NaN);
    return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : standard;
  };
  const one = <T extends string>(key: string, allowed: readonly T[], standard: T) =>
    allowed.find((value) => value === fields.get(key)) ?? standard;
  const packed = fields.get("dag");
  const draft: Draft = {
    dagId: text("id", base.dagId),
    tasks: (packed === null ? null : readTasks(await unpack(packed))) ?? base.tasks,
    schedule: text("s", base.schedule),
    timeZone: text("tz", base.timeZone),
    kind: one("kind", ["interval", "trigger"], base.kind),
    dst: one("dst", ["airflow", "earlier", "later", "skip", "both"], base.dst),
    from: text("from", base.from),
    to: text("to", base.to),
    which: one("which", ["none", "failed", "completed"], base.which),
    parallel: Math.round(size("par", base.parallel, 1, 1000)),
    backwards: text("back", base.backwards ? "1" : "0") === "1",
    notDue: text("due", base.notDue ? "0" : "1") === "0",
    conf: text("conf", base.conf),
    exclude: text("ex", "").split(",").filter(Boolean),
    simulation: {
      seconds: size("sec", base.simulation.seconds, 0, 86_400),
      failureRate: size("fail", base.simulation.failureRate, 0, 1),
      seed: Math.round(size("seed", base.simulation.seed, 0, 0xffffffff)),
    },
    compare: fields.has("cs")
      ? { schedule: text("cs", ""), timeZone: text("ctz", text("tz", base.timeZone)) }
      : null,
  };
  return { draft, selected: fields.get("sel") };
}

function readTasks(text: string | null): DraftTask[] | null {
  try {
    const rows: unknown = JSON.parse(text ?? "");
    if (!Array.isArray(rows)) return null;
    return rows
      .filter((row): row is string[] => Array.isArray(row) && row.every((cell) => typeof cell === "string"))
      .map(([taskId = "", command = "", ...dependsOn]) => ({ taskId, command, dependsOn }));
  } catch {
    return null;
  }
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream) {
  const result = new Response(new Blob([bytes]).stream().pipeThrough(stream));
  return new Uint8Array(await result.arrayBuffer());
}

async function pack(text: string): Promise<string> {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpack(text: string): Promise<string | null> {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
  } catch {
    return null;
  }
}
