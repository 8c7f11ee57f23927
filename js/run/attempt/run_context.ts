// The argument of the host's callback, and the same as plain data for a worker in another process.
import type { HostAbortSignal } from "../../abort_signal.js";
import type { Action } from "../../codes.js";
import type { CheckedTask } from "../../dag/dag.js";
import type { Json, JsonInput } from "../../json.js";
import type { OnUnknown } from "../../macros/options.js";
import type { PortableTemplates } from "../../macros/run_templates.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import type { RunState, RunType } from "../../store/store.js";

export interface ChunkOfRun {
  readonly dates: readonly string[];
  fail(date: string, error: unknown): void;
}

export interface RunContext extends Omit<PlannedRun, "action" | "chunk" | "upstream"> {
  action: Exclude<Action, "skip">;
  dagId: string;
  backfillId?: string;
  runType: RunType;
  /** From 1. (runId, attempt) is an idempotency key: after a crash a run may be started again. */
  attempt: number;
  /** The same key as 36 characters of [0-9a-f-], a UUID of version 8; a task's covers the task, too. Never given to two attempts;
   *  with `inFlight: "attach"` the same attempt is called again under it. */
  readonly key: string;
  /** The dates of a chunk, oldest first; `fail` records one of them as failed when this run is fulfilled, and the others as succeeded. A run
   *  that is rejected fails all of them. Either way the attempt has failed: while `retries` are left, the whole chunk is called again, and
   *  what the last attempt said is recorded. After the attempt has ended `fail` throws INVALID_OPTION. */
  readonly chunk?: ChunkOfRun;
  /** Frozen: every run of a backfill may share it. */
  conf: Record<string, Json>;
  /** Aborts on cancel({ running: "abort" }) and on runTimeout. */
  signal: HostAbortSignal;
  /** Resolves macros, as `render` does, with everything known of this run. */
  render(value: string, options?: { onUnknown?: OnUnknown }): string;
  render(value: JsonInput, options?: { onUnknown?: OnUnknown }): Json;
  /** Template text of this run, or task, that nothing resolved: of a task's command and params, and of what `render` was given so far. */
  readonly unresolved: readonly { path: string; text: string }[];
  /** The option for such text, of the backfill, the task, the DAG or the service; `undefined` where it is not set. */
  readonly onUnknown?: OnUnknown | undefined;
}

/** Its promise settles the run: fulfilled = success, rejected = failed. What it returns (JSON) is kept as the run's output. */
export type ExecuteRun = (run: RunContext) => unknown;

type Plain = Omit<
  RunContext,
  "signal" | "key" | "render" | "backfillId" | "existingState" | "chunk" | "unresolved" | "onUnknown"
>;
/** The data of a context. */
export type ContextData = Plain & {
  backfillId?: string | undefined;
  existingState?: RunState | undefined;
  chunk?: ChunkOfRun | undefined;
};

/** Enough to make a `RunContext` or `TaskContext` of at the worker. Values of variables, connections and macros are not in it. */
export interface JobData
  extends Omit<ContextData, "backfillId" | "existingState" | "chunk">,
    PortableTemplates {
  version: 1;
  /** Without `fail`: a worker fails or succeeds with all of its dates. */
  chunk?: { dates: readonly string[] };
  backfillId?: string | undefined;
  existingState?: ContextData["existingState"];
  /** The task, for jobs of the kind "task": `attempt` is the task's then. Its texts are still templates. */
  task?: JobTask;
}

/** XCom: by task id, then by key. */
export type Values = Record<string, Record<string, Json>>;

export interface JobTask extends Omit<CheckedTask, "run"> {
  /** The task has a function `run`: the worker needs it, by its option `dags`. */
  hasRun?: true;
  /** The XCom of its upstream tasks, and of the tasks that its templates name. */
  xcom: Values;
  /** Values that the DAG's templates pull from other runs, as JSON text. */
  elsewhere?: string;
}
