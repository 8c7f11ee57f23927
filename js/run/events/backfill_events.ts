// Events of a backfill and their listeners. A listener that throws does no harm.

import type { AbortSignalLike } from "../../abort_signal.js";
import type { Action, SkipReason } from "../../codes.js";
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import type { Json } from "../../json.js";
import { callback, fields, signal } from "../../options.js";
import type { RunState } from "../../store/store.js";
import type { Warning } from "../../warning.js";

/** total = completed + failed + skipped + canceled + remaining; remaining includes the running ones. */
export interface Progress {
  total: number;
  completed: number;
  failed: number;
  remaining: number;
  running: number;
  skipped: number;
  canceled: number;
  /** Milliseconds until all has ended, foretold from the durations seen; absent until a run has ended. `backfill.eta({ quantiles })` has the
   *  spread of it. */
  etaMs?: number;
}

export interface RunResult {
  dagId: string;
  executionDate: string;
  runId: string;
  action: Action;
  state: RunState | "skipped";
  reason?: SkipReason;
  /** How often it was started in this backfill. */
  attempts: number;
  startedAt?: string;
  finishedAt?: string;
  error?: { name: string; message: string };
  output?: Json;
}

export interface BackfillResult {
  backfillId: string;
  dagId: string;
  state: "success" | "failed" | "canceled";
  /** The sum of the five counts behind it. */
  totalDates: number;
  completed: number;
  failed: number;
  skipped: number;
  canceled: number;
  /** Dates it was asked for that have not succeeded: failed, canceled, `depends_on_past`, `exists_failed`. Not counted are `excluded`,
   *  `not_due`, `in_flight` and `not_failed`. A date that depends on the past makes `state` "failed". */
  unfinished: number;
  /** Texts of templates that nothing resolved, over all runs of this process. */
  unresolved: number;
  /** Tasks that failed, or did not run for their `dependsOnPast`, in runs that succeeded all the same, since a task behind them runs whatever
   *  happened (`all_done`); absent where there are none. A warning `tasks_failed` names them. */
  failedTasks?: number;
  /** One a date, in run order; built when asked for. */
  readonly results: RunResult[];
  startedAt: string;
  finishedAt: string;
  /** A plan has one: tells the two apart that `backfill` may return where its options say `dryRun?: boolean`. */
  readonly planHash?: undefined;
}

/** The new state of a task. `upstream_failed` tasks never started; `error` says why a task failed. An attempt that failed and is followed
 *  by another is a warning `task_retrying`, with `runId` and `taskId`. */
export interface TaskEvent {
  type: "task-started" | "task-succeeded" | "task-failed" | "task-skipped" | "task-upstream-failed";
  runId: string;
  taskId: string;
  error?: { name: string; message: string };
}

export type BackfillEvent = {
  at: string;
  progress: Progress;
} /** `unresolved`: texts of the plan's templates that nothing resolves. */ & (
  | { type: "started"; unresolved?: number }
  | { type: "paused" | "resumed" | "canceling" }
  /** The canary has ended; `results` are those of its dates. */
  | { type: "awaiting-approval"; results: RunResult[] }
  | {
      type: "run-started" | "run-succeeded" | "run-failed" | "run-retrying" | "run-canceled";
      run: RunResult;
    }
  /** A run that a dead process left in flight is called again as the same attempt. */
  | { type: "run-attached"; run: RunResult }
  | { type: "warning"; warning: Warning }
  | TaskEvent
  | { type: "finished"; result: BackfillResult }
);

/** An event without what all events carry. */
export type EventBody = BackfillEvent extends infer E
  ? E extends unknown
    ? Omit<E, "at" | "progress">
    : never
  : never;

export interface Hooks {
  onEvent?: (event: BackfillEvent) => void;
  onProgress?: (progress: Progress) => void;
  /** Aborting it = cancel({ running: "abort" }). */
  signal?: AbortSignalLike;
}

