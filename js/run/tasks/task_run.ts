// One run of a DAG by its tasks. The core says which task is recorded, started or aborted; this file does it.

import type { CheckedTask } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { type Failure, failure } from "../../failure.js";
import type { Json, JsonInput } from "../../json.js";
import { printable } from "../../json_input.js";
import { name } from "../../options.js";
import { TASK_STATES } from "../../store/states.js";
import type { StoreChange, TaskInstance } from "../../store/store.js";
import { iso } from "../../time.js";
import type { EventBody, TaskEvent } from "../events/backfill_events.js";
import type { AbortKind } from "../host/executor.js";
import { abortReason, Context } from "../host/run_state.js";
import type { Clock } from "../timing/clock.js";
import type { Writer } from "../writing/writer.js";
import type { ExecuteTask, TaskContext } from "./task_context.js";
import { TaskCore } from "./task_core.js";
import type { TaskGraph } from "./task_graph.js";
import { TaskRunContext } from "./task_state.js";
import type { Xcom } from "./xcom.js";

/** Numbers of `Past`. */
export const PAST = { met: 0, unmet: 1, pending: 2 } as const;

/** What the core is told of a settled attempt. */
const OUTCOME = { success: 0, failed: 1, skipped: 2 } as const;

const TOLD: Partial<Record<TaskInstance["state"], TaskEvent["type"]>> = {
  running: "task-started",
  success: "task-succeeded",
  failed: "task-failed",
  upstream_failed: "task-upstream-failed",
  skipped: "task-skipped",
};

export interface TaskRunParts {
  graph: TaskGraph;
  context: Context;
  executeTask: ExecuteTask;
  xcom: Xcom;
  prior: TaskInstance[];
  past: number[];
  maxActiveTasks: number;
  abortGrace: number;
  writer: Writer;
  clock: Clock;
  news: (news: EventBody) => void;
  settle: (success: boolean, value: unknown) => void;
}

interface Flight {
  attempt: number;
  context: Context;
  pushed: Map<string, Json>;
}

export class TaskRun {
  readonly #options: TaskRunParts;
  readonly #core: TaskCore;
  readonly #flights = new Map<number, Flight>();
  readonly #left = new Map<number, Map<string, Json>>();
  readonly #errors = new Map<number, Failure>();
  readonly #startedAt = new Map<number, string>();
  readonly #states = new Map<string, TaskInstance["state"]>();
  readonly #listeners = new Map<string, ((state: TaskInstance["state"] | undefined) => void)[]>();
  readonly #wake: ReturnType<Clock["alarm"]>;
  #ended = false;

