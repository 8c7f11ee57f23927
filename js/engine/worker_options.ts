// Options of workers.
import type { AbortSignalLike } from "../abort_signal.js";
import type { Dag } from "../dag/dag.js";
import type { Duration } from "../duration.js";
import type { TemplateOptions } from "../macros/options.js";
import type { ExecuteRun } from "../run/attempt/run_context.js";
import type { ExecuteTask } from "../run/tasks/task_context.js";

/** The work of a worker, and how it is done. Values of variables, connections and macros come from `dags`, then from here: jobs carry none. */
export interface WorkerOptions extends TemplateOptions {
  executeRun?: ExecuteRun;
  executeTask?: ExecuteTask;
  /** Their tasks' functions `run` are called here, the other tasks go to `executeTask`. Templates read their variables, connections and macros. */
  dags?: readonly Dag[];
  /** Jobs at once. Default 1. */
  concurrency?: number;
  /** A worker that is silent for this long is taken for dead, and its jobs go to others. Default 15 s. */
  leaseTime?: Duration;
  onEvent?: (event: WorkerEvent) => void;
  /** Aborting it closes the worker: its jobs end first. */
  signal?: AbortSignalLike;
}

export interface WorkerEvent {
  type: "started" | "ended" | "redelivered" | "canceled" | "error";
  key?: string;
  /** Of the job: what runs for which date (ISO 8601, UTC), as which attempt of the run or the task. */
  dagId?: string;
  executionDate?: string;
  taskId?: string;
  attempt?: number;
  error?: unknown;
}

export interface EngineWorker {
  /** Jobs that run now. */
  readonly running: number;
  /** "finish" (default): takes no more jobs and waits for those that run. "abort": their signals are aborted, and they go to other workers. */
  close(options?: { running?: "finish" | "abort" }): Promise<void>;
}
