// A run of a backfill as the store has it.
import type { Failure } from "../../failure.js";
import type { Json } from "../../json.js";

/** Where a row stands in the store. `attempts` counts those of this backfill. */
export interface StoredRun {
  row: number;
  status: number;
  attempts: number;
  startedAt?: number;
  finishedAt?: number;
  error?: Failure;
  output?: Json;
}
