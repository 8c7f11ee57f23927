// The members of run records and task instances: one spec each. Changes are read by it before they are written, and the answers of a
// store before they are used.
import { RUN_STATES, RUN_TYPES, TASK_STATES } from "../codes.js";
import { DagfillError } from "../error.js";
import {
  name,
  type Optional,
  object,
  oneOf,
  optional,
  type Reader,
  type Spec,
  shape,
  text,
  whole,
  wrong,
} from "../options.js";
import { shown } from "../shown.js";
import { instantMs, instantText as ownForm } from "./instant.js";
import type { RunRecord, TaskInstance } from "./store.js";
import { REQUESTS } from "./store.js";

/** An instant in any form that has an offset, as the text that dagfill writes. */
const instant: Reader<string> = (value, path) => {
  const ms = typeof value === "string" ? instantMs(value) : undefined;
  if (ms !== undefined) return ownForm(value as string, ms);
  const expected = "an instant with an offset, such as 2024-01-01T00:00:00Z";
  throw new DagfillError("INVALID_DATE", `${path}: expected ${expected}, got ${shown(value)}`, {
    ...(typeof value === "string" ? { input: value } : {}),
    field: path,
  });
};

const instantText: Reader<string> = (value, path) => instant(text(value, path), path);

/** A value that JSON cannot say is refused when its text is made. */
const json: Reader<Exclude<RunRecord["output"], undefined>> = (value) => value as never;

export const RUN = {
  dagId: name,
  runId: name,
  executionDate: instant,
  dataInterval: shape({ start: instantText, end: instantText }),
  runType: oneOf(...RUN_TYPES),
  state: oneOf(...RUN_STATES),
  conf: object as Reader<RunRecord["conf"]>,
  attempt: whole,
  backfillId: optional(text),
  key: optional(text),
  failures: optional(whole),
  chunk: optional(text),
  owner: optional(text),
  startedAt: optional(instantText),
  finishedAt: optional(instantText),
  error: optional(shape({ name: text, message: text })),
  output: json,
} satisfies Spec<Optional<RunRecord>>;

export const TASK = {
  dagId: name,
  runId: name,
  taskId: name,
  state: oneOf(...TASK_STATES),
  attempt: whole,
  failures: optional(whole),
  startedAt: optional(instantText),
  finishedAt: optional(instantText),
  error: optional(shape({ name: text, message: text })),
} satisfies Spec<Optional<TaskInstance>>;

export const REQUEST = oneOf(...REQUESTS);

/** The JSON text of a value; what JSON cannot say (a function, a cycle, a bigint) is refused. */
export function jsonText(value: unknown, path: string): string {
  let written: string | undefined;
  try {
    written = JSON.stringify(value);
  } catch {
    // Refused below.
  }
  if (written === undefined) throw wrong(path, "a value that JSON can say", value);
  return written;
}
