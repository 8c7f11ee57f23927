// The engine of a host, as far as this package's main entry knows it. Engines and what they share are `dagfill/engine`.

import type { CheckedDag } from "../../dag/dag.js";
import type { Context } from "../attempt/context.js";
import type { Executor } from "../attempt/executor.js";
import type { RunTask } from "../tasks/execute_tasks.js";
import type { Engine } from "./options.js";

/** The use that a host makes of an engine. */
export interface EngineUse {
  dag: CheckedDag;
  now: () => number;
  /** Milliseconds that a run may take. */
  runTimeout?: number | undefined;
  /** Milliseconds that a job has for its end after its timeout. */
  abortGrace: number;
  /** The executor of a DAG whose tasks `run` executes one by one. */
  byTasks: (run: RunTask, dag: CheckedDag, more: EngineTasks) => Executor;
}

/** The options of runs by tasks that an engine adds. */
export interface EngineTasks {
  /** The engine renders the texts of a task where it runs. */
  rendered: false;
  /** The end of a task's attempt is stored. */
  ended: (task: Context) => void;
  /** A task's attempt is waited for no longer. */
  left: (task: Context | undefined) => void;
}

/** The name of the method that makes an engine's executor. It is all that the main entry knows of an engine: engines are made by another entry
 *  of the package, which may be another file and another format. */
export const connect: unique symbol = Symbol.for("dagfill.engine") as never;

export type Connected = Engine & {
  [connect](use: EngineUse): Executor;
  /** Rejects with ENGINE_FAILED where the engine refuses for good. Without DAGs it is asked about itself alone. */
  check?(dagIds: readonly string[]): Promise<void>;
};
