// One batch of a run by its tasks: their new states, what they left for others, and what listeners are told when it is stored.
import { TASK_STATES } from "../../codes.js";
import type { CheckedTask } from "../../dag/dag.js";
import type { DagfillError } from "../../error.js";
import type { Failure } from "../../failure.js";
import type { Json } from "../../json.js";
import type { TaskEventCode } from "../../raw.js";
import type { RunStore, StoreChange, TaskInstance } from "../../store/store.js";
import { iso } from "../../time.js";
import { Context } from "../attempt/context.js";
import type { Report } from "../attempt/executor.js";
import type { EventBody, TaskEvent } from "../events/backfill_events.js";
import type { InFlight, InFlightMap } from "../machine/in_flight.js";
import { retryDelayMs } from "./retry_delay.js";
import { tasksNamed } from "./run_failure.js";
import type { TaskGraph } from "./task_graph.js";
import type { Xcom } from "./xcom.js";

/** A task whose callback was called. */
export interface Called extends InFlight {
  context?: Context;
  /** XCom that it has left so far. */
  pushed: Map<string, Json>;
  /** How it has settled. */
  outcome?: TaskEventCode;
}

export function abortCalled({ context }: Called, why: DagfillError): void {
  if (context !== undefined) Context.abort(context, why);
}

const EVENTS: Partial<Record<TaskInstance["state"], TaskEvent["type"]>> = {
  running: "task-started",
  success: "task-succeeded",
  failed: "task-failed",
  upstream_failed: "task-upstream-failed",
  skipped: "task-skipped",
};

interface TaskBatch {
  changes: StoreChange[];
  events: EventBody[];
  tasks: number[];
  /** Those of them whose attempt has ended. */
  settled: number[];
}

const empty = (): TaskBatch => ({ changes: [], events: [], tasks: [], settled: [] });

function joined(first: TaskBatch, second: TaskBatch): TaskBatch {
  if (first.changes.length === 0) return second;
  return {
    changes: [...first.changes, ...second.changes],
    events: [...first.events, ...second.events],
    tasks: [...first.tasks, ...second.tasks],
    settled: [...first.settled, ...second.settled],
  };
}

export class TaskRecords {
  readonly errors = new Map<number, Failure>();
  readonly #context: Context;
  readonly #graph: TaskGraph;
  readonly #xcom: Xcom;
  readonly #inFlight: InFlightMap<Called>;
  readonly #now: () => number;
  readonly #startedAt = new Map<number, string>();
  readonly #states = new Map<string, TaskInstance["state"]>();
  #batch = empty();
  /** Of batches that the store did not take. */
  #kept = empty();
  #failures = 0;

  constructor(
    context: Context,
    graph: TaskGraph,
    xcom: Xcom,
    inFlight: InFlightMap<Called>,
    now: () => number,
  ) {
    this.#context = context;
    this.#graph = graph;
    this.#xcom = xcom;
    this.#inFlight = inFlight;
    this.#now = now;
  }

  /** The state of a task as it was recorded last. */
  state(taskId: string): TaskInstance["state"] | undefined {
    return this.#states.get(taskId);
  }

  restore(task: number, taskId: string, state: TaskInstance["state"], startedAt: string | undefined): void {
    this.#states.set(taskId, state);
    if (startedAt !== undefined) this.#startedAt.set(task, startedAt);
  }

