// Warnings of a preview for what a start would refuse, or leave undone.

import type { CheckedTask } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import type { Json } from "../../json.js";
import type { PlanData } from "../../plan/plan_data.js";
import type { RunStore } from "../../store/store.js";
import type { Warning } from "../../warning.js";
import type { Host } from "../host/host.js";
import { described, leaseOf } from "../writing/lease_handle.js";
import { overlap } from "./interrupted.js";

/** The interrupted backfills of a DAG that would start runs for dates that `plan` starts runs for, with how many dates. */
async function* interruptedOver(
  store: RunStore,
  plan: PlanData,
): AsyncGenerator<{ id: string; count: number; enqueued: boolean }> {
  for (const { id, snapshot } of await store.listBackfills({ dagId: plan.dagId, unfinished: true })) {
    const count = overlap(id, snapshot, plan);
    if (count > 0) yield { id, count, enqueued: isEnqueued(snapshot) };
  }
}

function isEnqueued(snapshot: Json): boolean {
  return (snapshot as { enqueued?: unknown } | null)?.enqueued === true;
}

/** Why a start of this plan would be refused now: BACKFILL_ACTIVE, or BACKFILL_EXISTS. */
export async function refusals(store: RunStore, plan: PlanData): Promise<Warning[]> {
  const { dagId } = plan;
  const lease = await store.readLease(leaseOf(dagId));
  if (lease !== null) {
    const message = `${described(lease.owner)} drives a backfill of DAG ${dagId}: until that has ended a start is refused (BACKFILL_ACTIVE)`;
    return [{ code: "backfill_active", message }];
  }
  const warnings: Warning[] = [];
  for await (const { id, count, enqueued } of interruptedOver(store, plan)) {
    const dates = count === 1 ? "1 of these dates" : `${count} of these dates`;
    const message = `backfill ${id} ${enqueued ? "is enqueued" : "was interrupted"} and has ${dates}: a start is refused (BACKFILL_EXISTS) until it is resumed, or discarded`;
    warnings.push({ code: "interrupted_backfill", message, count });
  }
  return warnings;
}

/** Tasks whose command or function nothing would run, because the host runs the DAG as a whole by its `executeRun`. */
export function tasksNotRun(
  { executeRun, executeTask }: Host,
  tasks: readonly CheckedTask[],
): Warning | undefined {
  if (executeRun === undefined || executeTask !== undefined) return undefined;
  const ids = tasks
    .filter(({ command, run }) => command !== undefined || run !== undefined)
    .map((task) => task.taskId);
  if (ids.length === 0) return undefined;
  const named = ids.length > 4 ? `${ids.slice(0, 4).join(", ")} and ${ids.length - 4} more` : ids.join(", ");
  const message = `executeRun runs each date as a whole, and nothing runs ${ids.length === 1 ? "the task" : "the tasks"} ${named}: leave executeRun out where tasks have functions, and give an executeTask for commands, such as shellTasks() of dagfill/shell`;
  return { code: "tasks_not_run", message, count: ids.length };
}

/** A new backfill over the dates of an interrupted one would run them twice, or never finish the old one: BACKFILL_EXISTS. */
export async function refuseInterrupted(store: RunStore, plan: PlanData): Promise<void> {
  for await (const { id, enqueued } of interruptedOver(store, plan)) {
    throw new DagfillError(
      "BACKFILL_EXISTS",
      `backfill ${id} of DAG ${plan.dagId} ${enqueued ? "is enqueued" : "was interrupted"} and has some of these dates`,
      {
        hint: `resume("${id}") goes on with it, discard("${id}") closes it`,
        details: { backfillId: id },
      },
    );
  }
}