/** One reader of events: an iterator with its own queue. */
class Reader {
  #queue: BackfillEvent[];
  #waiting: ((result: IteratorResult<BackfillEvent>) => void)[] = [];
  #closed = false;

  constructor(first: BackfillEvent[]) {
    this.#queue = first;
  }

  /** Nothing more is wanted. */
  drop(): void {
    this.#queue = [];
    this.close();
  }

  push(event: BackfillEvent): void {
    if (this.#closed) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#queue.push(event);
    else waiting({ value: event, done: false });
  }

  close(): void {
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<BackfillEvent>> {
    const event = this.#queue.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** All listeners of one backfill. */
export class Listeners {
  readonly #hooks: Hooks;
  readonly #readers = new Set<Reader>();
  #reported = false;
  /** Events from before the first reader, for a reader that starts in the same turn. */
  #early: BackfillEvent[] | undefined = [];
  /** The last event, for whoever reads when all is over. */
  #last: BackfillEvent | undefined;
  #closed = false;
  /** Told of the first listener that throws. */
  readonly #onFault: (warning: Warning) => void;

  constructor(hooks: Hooks, onFault: (warning: Warning) => void) {
    this.#hooks = hooks;
    this.#onFault = onFault;
  }

  /** Whether anybody wants events at all. */
  get wantsEvents(): boolean {
    return this.#hooks.onEvent !== undefined || this.#readers.size > 0 || this.#early !== undefined;
  }

  get wantsProgress(): boolean {
    return this.#hooks.onProgress !== undefined;
  }

  tell(event: BackfillEvent): void {
    this.#early?.push(event);
    if (event.type === "finished") this.#last = event;
    for (const reader of this.#readers) reader.push(event);
    this.#guard(() => this.#hooks.onEvent?.(event));
  }

  progress(progress: Progress): void {
    this.#guard(() => this.#hooks.onProgress?.(progress));
  }

  /** Readers get what is queued, then the end. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.close();
    this.#readers.clear();
  }

  /** A reader that wants the beginning has started by now. */
  forget(): void {
    this.#early = undefined;
  }

  /** A reader that begins at the beginning while that is known, else with `started`. */
  read(started: BackfillEvent): AsyncIterator<BackfillEvent> {
    const last = this.#last === undefined ? [] : [this.#last];
    const reader = new Reader(this.#early === undefined ? [started, ...last] : [...this.#early]);
    if (this.#closed) reader.close();
    else this.#readers.add(reader);
    return {
      next: () => reader.next(),
      return: async () => {
        this.#readers.delete(reader);
        reader.drop();
        return { value: undefined, done: true };
      },
    };
  }

  #guard(call: () => unknown): void {
    callListener(call, (thrown) => {
      if (this.#reported) return;
      this.#reported = true;
      const { name, message } = failure(thrown);
      this.#onFault({ code: "listener_failed", message: `a listener threw ${name}: ${message}` });
    });
  }
}

/** Calls a listener; what it throws, or rejects with when it is async, is reported. */
export function callListener(call: () => unknown, report: (thrown: unknown) => void): void {
  try {
    const returned = call();
    if (typeof (returned as PromiseLike<unknown> | null)?.then === "function") {
      Promise.resolve(returned).catch(report);
    }
  } catch (error) {
    report(error);
  }
}

export const hookSpec = {
  onEvent: callback<NonNullable<Hooks["onEvent"]>>(),
  onProgress: callback<NonNullable<Hooks["onProgress"]>>(),
  signal,
};

export function readHooks(hooks: unknown): Hooks {
  return fields<Hooks>(hooks, "hooks", hookSpec);
}

/** ABORTED for an answer that nobody waits for any more. */
export function refuseAborted({ signal }: Hooks): void {
  if (signal?.aborted) throw new DagfillError("ABORTED", "the signal was aborted", { cause: signal.reason });
}
