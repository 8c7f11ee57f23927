// Options of the host, of schedulers, of serving and of a run by hand, as their callers write them.
import type { AbortSignalLike } from "../../abort_signal.js";
import type { Dag } from "../../dag/dag.js";
import type { Duration } from "../../duration.js";
import type { JsonInput } from "../../json.js";
import type { TemplateOptions } from "../../macros/options.js";
import type { BusinessCalendar, DateInput } from "../../schedule/input.js";
import type { RunStore } from "../../store/store.js";
import type { ExecuteRun } from "../attempt/run_context.js";
import type { ExecuteTask } from "../tasks/task_context.js";

/** An engine executes runs and tasks outside of this process. See `dagfill/engine`, whose `defineEngine` makes one. */
export interface Engine {
  readonly name: string;
  close(): Promise<void>;
}

export interface HostOptions extends TemplateOptions {
  dags: readonly Dag[];
  /** Default: a new MemoryStore, which forgets everything with the process. */
  store?: RunStore;
  executeRun?: ExecuteRun;
  executeTask?: ExecuteTask;
  /** The engine that executes runs and tasks outside of this process, instead of the two callbacks: see `dagfill/engine`. */
  engine?: Engine;
  /** How to treat a run that a dead process left running: "restart" (default) starts it as the next attempt, "attach" calls it again as the same
   *  attempt with the same `run.key`, and its slot is never free in between. With an engine it is always "attach". */
  inFlight?: "restart" | "attach";
  /** Business calendars by name, for every DAG that does not define that name itself. */
  calendars?: Record<string, BusinessCalendar>;
  /** How long a lease lives without being renewed: a process that dies gives its DAGs free after this long. Default 10 s. */
  leaseTime?: Duration;
  /** The clock, epoch milliseconds. Default: the machine's. */
  now?: () => number;
}

export interface SchedulerOptions extends HostOptions {
  /** How to treat a date whose interval the last scheduled run covers in part, because the schedule has changed since: it runs all the
   *  same ("continue", the default), or it is left out ("skip_overlap"). A warning event `interval_mismatch` says so either way. */
  onScheduleChange?: "continue" | "skip_overlap";
}

export interface ServeOptions {
  /** Aborting it lets go of everything, so that others go on with it at once: with an engine its jobs go on, callbacks of this process
   *  end first. */
  signal: AbortSignalLike;
  /** Aborted after `signal`, it ends the wait for callbacks of this process: their signals are aborted, and their runs stay in flight for whoever
   *  goes on with them. */
  abort?: AbortSignalLike;
  /** Backfills at once. Default 4. */
  maxBackfills?: number;
  /** How often the store is looked at. Default 1 s. */
  every?: Duration;
}

export interface TriggerOptions<Conf extends object = Record<string, JsonInput>> {
  dagId: string;
  /** Default: now. */
  executionDate?: DateInput;
  conf?: Conf;
  /** Aborting it cancels the run. */
  signal?: AbortSignalLike;
}
