// One run outside of a backfill: started by hand or by the schedule. It is recorded as running before its callback is called,
// and ended in the batch of its last task.

import type { AbortSignalLike } from "../../abort_signal.js";
import { DagfillError } from "../../error.js";
import { type Failure, failure } from "../../failure.js";
import type { Json } from "../../json.js";
import { json } from "../../json_input.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import type { RunChange, RunRecord, RunStore, StoreChange } from "../../store/store.js";
import { iso } from "../../time.js";
import type { EventBody, RunResult } from "../events/backfill_events.js";
import { contextOf, type Origin } from "../host/context.js";
import type { Executor } from "../host/executor.js";
import { abortReason, Context } from "../host/run_state.js";
import { Wake } from "../timing/turns.js";
import type { LeaseHandle } from "../writing/lease_handle.js";
import { waitForStore } from "../writing/store_watchdog.js";
import { takeOver } from "../writing/take_over.js";
import type { Writer } from "../writing/writer.js";

/** How long an aborted run may take to settle. */
const ABORT_GRACE_MS = 30_000;

export interface SingleRun {
  origin: Origin;
  planned: PlannedRun;
  conf: Record<string, Json>;
  store: RunStore;
  held: LeaseHandle;
  /** Fenced by the lease; many runs may share it. */
  writer: Writer;
  execute: Executor;
  now: () => number;
  signal?: AbortSignalLike | undefined;
  /** The record that a dead process left: the run goes on with its next attempt, and keeps what its tasks did. */
  left?: RunRecord | undefined;
  news?: (news: EventBody) => void;
  /** Called when the run is on record and starts. */
  onStart?: (run: RunResult) => void;
}

/** Runs it. RUN_EXISTS when the date has a run already, or when somebody else was quicker to take over the one that was left; STORE_FAILED and STALE_OWNER when it could not be recorded. A run that
 *  fails does not reject. */
export async function runOnce(parts: SingleRun): Promise<RunResult> {
  const { origin, planned, conf, store, held, now, left } = parts;
  const { dagId } = origin.dag;
  const { runId, executionDate, dataInterval } = planned;
  const attempt = (left?.attempt ?? 0) + 1;
  const startedAt = iso(now());
  const state = "running" as const;
  const running = { state, owner: held.fence.lease, attempt, startedAt };
  const run: RunRecord = {
    runId,
    dagId,
    executionDate,
    dataInterval,
    runType: origin.runType,
    conf,
    ...running,
  };
  if (left === undefined) await write(parts, [{ type: "create-run", run }]);
  else await takeOver(store, left, { ...running, error: undefined }, held.fence);
  const result: RunResult = {
    dagId,
    executionDate,
    runId,
    action: planned.action,
    state,
    attempts: 1,
    startedAt,
  };
  parts.onStart?.(result);
  const ended = await new Promise<RunChange>((resolve, reject) => carryOut(parts, attempt, resolve, reject));
  const { finishedAt, error, output } = ended;
  return {
    ...result,
    state: ended.state ?? "failed",
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(error === undefined ? {} : { error }),
    ...(output === undefined ? {} : { output }),
  };
}

function carryOut(
  parts: SingleRun,
  attempt: number,
  resolve: (change: RunChange) => void,
  reject: (error: DagfillError) => void,
): void {
  const { origin, planned, conf, held, writer, execute, now, signal, news } = parts;
  const context = contextOf(origin, planned, attempt, conf);
  let [ended, aborted] = [false, false];
  let work: ReturnType<Executor>;
  const patience = new Wake(() =>
    end(false, new DagfillError("ABORTED", `run ${planned.runId} was aborted and did not settle`)),
  );
  const abort = () => {
    if (aborted || ended) return;
    aborted = true;
    Context.abort(context, abortReason("cancel", planned.runId));
    work?.abort("cancel");
    patience.at(ABORT_GRACE_MS);
  };
  const end = (success: boolean, value: unknown) => {
    if (ended) return;
    ended = true;
    patience.at(undefined);
    signal?.removeEventListener("abort", abort);
    forget();
    const change = endOf(success, aborted, value, now());
    write(parts, [{ type: "update-run", dagId: origin.dag.dagId, runId: planned.runId, change }]).then(
      () => resolve(change),
      reject,
    );
  };
  const forget = held.onLost((error) => {
    abort();
    reject(error);
  });
  signal?.addEventListener("abort", abort);
  // What was canceled before it began is not begun.
  if (signal?.aborted) {
    aborted = true;
    end(false, abortReason("cancel", planned.runId));
    return;
  }
  work = execute({
    context,
    row: 0,
    past: () => context.previousDate,
    writer,
    news: news ?? (() => {}),
    settle: end,
  });
}

function endOf(success: boolean, aborted: boolean, value: unknown, now: number): RunChange {
  const finishedAt = iso(now);
  if (!success) {
    const error: Failure = failure(value);
    return { state: aborted ? "canceled" : "failed", finishedAt, error };
  }
  if (value === undefined) return { state: "success", finishedAt };
  try {
    return { state: "success", finishedAt, output: json(value, "output") };
  } catch {
    // The work is done; an output that JSON cannot say is not kept.
    return { state: "success", finishedAt };
  }
}

/** Whoever has aborted the run does not wait for a store that is silent. */
function write({ writer, signal }: SingleRun, changes: StoreChange[]): Promise<void> {
  const written = new Promise<void>((resolve, reject) => {
    writer.push({ changes, stored: resolve, refused: (_, error) => reject(error), failed: reject });
  });
  return signal === undefined ? written : waitForStore(written, () => signal.aborted);
}
