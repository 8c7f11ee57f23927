// Backfills whose process died: what the store knows of them.

import { RUN_STATES } from "../../codes.js";
import { DagfillError } from "../../error.js";
import type { Failure } from "../../failure.js";
import { rowsOf, startingRows } from "../../plan/chunk_rows.js";
import type { PlanData } from "../../plan/plan_data.js";
import { ActionCode } from "../../raw.js";
import { shown } from "../../shown.js";
import type { RunRecord, RunState, RunStore } from "../../store/store.js";
import { type StoredRun, storedRun } from "./rows.js";
import { fromStored, type Snapshot } from "./snapshot.js";

/** The backfill of that id. UNKNOWN_BACKFILL when there is none. */
export async function stored(store: RunStore, backfillId: string): Promise<Snapshot> {
  const snapshot = await store.loadBackfill(backfillId);
  if ((snapshot ?? null) !== null) return fromStored(backfillId, snapshot);
  throw new DagfillError("UNKNOWN_BACKFILL", `the store has no backfill ${shown(backfillId)}`, {
    input: backfillId,
  });
}

/** The hint of errors about a backfill that was interrupted. */
export function resumeHint(id: string): string {
  return `resume("${id}") continues it, discard("${id}") closes it`;
}

/** The records on the dates of a plan, by date. */
export async function recordsOn(
  { dagId, executionDate }: PlanData,
  store: RunStore,
): Promise<Map<number, RunRecord>> {
  if (executionDate.length === 0) return new Map();
  const records = await store.listRuns({ dagId, ...spanOf(executionDate) });
  return new Map(records.map((run) => [Date.parse(run.executionDate), run]));
}

/** The first and the last of dates, which may run in any order. */
function spanOf(dates: Float64Array): { from: number; to: number } {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const date of dates) [from, to] = [Math.min(from, date), Math.max(to, date)];
  return { from, to };
}

/** Reads the stored runs of the rows that the plan starts. */
export async function storedRuns(
  store: RunStore,
  backfillId: string,
  { plan }: Snapshot,
): Promise<StoredRun[]> {
  const records = await recordsOn(plan, store);
  const { executionDate } = plan;
  const found: StoredRun[] = [];
  const at = (row: number) => records.get(executionDate[row] as number);
  const add = (row: number, first: number, others: readonly number[]) => {
    const run = at(first);
    if (run === undefined) return;
    const one = storedRun(row, run, run.backfillId === backfillId);
    found.push(
      others.length === 0 ? one : withFailed(one, [run, ...others.flatMap((other) => at(other) ?? [])]),
    );
  };
  if (plan.chunks === undefined) for (const row of startingRows(plan)) add(row, row, []);
  else {
    for (const row of plan.chunks.keys()) {
      const [first, ...others] = rowsOf(plan, row);
      if (first !== undefined && plan.action[first] !== ActionCode.Skip) add(row, first, others);
    }
  }
  return found;
}

/** A chunk some of whose dates have failed, and others not, has failed as a row. */
function withFailed(stored: StoredRun, dates: readonly RunRecord[]): StoredRun {
  const failed = dates.filter(({ state }) => state === "failed");
  const ended = dates.every(({ state }) => state === "failed" || state === "success");
  if (!ended || failed.length === 0 || failed.length === dates.length) return stored;
  const errors = failed.map(({ executionDate, error }): [string, Failure] => [
    executionDate,
    error ?? { name: "Error", message: "failed" },
  ]);
  return { ...stored, state: RUN_STATES.indexOf("failed"), failed: new Map(errors) };
}

/** Counts of a backfill, from the records of its rows. */
export async function counted(
  store: RunStore,
  backfillId: string,
  snapshot: Snapshot,
): Promise<{ completed: number; failed: number; canceled: number; skipped: number; running: number }> {
  const { success, failed, canceled, running } = await countedByState(store, backfillId, snapshot.plan);
  return { completed: success, failed, canceled, running, skipped: snapshot.plan.counts.skip };
}

/** How many runs of a backfill are in each state; a store that cannot tell it is read. */
async function countedByState(
  store: RunStore,
  backfillId: string,
  plan: PlanData,
): Promise<Record<RunState, number>> {
  const counts = { queued: 0, running: 0, success: 0, failed: 0, canceled: 0 };
  const { dagId, executionDate } = plan;
  if (executionDate.length === 0) return counts;
  const told = await store.countRuns?.({ dagId, ...spanOf(executionDate), backfillId });
  if (told !== undefined) return told;
  for (const run of (await recordsOn(plan, store)).values()) {
    if (run.backfillId === backfillId) counts[run.state] += 1;
  }
  return counts;
}
