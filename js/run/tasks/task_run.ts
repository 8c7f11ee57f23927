// One run by its tasks. The core says what to record, start, abort and tell; this file does it and says what became of it.

import { TASK_STATES } from "../../codes.js";
import type { CheckedTask } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { type Failure, failure } from "../../failure.js";
import type { Json, JsonInput } from "../../json.js";
import { printable } from "../../json_input.js";
import { name } from "../../options.js";
import { call, LostRun, type Raw, RunStateCode, TaskCommand, TaskEventCode } from "../../raw.js";
import type { StoreChange, TaskInstance } from "../../store/store.js";
import { abortReason } from "../attempt/executor.js";
import { InFlightMap } from "../machine/in_flight.js";
import { type AbortKind, abortKind, type Commands, Machine, type MachineHost } from "../machine/machine.js";
import { runFailure, stoppedByPast } from "./run_failure.js";
import type { TaskContext } from "./task_context.js";
import { abortCalled, type Called, codeOf, isEnd, TaskRecords, warningOfFailed } from "./task_records.js";
import type { PastState, TaskRunOptions, TellEnd } from "./task_run_options.js";
import { TaskRunContext, tooLate } from "./task_state.js";

type RawDagRun = InstanceType<Raw["RawDagRun"]>;

const STOPS: Partial<Record<AbortKind, TaskEventCode>> = {
  cancel: TaskEventCode.Cancel,
  timeout: TaskEventCode.Timeout,
};

export class TaskRun {
  readonly #options: TaskRunOptions;
  readonly #records: TaskRecords;
  readonly #machine: Machine<TaskEventCode, RawDagRun>;
  readonly #inFlight = new InFlightMap<Called>();
  /** Tasks of which the store has what this process has recorded: no other has called them since. */
  readonly #recorded = new Set<number>();
  readonly #waiting = new Map<string, TellEnd[]>();
  #stop: TaskEventCode | undefined;
  /** Batches whose answer is to come. */
  #pushed = 0;
  /** The store has failed: no task starts, the ends of those that run are recorded as far as it takes them, and then the run is left. */
  #broken: DagfillError | undefined;
  #ended = false;

