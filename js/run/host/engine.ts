// The engine of a host, as far as this package's main entry knows it. Engines and what they share are `dagfill/engine`.

import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { type Reader, wrong } from "../../options.js";
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
}

/** How an engine executes a DAG: its runs whole, or task by task. */
export interface EngineUser extends Executor {
  executeTask?: RunTask;
  /** The end of a task's attempt is stored. */
  taskEnded?: (task: Context) => void;
  /** A task's attempt is waited for no longer. */
  taskLeft?: (task: Context | undefined) => void;
}

type Connected = Engine & { [connect]?: (use: EngineUse) => EngineUser };

// Engines are made by another entry of the package, which may be another file and another format.
const connect: unique symbol = Symbol.for("dagfill.engine") as never;

export const engine: Reader<Engine> = (value, path) => {
  if (typeof (value as Connected | null)?.[connect] === "function") return value as Engine;
  const error = wrong(path, "an engine of dagfill/engine", value);
  const hint =
    "defineEngine(engine) of dagfill/engine makes one of an object with submit, status, cancel and close";
  throw new DagfillError(error.code, error.message, { field: path, hint });
};

export function useEngine(engine: Engine, use: EngineUse): EngineUser {
  return ((engine as Connected)[connect] as (use: EngineUse) => EngineUser)(use);
}
