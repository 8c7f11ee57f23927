// Drives a backfill that is new, or was interrupted, under a lease that is held until all has ended.

import type { CheckedDag } from "../../dag/dag.js";
import { environmentOf } from "../../macros/environment.js";
import { unresolvedTexts } from "../../plan/template_warnings.js";
import type { Canary } from "../../plan/valve.js";
import { RunStateCode } from "../../raw.js";
import { storeFailure } from "../../store/failure.js";
import { originOf } from "../attempt/context.js";
import type { Executor } from "../attempt/executor.js";
import type { BackfillResult, Hooks } from "../events/backfill_events.js";
import type { Host } from "../host/host.js";
import type { LeaseHandle } from "../writing/lease_handle.js";
import { askStore } from "../writing/store_watchdog.js";
import { Writer } from "../writing/writer.js";
import { BackfillHandle } from "./backfill_handle.js";
import { Driver } from "./driver.js";
import { storedRuns } from "./interrupted.js";
import { resultOf } from "./progress.js";
import { RequestReader } from "./requests.js";
import type { StoredRun } from "./rows.js";
import { backfillRuns, type RunSet } from "./run_set.js";
import { coreOptions, type Snapshot } from "./snapshot.js";

export interface Driven {
  host: Host;
  dag: CheckedDag;
  backfillId: string;
  lease: LeaseHandle;
  execute: Executor;
  hooks: Hooks;
  /** The canary's own answer. */
  approve?: Canary["approve"] | undefined;
  /** The reader of requests of each backfill that is driven here. */
  readers: Map<string, RequestReader>;
  /** Makes the backfill, or reads the stored one; `fresh`: nothing of it has begun; `changed`: a message where its DAG is another one
   *  than it was stored with. */
  prepare: () => Promise<{ snapshot: Snapshot; fresh: boolean; changed?: string | undefined }>;
}

/** Fulfils when the backfill is stored and may start. The lease is given back when it has ended, or cannot be driven. */
export async function drive(driven: Driven): Promise<BackfillHandle> {
  const { host, dag, backfillId, lease, execute, hooks, approve, readers, prepare } = driven;
  const { store } = host;
  try {
    await execute.check?.();
    const { snapshot, fresh, changed } = await askStore(prepare, hooks.signal);
    const environment = environmentOf(dag, host, snapshot.options);
    const set = backfillRuns(backfillId, snapshot);
    // Of runs that had succeeded when this process took over; those that succeed from then on are told by warnings.
    let failedBefore = fresh ? 0 : undefined;
    const driver: Driver<BackfillResult> = new Driver<BackfillResult>({
      set,
      core: coreOptions(snapshot),
      writer: new Writer(store, lease.fence),
      lease,
      hooks,
      now: host.now,
      execute,
      origin: originOf(dag, snapshot.plan.timetable, "backfill", environment, backfillId),
      known: fresh ? [] : undefined,
      reload: async () => {
        const known = await storedRuns(store, backfillId, snapshot);
        failedBefore ??= (await execute.failedTasks?.(dag.dagId, succeededIds(set, known))) ?? 0;
        return known;
      },
      attach: host.inFlight === "attach",
      canceling: snapshot.canceling === true,
      approve,
      unresolved: unresolvedTexts(snapshot.plan.warnings),
      finish: (rows, progress, notifier) => {
        const failedTasks = (failedBefore ?? 0) + notifier.failedTasks;
        const { unresolved } = environment;
        const result = resultOf(backfillId, snapshot, rows, progress, failedTasks, unresolved);
        notifier.emit({ type: "finished", result });
        return result;
      },
    });
    if (changed !== undefined) driver.notifier.warn("dag_changed", changed);
    const reader = new RequestReader(store, backfillId, snapshot, driver);
    readers.set(backfillId, reader);
    const result = driver.result.finally(() => {
      reader.end();
      readers.delete(backfillId);
      return lease.release();
    });
    result.catch(() => {});
    if (snapshot.state === "paused") driver.pause();
    await driver.begin();
    return new BackfillHandle(backfillId, snapshot.plan, driver, snapshot.options.abortGrace, result);
  } catch (error) {
    await lease.release();
    throw storeFailure(error);
  }
}

/** Ids of the runs of a set that it wrote itself, and that have succeeded. */
function succeededIds(set: RunSet, known: readonly StoredRun[]): string[] {
  const succeeded = known.filter(({ own, state }) => own && state === RunStateCode.Success);
  return succeeded.map(({ row }) => set.planned(row).runId);
}
