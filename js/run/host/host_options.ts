// Options of the host, as it writes them.
import type { Dag } from "../../dag/dag.js";
import type { Duration } from "../../duration.js";
import type { TemplateOptions } from "../../macros/options.js";
import type { BusinessCalendar } from "../../schedule/input.js";
import type { RunStore } from "../../store/store.js";
import type { ExecuteTask } from "../tasks/task_context.js";
import type { Engine } from "./engine_option.js";
import type { ExecuteRun } from "./run_context.js";

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
