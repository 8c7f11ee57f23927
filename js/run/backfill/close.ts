// Backfills that end without being driven on: discarded, or canceled before their process died. What is open ends, tasks too.

import type { Fence, RunChange, RunRecord, RunStore, StoreChange, TaskInstance } from "../../store/store.js";
import { iso } from "../../time.js";
import { attemptKey } from "../attempt/context.js";
import type { Executor, Report } from "../attempt/executor.js";
import { cancelOpenTasks } from "../tasks/task_records.js";
import { counted, recordsOn } from "./interrupted.js";
import { type Snapshot, toStored } from "./snapshot.js";

export interface Closing {
  store: RunStore;
  backfillId: string;
  snapshot: Snapshot;
  fence: Fence;
  now: number;
  /** The executor, which may know the outcome of attempts outside of the dead process. */
  execute?: Executor | undefined;
}

/** Ends whatever a backfill began and did not end: as it really ended, where the executor can tell, else as canceled. */
async function cancelOpen(closing: Closing): Promise<StoreChange[]> {
  const { store, backfillId, snapshot, now, execute } = closing;
  const { dagId, plan } = snapshot;
  const open = [...(await recordsOn(plan, store)).values()].filter(
    (run) => run.backfillId === backfillId && (run.state === "queued" || run.state === "running"),
  );
  // The others of a chunk are what its first date is.
  const firsts = new Map(open.map((run) => [run.runId, run]));
  const keyOf = (run: RunRecord) => {
    const { runId, attempt } = firsts.get(run.chunk ?? "") ?? run;
    return attemptKey(backfillId, dagId, runId, "", attempt);
  };
  const taskKeyOf = ({ runId, taskId, attempt }: TaskInstance) =>
    attemptKey(backfillId, dagId, runId, taskId, attempt);
  const running = open.filter(({ state }) => state === "running");
  const tasks = execute?.status === undefined ? [] : await runningTasks(store, running);
  const keys = new Set([...running.map(keyOf), ...tasks.map(taskKeyOf)]);
  const reports = keys.size === 0 ? undefined : await execute?.status?.([...keys]);
  const changes: StoreChange[] = [];
  const canceled = new Set(tasks.map(taskKeyOf).filter((key) => endOf(reports?.get(key)) === undefined));
  for (const run of open) {
    const { runId } = run;
    const finishedAt = iso(Math.max(now, Date.parse(run.startedAt ?? "") || now));
    const reportOf = (task: TaskInstance) => reports?.get(taskKeyOf(task));
    const closed = await cancelOpenTasks(store, dagId, runId, finishedAt, reportOf);
    // A run whose last task has ended is not canceled only because its process died before it could say so.
    const byTasks = run.state === "running" ? execute?.outcome?.(run, closed.tasks) : undefined;
    const ended = endOf(reports?.get(keyOf(run))) ?? byTasks;
    if (ended === undefined && run.state === "running") canceled.add(keyOf(run));
    const change: RunChange = { ...(ended ?? { state: "canceled" }), finishedAt };
    changes.push({ type: "update-run", dagId, runId, change }, ...closed.changes);
  }
  if (canceled.size > 0) await execute?.cancel?.([...canceled], `backfill ${backfillId} was canceled`);
  return changes;
}

/** The tasks of these runs that a dead process left running. */
async function runningTasks(store: RunStore, runs: readonly RunRecord[]): Promise<TaskInstance[]> {
  const found: TaskInstance[] = [];
  for (const { dagId, runId } of runs) found.push(...(await store.listTaskInstances(dagId, runId)));
  return found.filter(({ state }) => state === "running");
}

function endOf(report: Report | undefined): RunChange | undefined {
  switch (report?.state) {
    case "success":
      return {
        state: "success",
        error: undefined,
        ...(report.output === undefined ? {} : { output: report.output }),
      };
    case "failed":
    case "canceled":
      return { state: report.state, ...(report.error === undefined ? {} : { error: report.error }) };
    default:
      return undefined;
  }
}

/** A backfill that was canceled before its process died, when another goes on with it. */
export async function finishCancel(closing: Closing): Promise<void> {
  if (!closing.snapshot.canceling) return;
  const changes = await cancelOpen(closing);
  if (changes.length > 0) await closing.store.apply(changes, closing.fence);
}

/** Closes an interrupted backfill; what never began counts as canceled. */
export async function close(closing: Closing): Promise<void> {
  const { store, backfillId, snapshot, fence, now } = closing;
  const { dagId, plan } = snapshot;
  const changes = await cancelOpen(closing);
  if (changes.length > 0) await store.apply(changes, fence);
  const { completed, failed, skipped } = await counted(store, backfillId, snapshot);
  const canceled = plan.counts.total - completed - failed - skipped;
  const { enqueued: _, ...known } = snapshot;
  const closed: Snapshot = {
    ...known,
    state: "canceled",
    finishedAt: iso(Math.max(now, Date.parse(snapshot.startedAt))),
    counts: { completed, failed, skipped, canceled },
  };
  const last: StoreChange = {
    type: "save-backfill",
    id: backfillId,
    dagId,
    finished: true,
    snapshot: toStored(closed),
  };
  await store.apply([last], fence);
}
