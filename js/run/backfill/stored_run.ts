// A row of a backfill as the store has it.
import { RUN_STATES } from "../../codes.js";
import type { Failure } from "../../failure.js";
import type { Json } from "../../json.js";
import type { RunRecord } from "../../store/store.js";

export interface StoredRun {
  row: number;
  /** Whether this backfill wrote the record. */
  own: boolean;
  /** A number of `RunStateCode`. */
  state: number;
  attempt: number;
  /** Attempts that failed; one that was lost with its process is none. */
  failures: number;
  startedAt?: number;
  finishedAt?: number;
  error?: Failure;
  /** Of a chunk that has ended: the dates that failed, where others did not. */
  failed?: Map<string, Failure>;
  output?: Json;
}

/** `before`: the attempts that the run had before this backfill. */
export function storedRun(row: number, run: RunRecord, own: boolean, before = 0): StoredRun {
  return {
    row,
    own,
    state: RUN_STATES.indexOf(run.state),
    attempt: run.attempt,
    // Version 0.1 did not count them: all attempts of one that waits had failed.
    failures: run.failures ?? (run.state === "queued" ? Math.max(run.attempt - before, 0) : 0),
    ...(run.startedAt === undefined ? {} : { startedAt: Date.parse(run.startedAt) }),
    ...(run.finishedAt === undefined ? {} : { finishedAt: Date.parse(run.finishedAt) }),
    ...(run.error === undefined ? {} : { error: run.error }),
    ...(run.output === undefined ? {} : { output: run.output }),
  };
}
