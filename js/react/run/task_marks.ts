// How the tasks of the runs of a backfill stand, from its events and from its records.
import type { BackfillEvent, TaskInstance } from "../../face.js";

export type TaskState = TaskInstance["state"];

/** A task of one run. Times in epoch milliseconds; null while it has not begun, or not ended. */
export interface TaskMark {
  state: TaskState;
  start: number | null;
  end: number | null;
  error: string | null;
}

/** By task id; a task that has not been reached is absent. */
export type TaskMarks = ReadonlyMap<string, TaskMark>;

const STATE_OF_EVENT: Partial<Record<BackfillEvent["type"], TaskState>> = {
  "task-started": "running",
  "task-succeeded": "success",
  "task-failed": "failed",
  "task-skipped": "skipped",
  "task-upstream-failed": "upstream_failed",
};

/** Runs whose tasks are kept; those of older ones are in the store. */
const KEPT = 2_000;

/** The marks of many runs, by run id. */
export class TaskMarksByRun {
  readonly #runs = new Map<string, Map<string, TaskMark>>();
  /** Marks that were handed out since the last change of a run. */
  readonly #shown = new Map<string, TaskMarks>();

  /** The same map until something changes, then a new one: whoever compares maps sees the change. */
  of(runId: string): TaskMarks | undefined {
    const marks = this.#runs.get(runId);
    if (marks === undefined) return undefined;
    const shown = this.#shown.get(runId) ?? new Map(marks);
    this.#shown.set(runId, shown);
    return shown;
  }

  /** Takes an event of a task; others change nothing. */
  take(event: BackfillEvent): void {
    const at = Date.parse(event.at);
    if (event.type === "warning" && event.warning.code === "task_retrying") {
      const { runId = "", taskId = "", message } = event.warning;
      const start = this.#runs.get(runId)?.get(taskId)?.start ?? null;
      this.#put(runId, taskId, { state: "up_for_retry", start, end: at, error: message });
      return;
    }
    const state = STATE_OF_EVENT[event.type];
    if (state === undefined || !("taskId" in event)) return;
    const before = this.#runs.get(event.runId)?.get(event.taskId);
    const isStart = state === "running";
    this.#put(event.runId, event.taskId, {
      state,
      start: isStart ? at : (before?.start ?? null),
      end: isStart ? null : at,
      error: event.error?.message ?? null,
    });
  }

  /** A run was stopped: its tasks that had begun are canceled with it. */
  cancel(runId: string, at: number): void {
    for (const [taskId, mark] of this.#runs.get(runId) ?? [])
      if (mark.state === "running") this.#put(runId, taskId, { ...mark, state: "canceled", end: at });
  }

  /** Takes over the tasks that the store has of a run. A task that events have told of already is newer than its record. */
  load(runId: string, instances: readonly TaskInstance[]): void {
    const known = new Set(this.#runs.get(runId)?.keys());
    if (instances.length === 0 && !this.#runs.has(runId)) this.#runs.set(runId, new Map());
    for (const { taskId, state, startedAt, finishedAt, error } of instances) {
      if (known.has(taskId)) continue;
      this.#put(runId, taskId, {
        state,
        start: instantOf(startedAt),
        end: instantOf(finishedAt),
        error: error?.message ?? null,
      });
    }
  }

  #put(runId: string, taskId: string, mark: TaskMark): void {
    const marks = (this.#runs.get(runId) ?? new Map<string, TaskMark>()).set(taskId, mark);
    this.#shown.delete(runId);
    this.#runs.delete(runId);
    this.#runs.set(runId, marks);
    const oldest = this.#runs.keys().next().value;
    if (this.#runs.size <= KEPT || oldest === undefined) return;
    this.#runs.delete(oldest);
    this.#shown.delete(oldest);
  }
}

const instantOf = (at: string | undefined) => (at === undefined ? null : Date.parse(at));
