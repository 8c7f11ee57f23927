// The errors of a store, worded once, so that every store refuses the same things in the same words.
import { DagfillError } from "../error.js";
import { prefixed, wrong } from "../options.js";
import { iso } from "../time.js";
import type { RunState } from "./store.js";

export function runExists(index: number, dagId: string, runId: string, executionMs: number): DagfillError {
  const executionDate = iso(executionMs);
  const message = `a run of DAG "${dagId}" for ${executionDate}, or with the run id "${runId}", exists already`;
  return new DagfillError("RUN_EXISTS", message, { details: { index, dagId, runId, executionDate } });
}

export function unknownRun(index: number, dagId: string, runId: string): DagfillError {
  const message = `changes[${index}]: DAG "${dagId}" has no run "${runId}" to update`;
  return new DagfillError("STORE_FAILED", message, { details: { index, dagId, runId } });
}

export function otherState(
  index: number,
  dagId: string,
  runId: string,
  state: RunState,
  expected: readonly RunState[],
): DagfillError {
  const message = `changes[${index}]: run "${runId}" of DAG "${dagId}" is ${state}, expected ${expected.join(" or ")}: somebody else has moved it`;
  return new DagfillError("STALE_OWNER", message, { details: { index, dagId, runId, state } });
}

export function otherDate(index: number, executionMs: number, got: number): DagfillError {
  const error = wrong("change.executionDate", `the run's own ${iso(executionMs)}`, iso(got));
  return prefixed(error, `changes[${index}].`, { index }) as DagfillError;
}

export function staleOwner(lease: string, epoch: number, current: number): DagfillError {
  const message = `lease "${lease}" has epoch ${current} now, this batch was decided under epoch ${epoch}: somebody else has taken over`;
  return new DagfillError("STALE_OWNER", message, { details: { lease, epoch, current } });
}

/** A failure of the store itself: what was tried, and why it failed. */
export function storeFailed(attempt: string, cause: unknown, hint?: string): DagfillError {
  // Some errors of browsers have a name and nothing to say.
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new DagfillError(
    "STORE_FAILED",
    `${attempt}: ${reason}`,
    hint === undefined ? { cause } : { cause, hint },
  );
}

export function storeClosed(why = "it was closed"): DagfillError {
  return new DagfillError("STORE_FAILED", `the store cannot be used: ${why}`);
}
