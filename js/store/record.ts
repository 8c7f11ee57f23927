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
import { instantMs, instantText } from "./instant.js";
import type { RunRecord, TaskInstance } from "./store.js";
import { REQUESTS } from "./store.js";

/** Readers of instants in any form that has an offset; `form` makes of one what is kept. */
function instants<I>(form: (text: string, ms: number) => I): { date: Reader<I>; time: Reader<I> } {
  const date: Reader<I> = (value, path) => {
    const ms = typeof value === "string" ? instantMs(value) : undefined;
    if (ms !== undefined) return form(value as string, ms);
    const expected = "an instant with an offset, such as 2024-01-01T00:00:00Z";
    throw new DagfillError("INVALID_DATE", `${path}: expected ${expected}, got ${shown(value)}`, {
      ...(typeof value === "string" ? { input: value } : {}),
      field: path,
    });
  };
  return { date, time: (value, path) => date(text(value, path), path) };
}

/** In records, the text that dagfill writes. */
const texts = instants(instantText);
/** In rows, epoch milliseconds. */
const numbers = instants((_, ms) => ms);

/** A value that JSON cannot say is refused when its text is made. */
const json: Reader<Exclude<RunRecord["output"], undefined>> = (value) => value as never;

function run<I>({ date, time }: { date: Reader<I>; time: Reader<I> }) {
  return {
    dagId: name,
    runId: name,
    executionDate: date,
    dataInterval: shape({ start: time, end: time }),
    runType: oneOf(...RUN_TYPES),
    state: oneOf(...RUN_STATES),
    conf: object as Reader<RunRecord["conf"]>,
    attempt: whole,
    backfillId: optional(text),
    key: optional(text),
    failures: optional(whole),
    chunk: optional(text),
    owner: optional(text),
    startedAt: optional(time),
    finishedAt: optional(time),
    error: optional(shape({ name: text, message: text })),
    output: json,
  };
}

function task<I>({ time }: { time: Reader<I> }) {
  return {
    dagId: name,
    runId: name,
    taskId: name,
    state: oneOf(...TASK_STATES),
    attempt: whole,
    failures: optional(whole),
    startedAt: optional(time),
    finishedAt: optional(time),
    error: optional(shape({ name: text, message: text })),
  };
}

export const RUN = run(texts) satisfies Spec<Optional<RunRecord>>;
export const TASK = task(texts) satisfies Spec<Optional<TaskInstance>>;
/** The same members, with instants as rows keep them. */
export const RUN_ROW = run(numbers);
export const TASK_ROW = task(numbers);

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
