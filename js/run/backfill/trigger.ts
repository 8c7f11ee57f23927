// One run for one date, started by hand.

import type { AbortSignalLike } from "../../abort_signal.js";
import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import type { Json } from "../../json.js";
import { record } from "../../json_input.js";
import { environmentOf } from "../../macros/environment.js";
import { type DateValue, date, fields, name, signal, wrong } from "../../options.js";
import { abandonment, unfinishedIds } from "../../plan/history.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import { datesByHand } from "../../plan/plan_rows.js";
import { call } from "../../raw.js";
import { timetableOf } from "../../schedule/timetable.js";
import { runIdOf } from "../../store/run_id.js";
import type { RunStore } from "../../store/store.js";
import { originOf } from "../attempt/context.js";
import type { Executor } from "../attempt/executor.js";
import type { RunResult } from "../events/backfill_events.js";
import type { Host } from "../host/host.js";
import { acquireInTime, acquireOwnLease } from "../writing/lease_handle.js";
import { Writer } from "../writing/writer.js";
import { resumeHint } from "./interrupted.js";
import { runOnce } from "./single_run.js";

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

/** Runs it under a lease of its own: it is no backfill, and holds none up. */
export async function trigger(
  dag: CheckedDag,
  { executionDate, conf = {}, signal: abort }: CheckedTrigger,
  host: Host,
  execute: Executor,
): Promise<RunResult> {
  const { store, now, leaseTime } = host;
  const planned = manualRun(dag, executionDate ?? now());
  const lease = await acquireInTime(acquireOwnLease(store, "run", leaseTime), () => abort?.aborted === true);
  try {
    const origin = originOf(dag, dag.timetable, "manual", environmentOf(dag, host));
    const writer = new Writer(store, lease.fence);
    return await runOnce({
      origin,
      planned,
      conf,
      store,
      lease,
      writer,
      execute,
      now,
      attach: false,
      hooks: abort === undefined ? {} : { signal: abort },
    });
  } catch (error) {
    throw await explained(error, store, dag.dagId, planned.executionDate);
  } finally {
    await lease.release();
  }
}

/** RUN_EXISTS for a run whose process has died says so: it counts as failed, and nobody goes on with it by itself. */
async function explained(
  error: unknown,
  store: RunStore,
  dagId: string,
  executionDate: string,
): Promise<unknown> {
  if (!(error instanceof DagfillError) || error.code !== "RUN_EXISTS") return error;
  const at = Date.parse(executionDate);
  const [run] = await store.listRuns({ dagId, from: at, to: at });
  if (run === undefined || !(await abandonment(store)(run))) return error;
  const { runId, backfillId = "", state } = run;
  const isOpen = (await unfinishedIds(store, dagId)).has(backfillId);
  const what = isOpen ? `its backfill ${backfillId} was interrupted` : "it counts as failed";
  return new DagfillError(
    "RUN_EXISTS",
    `run ${runId} of DAG ${dagId} was left by a process that died: ${what}`,
    {
      details: isOpen
        ? { dagId, runId, executionDate, state, backfillId }
        : { dagId, runId, executionDate, state: "failed" },
      hint: isOpen
        ? resumeHint(backfillId)
        : "a backfill of this date with rerunFailed runs it again and keeps what its tasks did; with resetDagRun it begins anew",
    },
  );
}

/** The date as a run. */
function manualRun(dag: CheckedDag, date: DateValue): PlannedRun {
  const dates = datesByHand(call(() => timetableOf(dag.timetable).manual(date)));
  return { ...dates, runId: runIdOf("manual", dates.executionDate), action: "create" };
}
