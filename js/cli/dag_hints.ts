// What to write instead, by the field of a DAG file that was refused.
import type { DagfillError } from "../error.js";

const ofSchedule =
  'a cron text is quoted, such as "0 5 * * *" or "@daily"; a period is { every: PT6H }; null runs only by hand';

/** Units as people write them, with the letter of ISO 8601 and the milliseconds. */
const units: readonly { words: readonly string[]; letter: string; ms: number }[] = [
  { words: ["s", "sec", "secs", "second", "seconds"], letter: "S", ms: 1_000 },
  { words: ["m", "min", "mins", "minute", "minutes"], letter: "M", ms: 60_000 },
  { words: ["h", "hour", "hours"], letter: "H", ms: 3_600_000 },
];

/** The hint for an error of `validateDag`: its own, where nothing better is known. */
export function dagHint(error: DagfillError, dag: object): string | undefined {
  return ofField(error, dag) ?? error.hint;
}

function ofField({ code, field = "dag", hint }: DagfillError, dag: object): string | undefined {
  const value = valueAt(dag, field);
  if (hint === undefined && field === "dag.schedule" && typeof value !== "object") return ofSchedule;
  if (field.endsWith(".dependsOn") && typeof value === "string")
    return `a list of task ids, also for one: dependsOn: [${value}]`;
  if (field.endsWith(".command") && typeof value === "object")
    return 'a command is a text: one that begins with {{ is quoted, such as "{{ ds }}"';
  if (code !== "INVALID_DURATION" || typeof value !== "string") return undefined;
  const [, count = "", word = ""] = /^(\d{1,9})\s*([a-z]*)$/i.exec(value.trim()) ?? [];
  if (count !== "" && (word === "" || word === "ms")) return `milliseconds are a number: ${Number(count)}`;
  const unit = units.find(({ words }) => words.includes(word.toLowerCase()));
  return unit && `write PT${count}${unit.letter}, or ${Number(count) * unit.ms}, in milliseconds`;
}

/** The value at a path such as `dag.tasks[1].dependsOn`. */
function valueAt(dag: object, path: string): unknown {
  let value: unknown = dag;
  for (const key of path.split(/[.[\]]+/).slice(1))
    if (key !== "") value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}
