// An executor runs one attempt of one run: the host's callback, the tasks of a DAG, or an engine outside of this process.

import { DagfillError } from "../../error.js";
import type { Json } from "../../json.js";
import type { RunChange, RunRecord, StoreChange, TaskInstance } from "../../store/store.js";
import type { EventBody } from "../events/backfill_events.js";
import type { AbortKind } from "../machine/machine.js";
import type { Writer } from "../writing/writer.js";
import type { Context } from "./context.js";
import type { ExecuteRun, RunContext } from "./run_context.js";

/** One attempt that is to run. */
export interface Attempt {
  readonly context: Context;
  readonly row: number;
  /** The date whose tasks a task with dependsOnPast asks for; null where there is none. */
  past(): string | null;
  /** When the attempt began, epoch milliseconds. */
  readonly started: number;
  /** A dead process called this attempt already, under the same key. */
  readonly attached: boolean;
  readonly writer: Writer;
  /** Calls the host. What the callback waits for is known to be asked by it. */
  call<T>(callback: () => T): T;
  emit(event: EventBody): void;
  /** Whether this process still owns the backfill; else another one may have started what is to be started here. */
  isOwned(): Promise<boolean>;
  /** It has really begun, at epoch milliseconds; called by executors that report the start. */
  began(at: number): void;
  /** It has ended. Only the first call counts. */
  settle(success: boolean, value: unknown): void;
  /** The store did not take its changes: it is left as it is stored, for a resume. */
  leave(error: DagfillError): void;
}

/** An attempt that runs. */
export interface Work {
  /** It is to end early; its context's signal says so, too. */
  abort(kind: AbortKind): void;
  /** It did not settle after an abort, and is recorded as failed: what it has left open is recorded now. Returns how it stands, where that is
   *  known better. */
  abandon?(): string | undefined;
  /** Changes that the store did not take so far: they are stored with its end. */
  unstored?(): readonly StoreChange[];
  /** Its end is stored: nobody asks for this attempt again. */
  stored?(): void;
}

/** The reported state of an attempt. */
export interface Report {
  state: "unknown" | "queued" | "running" | "success" | "failed" | "canceled";
  output?: Json;
  /** XCom of a task, beside its output. */
  pushed?: Record<string, Json>;
  error?: { name: string; message: string };
}

export interface Executor {
  /** Starts an attempt, or attaches to it. It throws nothing. */
  execute(attempt: Attempt): Work | undefined;
  /** Changes that clear a run that is reset, instead of a plain `clear-run`. */
  clear?(dagId: string, runId: string): Promise<StoreChange[]>;
  /** Changes that end what a dead process left open of a run that is canceled without being called again. */
  close?(dagId: string, runId: string): Promise<StoreChange[]>;
  /** How a run that is not called again ended by its tasks, where all of them have ended. */
  outcome?(run: RunRecord, tasks: readonly TaskInstance[]): RunChange | undefined;
  /** How many tasks failed in these runs, which have succeeded all the same. */
  failedTasks?(dagId: string, runIds: readonly string[]): Promise<number>;
  /** Reports attempts that a dead process left in flight, by `RunContext.key`. Without it their outcome is unknown. */
  status?(keys: readonly string[]): Promise<ReadonlyMap<string, Report>>;
  /** Asks for the end of attempts that a dead process left in flight. */
  cancel?(keys: readonly string[], reason: string): Promise<void>;
  /** Rejects with ENGINE_FAILED when nothing can be executed; asked before a backfill begins. */
  check?(): Promise<void>;
  /** Calls `leave` when attempts are waited for no longer, but go on: they are left in flight. Returns what stops it. */
  onClose?(leave: (error: DagfillError) => void): () => void;
  /** Timeouts count from `began`, not from the start. */
  readonly reportsStart?: boolean;
}

/** An executor that calls `execute`. Whatever that returns or throws, the attempt is settled once. */
export function runCallback(execute: ExecuteRun): Executor {
  return {
    execute: (attempt) => {
      try {
        // Promise.resolve also takes promises of other realms, and a `then` that throws. A promise with a `then` or a
        // constructor of its own may throw here as well.
        Promise.resolve(attempt.call(() => execute(attempt.context as unknown as RunContext))).then(
          (value) => attempt.settle(true, value),
          (error: unknown) => attempt.settle(false, error),
        );
      } catch (error) {
        attempt.settle(false, error);
      }
      return undefined;
    },
  };
}

/** Why a signal was aborted: an error that says so. */
export function abortReason(reason: AbortKind, runId: string): DagfillError {
  if (reason === "lost") {
    return new DagfillError("STALE_OWNER", `run ${runId} has gone to another owner, which continues it`);
  }
  const timedOut = reason === "timeout";
  const what = timedOut ? "took longer than its timeout" : "was canceled";
  return new DagfillError("ABORTED", `${timedOut ? "timed out: " : ""}run ${runId} ${what}`);
}