  /** All that is to be stored now. */
  take(): TaskBatch {
    const batch = joined(this.#kept, this.#batch);
    this.#kept = empty();
    this.#batch = empty();
    return batch;
  }

  /** Forgets the records that were not committed: they are made again. */
  drop(): void {
    this.#batch = empty();
  }

  /** The store did not take the batch. Ends are offered again; starts are not. */
  keep({ changes, events, settled }: TaskBatch): void {
    this.#kept = joined(this.#kept, {
      changes: changes.filter(
        (change) => change.type !== "save-task-instance" || change.instance.state !== "running",
      ),
      events: events.filter(({ type }) => type !== "task-started"),
      tasks: settled,
      settled,
    });
  }

  get unstored(): readonly StoreChange[] {
    return this.#kept.changes;
  }

  /** How many attempts of the task of the next record have failed. */
  failures(count: number): void {
    this.#failures = count;
  }

  /** A task's new state, and what it has left for others. */
  record(task: number, attempt: number, state: TaskInstance["state"]): void {
    const { dagId, runId } = this.#context;
    const { taskId } = this.#graph.task(task);
    const { changes, events, tasks, settled } = this.#batch;
    tasks.push(task);
    const time = iso(this.#now());
    if (state === "running") {
      this.#startedAt.set(task, time);
      this.errors.delete(task);
    } else settled.push(task);
    const startedAt = this.#startedAt.get(task);
    const error = this.errors.get(task);
    const instance: TaskInstance = {
      dagId,
      runId,
      taskId,
      state,
      attempt,
      ...(this.#failures > 0 ? { failures: this.#failures } : {}),
      ...(startedAt === undefined ? {} : { startedAt }),
      // Also of one that is tried again: its pause counts from then. A clock that went back makes none negative.
      ...(state === "running"
        ? {}
        : { finishedAt: startedAt !== undefined && startedAt > time ? startedAt : time }),
      ...(error === undefined ? {} : { error }),
    };
    const pushed = this.#inFlight.get(task)?.pushed;
    if (pushed !== undefined && state !== "running" && state !== "up_for_retry") {
      changes.push(...this.#xcom.leave(dagId, runId, taskId, pushed));
    }
    changes.push({ type: "save-task-instance", instance });
    const type = EVENTS[state];
    if (type !== undefined) {
      events.push({ type, runId, taskId, ...(state !== "skipped" && error !== undefined ? { error } : {}) });
    }
    if (state === "up_for_retry") {
      const how = retry(this.#graph.task(task), attempt, this.#failures);
      const message = `${runId}: task ${taskId} has failed and is tried again ${how}: ${error?.name}: ${error?.message}`;
      const at = this.#context.executionDate;
      events.push({ type: "warning", warning: { code: "task_retrying", message, at, runId, taskId } });
    }
    this.#states.set(taskId, state);
  }
}

/** When the next attempt is made, and which it is. */
function retry(task: CheckedTask, attempt: number, failures: number): string {
  const { retries } = task;
  const delay = retryDelayMs(task, failures);
  const when = delay > 0 ? `in ${Math.trunc(delay) / 1_000} s` : "now";
  return `${when}, attempt ${attempt + 1} of ${attempt + retries - failures + 1}`;
}

/** Says that a run has succeeded although tasks of it failed, or did not run because of the date before. */
export function warningOfFailed(
  { runId, executionDate: at }: Context,
  failed: readonly { taskId: string }[],
  stopped: readonly { taskId: string }[],
): EventBody {
  const why: string[] = [];
  if (failed.length > 0) why.push(`its ${tasksNamed(failed)} failed`);
  if (stopped.length > 0) {
    const since = stopped.length === 1 ? "since it has" : "since they have";
    const past = "dependsOnPast and did not succeed on the date before";
    why.push(`its ${tasksNamed(stopped)} did not run, ${since} ${past}`);
  }
  const message = `${runId} succeeded although ${why.join(", and ")}`;
  return {
    type: "warning",
    warning: { code: "tasks_failed", message, at, count: failed.length + stopped.length },
  };
}

/** Ends whatever is open of a run's tasks: as it ended outside of the dead process, where `reportOf` tells an end, else as canceled. Tells
 *  the changes, and all tasks as they are then. */
export async function cancelOpenTasks(
  store: RunStore,
  dagId: string,
  runId: string,
  finishedAt: string,
  reportOf: (task: TaskInstance) => Report | undefined = () => undefined,
): Promise<{ changes: StoreChange[]; tasks: TaskInstance[] }> {
  const changes: StoreChange[] = [];
  const tasks = (await store.listTaskInstances(dagId, runId)).map((task) => {
    if (isEnd(task.state)) return task;
    const report = task.state === "running" ? reportOf(task) : undefined;
    const ended = report?.state === "success" || report?.state === "failed";
    const state = ended ? report.state : "canceled";
    const error = state === "failed" && report?.error !== undefined ? { error: report.error } : {};
    const instance = { ...task, state, finishedAt, ...error } as TaskInstance;
    const { taskId } = task;
    for (const [key, value] of ended ? xcomOf(report) : [])
      changes.push({ type: "set-xcom", dagId, runId, taskId, key, value });
    changes.push({ type: "save-task-instance", instance });
    return instance;
  });
  return { changes, tasks };
}

function xcomOf({ output, pushed = {} }: Report): [string, Json][] {
  return [
    ...Object.entries(pushed),
    ...(output === undefined ? [] : [["return_value", output] as [string, Json]]),
  ];
}

export function isEnd(state: TaskInstance["state"]): boolean {
  return state !== "running" && state !== "up_for_retry" && state !== "queued";
}

/** No number of `TaskStateCode`. */
const NEVER_RAN = TASK_STATES.length;

/** The number of a state in the core. */
export function codeOf(state: TaskInstance["state"] | undefined): number {
  return state === undefined ? NEVER_RAN : TASK_STATES.indexOf(state);
}
