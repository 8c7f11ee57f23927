// Options of a manual run.

import type { AbortSignalLike } from "../../abort_signal.js";
import type { Json, JsonInput } from "../../json.js";
import { record } from "../../json_input.js";
import { type DateValue, date, fields, name, signal, wrong } from "../../options.js";
import type { DateInput } from "../../schedule/input.js";

export interface TriggerOptions {
  dagId: string;
  /** Default: now. */
  executionDate?: DateInput;
  conf?: Record<string, JsonInput>;
  /** Aborting it cancels the run. */
  signal?: AbortSignalLike;
}

export interface CheckedTrigger {
  dagId: string;
  executionDate?: DateValue;
  conf?: Record<string, Json>;
  signal?: AbortSignalLike;
}

export function readTrigger(options: unknown): CheckedTrigger {
  const read = fields<CheckedTrigger>(options, "options", {
    dagId: name,
    executionDate: date,
    conf: record,
    signal,
  });
  if (read.dagId === undefined) throw wrong("dagId", "the id of a DAG", undefined);
  return { ...read, dagId: read.dagId };
}
