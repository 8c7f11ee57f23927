// One run outside of a backfill: started by hand or by the schedule. It goes through the same machine as a backfill, as its
// only row, under the lease of whoever starts it.

import { ACTIONS } from "../../codes.js";
import type { DagfillError } from "../../error.js";
import type { Json } from "../../json.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import { RowStatus } from "../../raw.js";
import type { RunRecord, RunStore, RunType } from "../../store/store.js";
import { attemptKey, type Origin } from "../attempt/context.js";
import type { Executor } from "../attempt/executor.js";
import type { Hooks, RunResult } from "../events/backfill_events.js";
import type { LeaseHandle } from "../writing/lease_handle.js";
import type { Writer } from "../writing/writer.js";
import { Driver } from "./driver.js";
import { storedRun } from "./rows.js";
import type { RunSet } from "./run_set.js";

/** How long an aborted run may take to settle. */
export const ABORT_GRACE_MS = 30_000;

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
  /** The record that a dead process left, and that is this owner's now. */
  left?: RunRecord | undefined;
  hooks?: Hooks;
}

/** Runs it. RUN_EXISTS when the date has a run already; STORE_FAILED and STALE_OWNER when it could not be recorded. A run that
 *  fails does not reject. */
export async function runOnce(run: SingleRun): Promise<RunResult> {
  const { origin, planned, conf, store, lease, writer, execute, now, attach, hooks = {}, left } = run;
  const { dagId } = origin.dag;
  const stored = (known: RunRecord | undefined) =>
    known === undefined ? [] : [storedRun(0, known, known.owner === lease.fence.lease)];
  const driver = new Driver<RunResult>({
    set: singleRun(origin.runType, dagId, planned, conf, left),
    core: { maxParallelRuns: 1, abortGrace: ABORT_GRACE_MS },
    writer,
    lease,
    hooks,
    now,
    execute,
    attach,
    origin,
    known: stored(left),
    reload: async () => {
      const at = Date.parse(planned.executionDate);
      const [known] = await store.listRuns({ dagId, from: at, to: at });
      return stored(known);
    },
    finish: (rows) => rows.result(0),
  });
  await driver.begin();
  const result = await driver.result;
  // The plan found nothing on the date: somebody was quicker.
  if (driver.rows.status[0] === RowStatus.InFlight) throw driver.fault as DagfillError;
  return result;
}

/** One run outside of a backfill. */
function singleRun(
  runType: RunType,
  dagId: string,
  planned: PlannedRun,
  conf: Record<string, Json>,
  left: RunRecord | undefined,
): RunSet {
  const scope = left?.key ?? crypto.randomUUID();
  const keys = new Map<number, string>();
  if (left?.key !== undefined) keys.set(left.attempt, left.key);
  const key = (attempt: number) => {
    const known = keys.get(attempt) ?? attemptKey(scope, dagId, planned.runId, "", attempt);
    keys.set(attempt, known);
    return known;
  };
  return {
    dagId,
    runType,
    key: (_, attempt) => key(attempt),
    keepsKeys: true,
    count: 1,
    dates: 1,
    members: () => [{ planned, before: undefined, attempts: 0 }],
    failures: new Map(),
    columns: {
      actions: Uint8Array.of(ACTIONS.indexOf(planned.action)),
      reasons: new Uint8Array(1),
      states: new Uint8Array(),
      attempts: new Uint32Array(),
      weights: new Uint32Array(),
    },
    planned: () => planned,
    past: () => planned.previousDate,
    conf: () => conf,
  };
}