  constructor(options: TaskRunOptions) {
    this.#options = options;
    const { context, graph, xcom, clock, started } = options;
    const now = () => Math.max(clock.now(), started);
    this.#records = new TaskRecords(context, graph, xcom, this.#inFlight, now);
    this.#machine = new Machine<TaskEventCode, RawDagRun>({
      clock,
      commands: this.#commands(),
      sleep: TaskCommand.Sleep,
      rebuild: async () => {
        const prior = await options.reload();
        return (host) => this.#rebuild(prior, host);
      },
      // The backfill tells of the trap.
      onRestart: () => this.#records.drop(),
      onEnd: (fault) => this.#end(false, fault),
    });
  }

  start(): void {
    this.#machine.beginWith((host) => this.#rebuild(this.#options.prior, host));
    this.#machine.pump();
  }

  /** The whole run is to end early. */
  abort(kind: AbortKind): void {
    const stop = STOPS[kind];
    if (stop === undefined) {
      this.#lose(abortReason(kind, this.#options.context.runId));
      return;
    }
    this.#stop ??= stop;
    this.#machine.dispatch(stop);
  }

  /** The run is recorded as failed: its open tasks are, too. */
  abandon(): undefined {
    this.#machine.dispatch(TaskEventCode.Abandon);
    this.#machine.pump();
  }

  /** The store has failed for another run that this one needs: it goes no further either. */
  leave(why: DagfillError): void {
    this.#broken ??= why;
    this.#leaveIfIdle();
  }

  /** Changes that the store has not taken. */
  get unstored(): readonly StoreChange[] {
    return this.#records.unstored;
  }

  /** The end of the run is stored, and with it the changes that were not. */
  stored(): void {
    this.#tellStored(this.#records.take());
  }

  #tellStored(batch: ReturnType<TaskRecords["take"]>): void {
    for (const task of batch.tasks) this.#recorded.add(task);
    for (const task of batch.settled) {
      const { context } = this.#inFlight.get(task) ?? {};
      if (context !== undefined) this.#options.ended?.(context);
      this.#inFlight.delete(task);
    }
    for (const event of batch.events) this.#options.emit(event);
  }

  /** Tells the final state of a task, at once or when it has ended; `undefined` when the run ends without one. */
  whenEnded(taskId: string, tell: TellEnd): void {
    const state = this.#records.state(taskId);
    const isKnown = state !== undefined && isEnd(state);
    if (this.#ended || isKnown) {
      tell(state, isKnown ? undefined : this.#broken);
      return;
    }
    const waiting = this.#waiting.get(taskId);
    if (waiting === undefined) this.#waiting.set(taskId, [tell]);
    else waiting.push(tell);
  }

  /** The run before has ended its task: this one's may go on, or not. */
  pastEnded(task: number, state: PastState): void {
    this.#options.past?.set(task, state);
    this.#machine.dispatch(TaskEventCode.PastEnded, task, codeOf(state));
  }

  #rebuild(prior: readonly TaskInstance[], host: MachineHost): RawDagRun {
    const { graph, past, maxActiveTasks, abortGrace, attached, started: since } = this.#options;
    const died = attached ? LostRun.Attach : LostRun.Restart;
    const dag = graph.raw();
    return call((wasm) => {
      const raw = new wasm.RawDagRun(dag, maxActiveTasks, abortGrace, host);
      for (const { taskId, state, attempt, failures, startedAt, finishedAt } of prior) {
        const task = graph.placeOf(taskId);
        if (task === undefined) continue;
        if (!graph.isLeft(taskId)) this.#records.restore(task, taskId, state, startedAt);
        const [started, finished] = [Date.parse(startedAt ?? ""), Date.parse(finishedAt ?? "")];
        const isOwn = this.#recorded.has(task) || (attached && finished >= since);
        raw.prior(
          task,
          codeOf(state),
          attempt,
          failures ?? 0,
          started,
          finished,
          isOwn ? LostRun.Start : died,
        );
      }
      if (past !== undefined) {
        for (const task of graph.tasks.keys()) {
          raw.past(task, past.has(task) ? codeOf(past.get(task)) : undefined);
        }
      }
      for (const [task, { attempt, started }] of this.#inFlight) raw.adopt(task, attempt, started);
      for (const [task, called] of this.#inFlight) {
        if (called.outcome !== undefined) raw.handle(called.outcome, task, called.attempt, 0);
      }
      if (this.#stop !== undefined) raw.handle(this.#stop, 0, 0, 0);
      return raw;
    });
  }

  #commands(): Commands {
    const records = this.#records;
    return {
      [TaskCommand.Failures]: (_, failures) => records.failures(failures),
      [TaskCommand.Record]: (task, attempt, state) => this.#record(task, attempt, state),
      [TaskCommand.Commit]: (count) => this.#commit(count),
      [TaskCommand.Start]: (task, attempt) => this.#start(task, attempt),
      [TaskCommand.Abort]: (task, code) => this.#abortTask(task, code),
      [TaskCommand.Abandon]: (task) => this.#warnAbandoned(task),
      [TaskCommand.Finish]: (_, code) => this.#finish(code),
    };
  }

  #record(task: number, attempt: number, code: number): void {
    const state = TASK_STATES[code] as TaskInstance["state"];
    if (this.#broken !== undefined && state === "running") return;
    const { taskId } = this.#options.graph.task(task);
    this.#records.record(task, attempt, state);
    if (!isEnd(state)) return;
    for (const tell of this.#waiting.get(taskId) ?? []) tell(state);
    this.#waiting.delete(taskId);
  }

  #commit(count: number): void {
    const answer = this.#machine.commits();
    // After the store has failed the core is told of no stored change, so that it starts no task of this batch.
    this.#push(() => answer(TaskEventCode.Stored, this.#broken === undefined ? count : 0));
  }

  #push(answered: () => void): void {
    const batch = this.#records.take();
    this.#pushed += 1;
    const done = () => {
      this.#pushed -= 1;
      answered();
      this.#leaveIfIdle();
    };
    if (batch.changes.length === 0) queueMicrotask(done);
    else
      this.#options.writer.push({
        changes: batch.changes,
        stored: () => {
          this.#tellStored(batch);
          done();
        },
        refused: (_, error) => this.#lose(error),
        failed: (error) => {
          if (error.code === "STALE_OWNER") return this.#lose(error);
          this.#records.keep(batch);
          const isFirst = this.#broken === undefined;
          this.#broken ??= error;
          // At once, and whenever another task ends. When the run has ended, its own end brings it.
          if (isFirst && !this.#ended) this.#push(() => {});
          done();
        },
      });
  }

  /** After the store has failed: no task runs, and nothing is being written. */
  #leaveIfIdle(): void {
    if (this.#broken === undefined || this.#ended || this.#pushed > 0) return;
    const { graph } = this.#options;
    const runs = ([task]: [number, unknown]) => this.#records.state(graph.task(task).taskId) === "running";
    if (![...this.#inFlight].some(runs)) this.#end(false, this.#broken);
  }

  #start(task: number, attempt: number): void {
    if (this.#broken !== undefined) return;
    const { context, graph, xcom, executeTask, clock, call } = this.#options;
    const checked: CheckedTask = graph.task(task);
    const { taskId } = checked;
    const called: Called = { attempt, started: clock.now(), pushed: new Map() };
    let returned: unknown;
    try {
      const push = (key: string, value: JsonInput) => {
        const isOpen = this.#inFlight.get(task, attempt) === called && !this.#ended;
        if (!isOpen) throw tooLate(key, taskId, context.runId);
        called.pushed.set(name(String(key), "xcomPush key"), printable(value, `xcomPush(${key})`));
      };
      const resolved = new TaskRunContext(context, checked, attempt, xcom, push);
      called.context = resolved;
      this.#inFlight.set(task, called);
      if (this.#options.rendered !== false) TaskRunContext.resolve(resolved, graph.isTemplated(task));
      returned = call(() => executeTask(resolved as unknown as TaskContext));
    } catch (error) {
      this.#settle(task, called, false, error);
      return;
    }
    Promise.resolve(returned).then(
      (value) => this.#settle(task, called, true, value),
      (error: unknown) => this.#settle(task, called, false, error),
    );
  }

  #settle(task: number, called: Called, success: boolean, value: unknown): void {
    const { attempt } = called;
    if (this.#ended || this.#inFlight.get(task, attempt) !== called) return;
    called.settled = success;
    called.outcome = success ? TaskEventCode.Succeeded : TaskEventCode.Failed;
    let why: Failure | undefined;
    try {
      if (success && value !== undefined) {
        called.pushed.set("return_value", printable(value, "return_value") as Json);
      }
      if (!success) why = failure(value);
    } catch (error) {
      [called.outcome, why] = [TaskEventCode.Failed, failure(error)];
    }
    if (why?.name === "TaskSkipped") called.outcome = TaskEventCode.Skipped;
    // An engine waits for its job no longer, which may still run: as in one process, it is not tried again.
    if (why?.name === "TaskAbandoned") called.outcome = TaskEventCode.GivenUp;
    if (why !== undefined) this.#records.errors.set(task, why);
    this.#machine.dispatch(called.outcome, task, attempt);
  }

  #abortTask(task: number, code: number): void {
    const called = this.#inFlight.get(task);
    if (called === undefined) return;
    const { graph, context } = this.#options;
    // A timeout of the whole run is none of the task's own.
    const ofTask = this.#stop === TaskEventCode.Timeout ? "" : `, task ${graph.task(task).taskId}`;
    const why = abortReason(abortKind(code), `${context.runId}${ofTask}`);
    this.#records.errors.set(task, failure(why));
    queueMicrotask(() => abortCalled(called, why));
  }

  #warnAbandoned(task: number): void {
    const { graph, context, emit } = this.#options;
    this.#options.left?.(this.#inFlight.get(task)?.context);
    this.#inFlight.delete(task);
    const message = `task ${graph.task(task).taskId} of ${context.runId} was aborted and has not ended: its work may still be running`;
    emit({ type: "warning", warning: { code: "task_abandoned", message } });
  }

  #finish(code: number): void {
    if (code === RunStateCode.Success) this.#warnOfFailedTasks();
    this.#end(code === RunStateCode.Success, this.#why(code));
  }

  /** A run whose last tasks run whatever happened succeeds, also when tasks before them have failed, or tasks that were not chosen. */
  #warnOfFailedTasks(): void {
    const { context, graph, prior, emit } = this.#options;
    const left = prior.filter(
      ({ taskId, state }) => state === "failed" && graph.indexOf(taskId) === undefined,
    );
    const failed = [...graph.tasks.filter(({ taskId }) => this.#records.state(taskId) === "failed"), ...left];
    const stopped = stoppedByPast(graph, this.#records);
    if (failed.length + stopped.length > 0) emit(warningOfFailed(context, failed, stopped));
  }

  /** Why the run has not succeeded. */
  #why(code: number): unknown {
    if (code === RunStateCode.Success) return undefined;
    const { graph, context, prior } = this.#options;
    if (code === RunStateCode.Canceled) return abortReason("cancel", context.runId);
    return runFailure(graph, this.#records, prior);
  }

  /** The store did not take what this run did, or its lease is lost: it goes no further here. */
  #lose(error: DagfillError): void {
    for (const [, called] of this.#inFlight) queueMicrotask(() => abortCalled(called, error));
    this.#end(false, error);
  }

  #end(success: boolean, value: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#machine.end();
    for (const [, { context }] of this.#inFlight) this.#options.left?.(context);
    const isLeft = !success && value instanceof DagfillError && value.code === "STORE_FAILED";
    if (isLeft) this.#broken ??= value;
    for (const waiting of this.#waiting.values())
      for (const tell of waiting) tell(undefined, isLeft ? value : undefined);
    this.#waiting.clear();
    if (isLeft) this.#options.leave(value);
    else this.#options.settle(success, value);
  }
}
