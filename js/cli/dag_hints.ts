// Hints for the fields of a DAG file that were refused: what to write instead.
import type { DagfillError } from "../error.js";
import { durationMs } from "../face.js";
import { durationOf } from "./flag_values.js";

const ofSchedule =
  'quote a cron text, such as "0 5 * * *" or "@daily"; a period is { every: PT6H }; with null, runs start only by hand';

/** The hint for an error of `validateDag`: its own, where nothing better is known. */
export function dagHint(error: DagfillError, dag: object): string | undefined {
  return ofField(error, dag) ?? error.hint;
}

function ofField({ code, field = "dag", hint }: DagfillError, dag: object): string | undefined {
  const value = valueAt(dag, field);
  if (hint === undefined && field === "dag.schedule" && typeof value !== "object") return ofSchedule;
  const isSwitch = /\.(catchup|dependsOnPast)$/.test(field) && typeof value === "string";
  if (isSwitch && /^(y|yes|on|n|no|off)$/i.test(value)) {
    const [key, meant] = [field.slice(field.lastIndexOf(".") + 1), /^(y|on)/i.test(value)];
    return `${value} is text in YAML 1.2, not a boolean: write ${key}: ${meant}`;
  }
  if (field.endsWith(".dependsOn") && typeof value === "string")
    return `write a list of task ids, even for one: dependsOn: [${value}]`;
  if (field.endsWith(".command") && typeof value === "object")
    return 'a command is text: quote one that begins with {{, such as "{{ ds }}"';
  if (code !== "INVALID_DURATION" || typeof value !== "string") return undefined;
  if (/^\d+$/.test(value.trim())) return `milliseconds are a number: ${Number(value)}`;
  const read = durationOf(value);
  if (read === value) return undefined;
  return typeof read === "number"
    ? `milliseconds are a number: ${read}`
    : `write ${read}, or ${durationMs(read)}, in milliseconds`;
}

/** The value at a path such as `dag.tasks[1].dependsOn`. */
function valueAt(dag: object, path: string): unknown {
  let value: unknown = dag;
  for (const key of path.split(/[.[\]]+/).slice(1))
    if (key !== "") value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}
