// Backfills that a start refuses, and warnings of a preview for that, and for what would be left undone.

import { SKIP_REASONS } from "../../codes.js";
import type { CheckedDag, CheckedTask } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import type { Json } from "../../json.js";
import type { CheckedOptions } from "../../plan/backfill_options.js";
import { downstreamOf } from "../../plan/cascade.js";
import { startingRows } from "../../plan/chunk_rows.js";
import type { PlanData } from "../../plan/plan_data.js";
import { ActionCode } from "../../raw.js";
import type { RunStore } from "../../store/store.js";
import { shortened } from "../../visible.js";
import type { Warning } from "../../warning.js";
import type { Host } from "../host/host.js";
import { runsByTask, taskCallback } from "../tasks/execute_tasks.js";
import { described, leaseOf } from "../writing/lease_handle.js";
import { changedSince } from "./definition.js";
import { resumeHint } from "./interrupted.js";
import { fromStored, type Snapshot } from "./snapshot.js";

type Stored = Pick<Snapshot, "definition">;
type StoredBackfills = Awaited<ReturnType<RunStore["listBackfills"]>>;

const unfinishedOf = (store: RunStore, dagId: string): Promise<StoredBackfills> =>
  store.listBackfills({ dagId, unfinished: true });

/** The unfinished backfills that would start runs for dates that `plan` starts runs for, with how many dates. */
function* interruptedOver(
  unfinished: StoredBackfills,
  plan: PlanData,
): Generator<{ id: string; count: number; enqueued: boolean }> {
  for (const { id, snapshot } of unfinished) {
    const count = overlap(id, snapshot, plan);
    if (count > 0) yield { id, count, enqueued: isEnqueued(snapshot) };
  }
}

function isEnqueued(snapshot: Json): boolean {
  return (snapshot as { enqueued?: unknown } | null)?.enqueued === true;
}

/** Why a start of the plan would be refused now: BACKFILL_ACTIVE, or BACKFILL_EXISTS. The store is asked at once, and answers while the plan is
 *  made: a store on the other side of a thread, or of a network, takes its time. */
export function refusals(
  store: RunStore,
  dag: CheckedDag,
  { backfillId }: CheckedOptions,
): (plan: PlanData) => Promise<Warning[]> {
  const { dagId } = dag;
  const reading = Promise.all([
    backfillId !== undefined && isKnown(store, backfillId),
    store.readLease(leaseOf(dagId)),
    unfinishedOf(store, dagId),
  ]);
  // An error of the plan comes first, and then nothing waits for this one.
  reading.catch(() => {});
  return async (plan) => {
    const [exists, lease, unfinished] = await reading;
    const warnings: Warning[] = [];
    if (backfillId !== undefined && exists)
      warnings.push({ code: "backfill_exists", message: `${known(backfillId)} (BACKFILL_EXISTS)` });
    if (lease !== null) {
      const message = `${described(lease.owner)} drives a backfill of DAG ${dagId}: until that has ended a start is refused (BACKFILL_ACTIVE)`;
      return [...warnings, { code: "backfill_active", message }];
    }
    for (const { id, count, enqueued } of interruptedOver(unfinished, plan)) {
      const dates = count === 1 ? "1 of these dates" : `${count} of these dates`;
      const message = `backfill ${id} ${enqueued ? "is enqueued" : "was interrupted"} and has ${dates}: a start is refused (BACKFILL_EXISTS) until it is resumed, or discarded`;
      warnings.push({ code: "interrupted_backfill", message, count });
    }
    // The change matters before any of them is resumed, also one that has none of these dates.
    const changes = unfinished.map(({ snapshot }) => changedSince((snapshot as Stored).definition, dag));
    for (const message of new Set(changes)) if (message) warnings.push({ code: "dag_changed", message });
    return warnings;
  };
}

/** Tasks whose command or function nothing would run, because the host runs the DAG as a whole by its `executeRun`. With an
 *  engine there is no warning: its workers have their own callbacks. */
export function tasksNotRun(
  { executeRun, executeTask, engine }: Host,
  dag: CheckedDag,
  tasks: readonly CheckedTask[],
): Warning | undefined {
  if (executeTask ?? engine) return undefined;
  if (executeRun === undefined) return refusedCommand(dag);
  const ids = tasks
    .filter(({ command, run }) => command !== undefined || run !== undefined)
    .map((task) => task.taskId);
  if (ids.length === 0) return undefined;
  const message = `executeRun runs each date as a whole, and nothing runs ${shortened(ids.join(", "), 160)}: leave executeRun out for functions, and give an executeTask for commands, such as shellTasks() of dagfill/shell`;
  return { code: "tasks_not_run", message, count: ids.length };
}

/** The error of a start, as a warning, for a command beside tasks with functions that no executeTask runs. */
function refusedCommand(dag: CheckedDag): Warning | undefined {
  try {
    if (runsByTask(dag, undefined)) taskCallback(dag, undefined);
    return undefined;
  } catch (error) {
    return { code: "tasks_not_run", message: (error as Error).message };
  }
}

/** A new backfill over the dates of an interrupted one would run them twice, or never finish the old one: BACKFILL_EXISTS. */
export async function refuseInterrupted(store: RunStore, plan: PlanData): Promise<void> {
  for (const { id, enqueued } of interruptedOver(await unfinishedOf(store, plan.dagId), plan)) {
    throw new DagfillError(
      "BACKFILL_EXISTS",
      `backfill ${id} of DAG ${plan.dagId} ${enqueued ? "is enqueued" : "was interrupted"} and has some of these dates`,
      {
        hint: resumeHint(id),
        details: { backfillId: id },
      },
    );
  }
}

const IN_FLIGHT = SKIP_REASONS.indexOf("in_flight");

/** For how many dates of a plan a stored backfill starts the run: dates for which the plan starts one, too, or whose run is in flight. */
function overlap(id: string, snapshot: Json, plan: PlanData): number {
  const other = fromStored(id, snapshot).plan;
  const dates = new Set<number>();
  for (const row of startingRows(other)) dates.add(other.executionDate[row] as number);
  let count = 0;
  for (const [row, date] of plan.executionDate.entries()) {
    const isOpen = plan.action[row] !== ActionCode.Skip || plan.reason[row] === IN_FLIGHT;
    if (isOpen && dates.has(date)) count += 1;
  }
  return count;
}

/** A backfill is of one DAG: the others are started behind it. */
export function refuseCascade(host: Host, dagId: string): never {
  const order = downstreamOf(host.dags, dagId);
  throw new DagfillError("INVALID_OPTION", "cascade: expected it in a preview only", {
    field: "cascade",
    hint:
      order.length === 0
        ? `no DAG has ${dagId} among its inputs: leave cascade out`
        : `start the DAGs one after the other: ${[dagId, ...order].join(", ")}`,
  });
}

/** BACKFILL_EXISTS for an id that was used before. */
export async function refuseKnown(store: RunStore, backfillId: string): Promise<void> {
  if (!(await isKnown(store, backfillId))) return;
  throw new DagfillError("BACKFILL_EXISTS", known(backfillId), {
    field: "backfillId",
    hint: "choose another id, or leave it out",
    details: { backfillId },
  });
}

async function isKnown(store: RunStore, backfillId: string): Promise<boolean> {
  return ((await store.loadBackfill(backfillId)) ?? null) !== null;
}

const known = (backfillId: string) => `there is a backfill ${JSON.stringify(backfillId)} already`;
