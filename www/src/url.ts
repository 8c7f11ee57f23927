import { CLOCK_POLICIES } from "./clockPolicies";
import { DEFAULT_DRAFT } from "./examples";
import type { Draft, DraftTask } from "./model";

export interface HashOptions {
  conf?: boolean;
  selected?: string | null;
  /** Runs that would start: whoever opens the link is told when they are others. */
  starting?: number | null;
}

/** The draft as the part of the address behind `#`, which is never sent to a server. Defaults are left out. The conf
 *  may hold secrets, so it is only in when the user asks for it. */
export async function writeHash(draft: Draft, options: HashOptions = {}) {
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
  const others = otherFields(draft);
  if (others !== null) fields.push(["more", await pack(JSON.stringify(others))]);
  if (options.starting !== undefined && options.starting !== null)
    fields.push(["n", String(options.starting)]);
  if (options.selected) fields.push(["sel", options.selected]);
  return `#${new URLSearchParams(fields)}`
    .replaceAll("%2F", "/")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",");
}

/** The most that a link may hold: more would stop the page before anybody could see what it is. */
export const LINK_LIMITS = { characters: 200_000, tasks: 2000, unpacked: 500_000, exclude: 4000 };

export interface Address {
  draft: Draft;
  selected: string | null;
  /** Runs that would have started at the sender; null when the link does not say. */
  starting: number | null;
  /** The parts of the link that were left out, because they are too large or cannot be read. */
  refused: string | null;
}

/** The members that the form has no field for: of the DAG, and by place in the list of tasks. */
type OtherFields = [dag: object, tasks: [at: number, fields: object][]];

function otherFields({ rest = {}, tasks }: Draft): OtherFields | null {
  const ofTasks = tasks.flatMap<[number, object]>(({ rest: own = {} }, at) =>
    Object.keys(own).length > 0 ? [[at, own]] : [],
  );
  return Object.keys(rest).length + ofTasks.length > 0 ? [rest, ofTasks] : null;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The draft with the fields of `packed`. */
async function withOtherFields(draft: Draft, packed: string): Promise<Draft> {
  const [rest, ofTasks]: unknown[] = JSON.parse(await unpack(packed));
  if (!isObject(rest) || !Array.isArray(ofTasks)) throw new Error("not the two parts");
  const byPlace = new Map<unknown, unknown>(ofTasks);
  const tasks = draft.tasks.map((task, at) => {
    const fields = byPlace.get(at);
    return isObject(fields) ? { ...task, rest: fields as DraftTask["rest"] } : task;
  });
  return { ...draft, tasks, ...(Object.keys(rest).length > 0 && { rest: rest as Draft["rest"] }) };
}

/** The draft of an address; what it does not say, or says wrongly, is the default's. */
export async function readHash(hash: string): Promise<Address> {
  const base = DEFAULT_DRAFT;
  if (hash.length > LINK_LIMITS.characters) {
    const refused = `It has ${hash.length} characters, at most ${LINK_LIMITS.characters} are read.`;
    return { draft: base, selected: null, starting: null, refused };
  }
  const fields = new URLSearchParams(hash.startsWith("#") ? hash.slice(1) : hash);
  const text = (key: string, standard: string) => fields.get(key) ?? standard;
  const size = (key: string, standard: number, low: number, high: number) => {
    const value = Number(fields.get(key) ?? Number.NaN);
    return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : standard;
  };
  const one = <T extends string>(key: string, allowed: readonly T[], standard: T) =>
    allowed.find((value) => value === fields.get(key)) ?? standard;
  const packed = fields.get("dag");
  const linked = packed === null ? null : await readTasks(packed);
  const exclude = text("ex", "").split(",").filter(Boolean);
  const more = fields.get("more");
  const refused = [
    ...(linked && "refused" in linked ? [`${linked.refused} The example's tasks are shown.`] : []),
    ...(exclude.length > LINK_LIMITS.exclude
      ? [`It takes out ${exclude.length} dates, at most ${LINK_LIMITS.exclude} are read.`]
      : []),
  ];
  let draft: Draft = {
    dagId: text("id", base.dagId),
    tasks: linked && "tasks" in linked ? linked.tasks : base.tasks,
    schedule: text("s", base.schedule),
    timeZone: text("tz", base.timeZone),
    kind: one("kind", ["interval", "trigger"], base.kind),
    dst: one(
      "dst",
      CLOCK_POLICIES.map(({ value }) => value),
      base.dst,
    ),
    from: text("from", base.from),
    to: text("to", base.to),
    which: one("which", ["none", "failed", "completed"], base.which),
    parallel: Math.round(size("par", base.parallel, 1, 1000)),
    backwards: text("back", base.backwards ? "1" : "0") === "1",
    notDue: text("due", base.notDue ? "0" : "1") === "0",
    conf: text("conf", base.conf),
    exclude: exclude.length > LINK_LIMITS.exclude ? [] : exclude,
    simulation: {
      seconds: size("sec", base.simulation.seconds, 0, 86_400),
      failureRate: size("fail", base.simulation.failureRate, 0, 1),
      seed: Math.round(size("seed", base.simulation.seed, 0, 0xffffffff)),
    },
    compare: fields.has("cs")
      ? { schedule: text("cs", ""), timeZone: text("ctz", text("tz", base.timeZone)) }
      : null,
  };
  if (more !== null)
    draft = await withOtherFields(draft, more).catch((error) => {
      refused.push(error instanceof TooLarge ? error.message : "Its other fields of the DAG cannot be read.");
      return draft;
    });
  const starting = fields.has("n") ? size("n", Number.NaN, 0, Number.MAX_SAFE_INTEGER) : Number.NaN;
  return {
    draft,
    selected: fields.get("sel"),
    starting: Number.isInteger(starting) ? starting : null,
    refused: refused.join(" ") || null,
  };
}

async function readTasks(packed: string): Promise<{ tasks: DraftTask[] } | { refused: string }> {
  try {
    const rows: unknown = JSON.parse(await unpack(packed));
    if (!Array.isArray(rows)) throw new Error("not an array");
    if (rows.length > LINK_LIMITS.tasks)
      return { refused: `It has ${rows.length} tasks, at most ${LINK_LIMITS.tasks} are read.` };
    const tasks = rows
      .filter((row): row is string[] => Array.isArray(row) && row.every((cell) => typeof cell === "string"))
      .map(([taskId = "", command = "", ...dependsOn]) => ({ taskId, command, dependsOn }));
    return { tasks };
  } catch (error) {
    if (error instanceof TooLarge) return { refused: error.message };
    return { refused: "Its tasks cannot be read." };
  }
}

class TooLarge extends Error {}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  limit = Number.POSITIVE_INFINITY,
) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    // A few kilobytes can inflate to gigabytes: what is too large is not even held.
    if (size > limit) {
      await reader.cancel();
      throw new TooLarge(`Its DAG has more than ${limit} bytes.`);
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function pack(text: string): Promise<string> {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpack(text: string): Promise<string> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const inflated = await through(bytes, new DecompressionStream("deflate-raw"), LINK_LIMITS.unpacked);
  return new TextDecoder().decode(inflated);
}