  constructor(parts: TaskRunParts) {
    this.#options = parts;
    this.#wake = parts.clock.alarm(() => this.#drain());
    const { graph, prior, past } = parts;
    const known = prior.flatMap(({ taskId, state, attempt, startedAt }) => {
      const task = graph.indexOf(taskId);
      if (task === undefined) return [];
      this.#states.set(taskId, state);
      if (startedAt !== undefined) this.#startedAt.set(task, startedAt);
      return [task, TASK_STATES.indexOf(state), attempt];
    });
    this.#core = new TaskCore(
      (wasm) =>
        new wasm.RawDagRun(
          graph.raw(),
          parts.maxActiveTasks,
          parts.abortGrace,
          Uint32Array.from(known),
          Uint8Array.from(past),
        ),
    );
  }

  start(): void {
    this.#drain();
  }

  /** The whole run is to end early. */
  abort(reason: AbortKind): void {
    const now = this.#options.clock.now();
    this.#use((core) => core.dispatch((raw) => raw.stop(reason === "cancel", now)));
    this.#drain();
  }

  /** Tells the final state of a task, at once or when it has ended; `undefined` when the run ends without one. */
  whenEnded(taskId: string, tell: (state: TaskInstance["state"] | undefined) => void): void {
    const state = this.#states.get(taskId);
    if (
      this.#ended ||
      (state !== undefined && state !== "running" && state !== "up_for_retry" && state !== "queued")
    ) {
      tell(state);
      return;
    }
    const waiting = this.#listeners.get(taskId);
    if (waiting === undefined) this.#listeners.set(taskId, [tell]);
    else waiting.push(tell);
  }

  /** The run before has ended its task: this one's may go on, or not. */
  pastKnown(task: number, met: boolean): void {
    const now = this.#options.clock.now();
    this.#use((core) => core.dispatch((raw) => raw.pastKnown(task, met ? PAST.met : PAST.unmet, now)));
    this.#drain();
  }

  /** Nothing when the run has ended, or ends now because no core can be made any more. */
  #use<T>(use: (core: TaskCore) => T): T | undefined {
    if (this.#ended) return undefined;
    try {
      return use(this.#core);
    } catch (error) {
      this.#end(false, error);
      return undefined;
    }
  }

  #drain(): void {
    const { clock, graph, writer } = this.#options;
    const changes: StoreChange[] = [];
    const told: EventBody[] = [];
    let [records, end] = [0, -1];
    const now = clock.now();
    const commands = this.#use((core) => core.dispatch((raw) => raw.drain(now))) ?? new Uint32Array();
    for (let at = 0; at < commands.length; at += 4) {
      const [kind, task, attempt, detail] = commands.subarray(at, at + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      if (kind === 0) {
        records += 1;
        this.#record(task, attempt, TASK_STATES[detail] as TaskInstance["state"], changes, told);
      } else if (kind === 1) this.#execute(task, attempt);
      else if (kind === 2) this.#abortTask(task, detail === 1 ? "cancel" : "timeout");
      else if (kind === 3) {
        const message = `task ${graph.task(task).taskId} of ${this.#options.context.runId} was aborted and did not settle: its work may still go on`;
        told.push({ type: "warning", warning: { code: "task_abandoned", message } });
      } else end = detail;
    }
    if (changes.length > 0) {
      writer.push({
        changes,
        stored: () => {
          for (const news of told) this.#options.news(news);
          const then = clock.now();
          this.#use((core) => core.dispatch((raw) => raw.stored(records, then)));
          this.#drain();
        },
        refused: (_, error) => this.#lose(error),
        failed: (error) => this.#lose(error),
      });
    } else for (const news of told) this.#options.news(news);
    if (end === 0) this.#warnOfFailedTasks();
    if (end >= 0) this.#end(end === 0, this.#why(end));
    else if (!this.#ended) {
      this.#wake.at(this.#use((core) => core.ask((raw) => raw.wake())));
    }
  }

  /** A task's new state, and what it has left for others, in one batch. */
  #record(
    task: number,
    attempt: number,
    state: TaskInstance["state"],
    changes: StoreChange[],
    told: EventBody[],
  ): void {
    const { context, graph, xcom, clock } = this.#options;
    const { dagId, runId } = context;
    const { taskId } = graph.task(task);
    const time = iso(clock.now());
    if (state === "running") {
      this.#startedAt.set(task, time);
      this.#errors.delete(task);
    }
    const startedAt = this.#startedAt.get(task);
    const error = this.#errors.get(task);
    const ended = state !== "running" && state !== "up_for_retry";
    const instance: TaskInstance = {
      dagId,
      runId,
      taskId,
      state,
      attempt,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(ended ? { finishedAt: time } : {}),
      ...(error === undefined ? {} : { error }),
    };
    const left = this.#left.get(task);
    if (ended && left !== undefined) {
      this.#left.delete(task);
      changes.push(...xcom.leave(dagId, runId, taskId, left));
    }
    changes.push({ type: "save-task-instance", instance });
    const type = TOLD[state];
    if (type !== undefined) {
      told.push({ type, runId, taskId, ...(type === "task-failed" && error !== undefined ? { error } : {}) });
    }
    this.#states.set(taskId, state);
    if (!ended) return;
    for (const tell of this.#listeners.get(taskId) ?? []) tell(state);
    this.#listeners.delete(taskId);
  }

  #execute(task: number, attempt: number): void {
    const { context, graph, xcom, executeTask } = this.#options;
    const flight = { attempt, pushed: new Map<string, Json>() } as Flight;
    const { taskId, params, command }: CheckedTask = graph.task(task);
    let returned: unknown;
    try {
      const parts = { taskId, params, ...(command === undefined ? {} : { command }), attempt };
      const push = (key: string, value: JsonInput) => {
        if (this.#flights.get(task) !== flight || this.#ended) throw tooLate(key, taskId, context.runId);
        flight.pushed.set(name(String(key), "xcomPush key"), printable(value, `xcomPush(${key})`));
      };
      const resolved = new TaskRunContext(context, parts, xcom, push);
      flight.context = resolved;
      this.#flights.set(task, flight);
      TaskRunContext.resolve(resolved, graph.isTemplated(task));
      returned = executeTask(flight.context as unknown as TaskContext);
    } catch (error) {
      this.#settled(task, flight, false, error);
      return;
    }
    Promise.resolve(returned).then(
      (value) => this.#settled(task, flight, true, value),
      (error: unknown) => this.#settled(task, flight, false, error),
    );
  }

  #settled(task: number, flight: Flight, success: boolean, value: unknown): void {
    if (this.#ended) return;
    let outcome: number = OUTCOME.success;
    let why: Failure | undefined;
    const left = flight.pushed;
    if (success) {
      try {
        if (value !== undefined) left.set("return_value", printable(value, "return_value"));
      } catch (error) {
        [outcome, why] = [OUTCOME.failed, failure(error)];
      }
    } else {
      why = failure(value);
      outcome = why.name === "TaskSkipped" ? OUTCOME.skipped : OUTCOME.failed;
    }
    const now = this.#options.clock.now();
    const counts = this.#use((core) =>
      core.dispatch((raw) => raw.settled(task, flight.attempt, outcome, now)),
    );
    if (!counts) return;
    this.#flights.delete(task);
    // What is recorded with the end is known when that is drained.
    this.#left.set(task, left);
    if (why !== undefined) this.#errors.set(task, why);
    this.#drain();
  }

  #abortTask(task: number, reason: "timeout" | "cancel"): void {
    const flight = this.#flights.get(task);
    if (flight === undefined) return;
    const { graph, context } = this.#options;
    const why = abortReason(reason, `${context.runId}, task ${graph.task(task).taskId}`);
    this.#errors.set(task, failure(why));
    queueMicrotask(() => Context.abort(flight.context, why));
  }

  /** A run whose last tasks run whatever happened succeeds, also when tasks before them have failed. */
  #warnOfFailedTasks(): void {
    const { context, graph, news } = this.#options;
    const failed = graph.tasks.filter(({ taskId }) => this.#states.get(taskId) === "failed");
    if (failed.length === 0) return;
    const named = failed.slice(0, 4).map(({ taskId }) => taskId);
    const rest = failed.length > 4 ? ` and ${failed.length - 4} more` : "";
    const message = `${context.runId} succeeded although ${failed.length === 1 ? "its task" : "its tasks"} ${named.join(", ")}${rest} failed`;
    news({
      type: "warning",
      warning: { code: "tasks_failed", message, at: context.executionDate, count: failed.length },
    });
  }

  /** Why the run has not succeeded, from the first task that failed. */
  #why(end: number): unknown {
    if (end === 0) return undefined;
    const { graph, context } = this.#options;
    if (end === 2) return abortReason("cancel", context.runId);
    for (const [task, { message }] of this.#errors) {
      return new DagfillTaskError(`task ${graph.task(task).taskId} failed: ${message}`);
    }
    return new DagfillTaskError("a task did not succeed");
  }

  /** The store did not take what this run did: it goes no further here. */
  #lose(error: DagfillError): void {
    for (const { context } of this.#flights.values()) queueMicrotask(() => Context.abort(context, error));
    this.#end(false, error);
  }

  #end(success: boolean, value: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake.at(undefined);
    this.#core.free();
    for (const waiting of this.#listeners.values()) for (const tell of waiting) tell(undefined);
    this.#listeners.clear();
    this.#options.settle(success, value);
  }
}

/** What a task leaves is stored with its end: later there is nothing to store it with. */
function tooLate(key: string, taskId: string, runId: string): DagfillError {
  return new DagfillError(
    "STALE_OWNER",
    `xcomPush(${key}): expected it before the end of task ${taskId} of ${runId}, got it afterwards`,
    { hint: "await what pushes before the task's promise settles" },
  );
}

/** How a run fails whose tasks failed. */
class DagfillTaskError extends Error {
  override readonly name = "TaskFailed";
}
