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

/** What an engine's executor adds to a task of its own: the end of its attempt is stored, or it is waited for no longer. */
export interface EngineTasks {
  rendered: false;
  ended: (task: Context) => void;
  left: (task: Context | undefined) => void;
}

/** The one thing by which an engine is known here, and what it brings itself: how it is used. Engines are made by another entry of the package,
 *  which may be another file and another format. */
export const connect: unique symbol = Symbol.for("dagfill.engine") as never;

export type Connected = Engine & { [connect](use: EngineUse): Executor };
