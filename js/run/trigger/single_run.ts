// One run outside of a backfill: started by hand or by the schedule. It goes through the same machine as a backfill, as its
// only row, under the lease of whoever starts it.
import type { AbortSignalLike } from "../../abort_signal.js";
import type { DagfillError } from "../../error.js";
import type { Json } from "../../json.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import { RowStatus } from "../../raw.js";
import type { RunRecord, RunStore } from "../../store/store.js";
import { Driver } from "../backfill/driver.js";
import { singleRun } from "../backfill/run_set.js";
import { storedRun } from "../backfill/stored_run.js";
import type { BackfillEvent, RunResult } from "../events/backfill_events.js";
import { contextOf, type Origin } from "../host/context.js";
import type { Executor } from "../host/executor.js";
import type { LeaseHandle } from "../writing/lease_handle.js";
import type { Writer } from "../writing/writer.js";

/** How long an aborted run may take to settle. */
const ABORT_GRACE_MS = 30_000;

export interface SingleRun {
  origin: Origin;
  planned: PlannedRun;
  conf: Record<string, Json>;
  store: RunStore;
  lease: LeaseHandle;
  /** Fenced by the lease; many runs may share it. */
  writer: Writer;
  execute: Executor;
  now: () => number;
  attach: boolean;
  signal?: AbortSignalLike | undefined;
  /** The record that a dead process left, and that is this owner's now. */
  left?: RunRecord | undefined;
  onEvent?: (event: BackfillEvent) => void;
}

/** Runs it. RUN_EXISTS when the date has a run already; STORE_FAILED and STALE_OWNER when it could not be recorded. A run that
 *  fails does not reject. */
export async function runOnce(run: SingleRun): Promise<RunResult> {
  const { origin, planned, conf, store, lease, writer, execute, now, attach, signal, left } = run;
  const { dagId } = origin.dag;
  let known = left;
  let isFirst = true;
  const set = singleRun(origin.runType, dagId, planned, conf, left);
  const driver = new Driver<RunResult>({
    set,
    core: { maxParallelRuns: 1, abortGrace: ABORT_GRACE_MS, reportsStart: execute.reportsStart === true },
    writer,
    owner: lease.fence.lease,
    hooks: run.onEvent === undefined ? {} : { onEvent: run.onEvent },
    now,
    execute,
    attach,
    context: (_, attempt) => contextOf(origin, planned, attempt, conf, () => set.key(0, attempt)),
    reload: async () => {
      if (!isFirst) {
        const at = Date.parse(planned.executionDate);
        [known] = await store.listRuns({ dagId, from: at, to: at });
      }
      isFirst = false;
      return known === undefined ? [] : [storedRun(0, known, isOwn(known))];
    },
    finish: (rows) => rows.result(0),
  });
  const isOwn = ({ owner }: RunRecord) => owner === lease.fence.lease;
  const forget = lease.onLost((error) => driver.loseLease(error));
  const abort = () => driver.cancel(true);
  signal?.addEventListener("abort", abort);
  try {
    if (signal?.aborted) abort();
    await driver.begin();
    const result = await driver.result;
    // The plan found nothing on the date: somebody was quicker.
    if (driver.rows.status[0] === RowStatus.InFlight) throw driver.fault as DagfillError;
    return result;
  } finally {
    signal?.removeEventListener("abort", abort);
    forget();
  }
}
