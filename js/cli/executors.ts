// The callbacks and functions of a DAG file as a verb runs them: logged, counted, and with a report of uncaught errors.
import type { Dag } from "../face.js";
import type { ShellLine } from "../shell.js";
import { InFlight } from "./in_flight.js";
import type { DagFile } from "./load_dag.js";
import type { TaskLogs } from "./task_logs.js";
import { takeUncaught, type Uncaught } from "./uncaught.js";
import type { Callbacks, World } from "./verb.js";

export interface Executors {
  callbacks: Callbacks;
  /** The file's DAGs, whose functions are logged and counted. */
  dags: Dag[];
  inFlight: InFlight;
  uncaught: Uncaught;
  /** Writes the logs that are still buffered, and leaves uncaught errors to Node again. */
  dispose(): void;
}

interface How {
  logs: TaskLogs;
  print: (line: ShellLine) => void;
  /** How to continue after an uncaught error. */
  hint?: string;
}

export function executorsOf(file: DagFile, world: World, { logs, print, hint }: How): Executors {
  const inFlight = new InFlight();
  const uncaught = takeUncaught(inFlight, logs, hint);
  return {
    callbacks: inFlight.count(world.callbacks(file, print, logs)),
    dags: inFlight.countFunctions(logs.withStacks(file.dags)),
    inFlight,
    uncaught,
    dispose() {
      logs.flush();
      uncaught.dispose();
    },
  };
}
