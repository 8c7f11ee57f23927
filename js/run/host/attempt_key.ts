// The key of an attempt, by which an idempotent callback or an outside system knows it.
import { call } from "../../raw.js";

/** `scope` is the backfill's id, or what was made up for a single run; `taskId` is empty for the run itself. */
export function attemptKey(
  scope: string,
  dagId: string,
  runId: string,
  taskId: string,
  attempt: number,
): string {
  return call((wasm) => wasm.attemptKey(scope, dagId, runId, taskId, attempt));
}
