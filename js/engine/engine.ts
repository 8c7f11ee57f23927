// The interface of an engine, which executes attempts outside of this process.
import type { Json } from "../json.js";
import type { JobData } from "../run/attempt/run_context.js";

/** One attempt of a run, or of a task. */
export interface EngineJob {
  /** `RunContext.key`: 36 characters of [0-9a-f-]. The same attempt always has the same key. */
  key: string;
  kind: "run" | "task";
  data: JobData;
  /** Milliseconds that it may take from when it really begins. Then it is canceled, so that a worker need not enforce it. */
  timeout?: number;
}

export type EngineState = "unknown" | "queued" | "running" | "success" | "failed" | "canceled";

/** How an attempt stands, or how it has ended. */
export interface EngineStatus {
  state: EngineState;
  output?: Json;
  /** XCom by key, which a task has left beside its output. */
  pushed?: Record<string, Json>;
  error?: { name: string; message: string };
  /** When it really began, epoch milliseconds. */
  startedAt?: number;
  /** Where a person can look at it. */
  url?: string;
  /** A warning for the listeners of the backfill, who hear it once. */
  warning?: { code: string; message: string };
}

/** An engine carries out attempts that are submitted to it. The store of dagfill stays the truth, and the coordinator (whoever drives the
 *  backfill) decides what starts when; an engine need not bound, order or retry anything. Waiting, polling, re-attaching and outages are
 *  done by `defineEngine`. `engineContract` of `dagfill/engine/contract` tests an engine.
 *
 *  Calls that reject with a DagfillError of code ENGINE_FAILED are final (no such queue or DAG): the run fails. An error with `status` (or
 *  `statusCode`) 401 or 403 refuses whoever asks, perhaps only until a token is renewed: runs wait, with the warning `engine_refused`, and after 5
 *  minutes the backfill rejects and can be resumed. Any other rejection is an outage: the call is made again. */
export interface Engine {
  readonly name: string;
  /** The kinds of jobs that it executes. Without "task", the runs of a DAG with tasks are executed whole. Default both. */
  readonly kinds?: readonly ("run" | "task")[];
  /** Asked once before the first backfill of these DAGs begins: whether it is reachable and fit. `serve()` asks without DAGs when it begins, and
   *  rejects with an ENGINE_FAILED. */
  check?(dagIds: readonly string[]): Promise<void>;
  /** Idempotent by key: a job that is known already is not started again. After a rejection the same jobs are submitted again. */
  submit(jobs: readonly EngineJob[]): Promise<void>;
  /** In as few round trips as it can. A key that is missing in the answer is "unknown". */
  status(keys: readonly string[]): Promise<ReadonlyMap<string, EngineStatus>>;
  /** Asks for the end of jobs that wait or run. Repeated every second until `status` tells an end. Unknown keys, and jobs that have ended,
   *  are no error. */
  cancel(keys: readonly string[], reason: string): Promise<void>;
  /** Calls `ended` when a job has ended, with its status where that is known. May lose any: `status` is asked all the same. Returns
   *  what stops it. */
  watch?(ended: (key: string, status?: EngineStatus) => void): () => void;
  /** The ends of these jobs are stored: the engine may delete their results. */
  forget?(keys: readonly string[]): Promise<void>;
  /** Milliseconds between two questions for the status of a job, at first; grows to 30 s with its age. Default 2000. */
  readonly pollEvery?: number;
  /** Milliseconds that results are kept for. A coordinator that was away for longer starts such runs again. */
  readonly keepsResultsFor: number;
  /** Closes its connections. Jobs go on: backfills that wait for them reject with ENGINE_FAILED, and attach to them when they are resumed.
   *  Called once: `defineEngine` answers every later call with the first one's promise. */
  close(): Promise<void>;
}

export function hasEnded({ state }: EngineStatus): boolean {
  return state === "success" || state === "failed" || state === "canceled";
}
