// The options of one run by its tasks.
import type { DagfillError } from "../../error.js";
import type { TaskInstance } from "../../store/store.js";
import type { Context } from "../attempt/context.js";
import type { Attempt } from "../attempt/executor.js";
import type { EventBody } from "../events/backfill_events.js";
import type { Clock } from "../machine/clock.js";
import type { Writer } from "../writing/writer.js";
import type { ExecuteTask } from "./task_context.js";
import type { TaskGraph } from "./task_graph.js";
import type { Xcom } from "./xcom.js";

/** How the same task of the run before ended; `undefined`: it never ran. */
export type PastState = TaskInstance["state"] | undefined;

export interface TaskRunOptions {
  graph: TaskGraph;
  context: Context;
  executeTask: ExecuteTask;
  xcom: Xcom;
  prior: TaskInstance[];
  /** By task; empty where nothing is asked of the past, absent for a task whose past is still to end. */
  past: Map<number, PastState> | undefined;
  /** Reads what the store has of its tasks, when wasm has trapped. */
  reload: () => Promise<TaskInstance[]>;
  /** When the attempt of the run began, epoch milliseconds. */
  started: number;
  /** A dead process called this attempt of the run already: what its tasks have become since it began stands, and those that run are
   *  called again as the same attempt. */
  attached: boolean;
  /** false: the texts of a task are rendered where it runs. */
  rendered?: boolean | undefined;
  /** The end of a task's attempt is stored. */
  ended?: ((task: Context) => void) | undefined;
  /** A task's attempt is waited for no longer. */
  left?: ((task: Context | undefined) => void) | undefined;
  maxActiveTasks: number;
  abortGrace: number;
  writer: Writer;
  clock: Clock;
  call: Attempt["call"];
  emit: (event: EventBody) => void;
  settle: (success: boolean, value: unknown) => void;
  /** The store did not take the changes of the run, or cannot be read: the run is left as it is stored. */
  leave: (error: DagfillError) => void;
}

/** `left`: why the run is left before the task's end is stored. */
export type TellEnd = (state: PastState, left?: DagfillError) => void;
