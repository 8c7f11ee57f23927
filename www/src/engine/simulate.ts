import { type Dag, type RunContext, type TaskContext, validateDag } from "dagfill";
import type { Simulation } from "../model";

/** A number in [0, 1) that depends on nothing but its arguments (FNV-1a, then a finalizer). */
export function chance(...parts: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join("|")) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  hash = Math.imul(hash, 0x297a2d39);
  hash ^= hash >>> 15;
  return (hash >>> 0) / 2 ** 32;
}

/** The page's executor: waits, then succeeds or fails, always the same for the same seed. `salt` tells one backfill
 *  from the next, so that what failed may succeed when it is tried again. */
export function simulator({ seconds, failureRate, seed }: Simulation, salt: number, dag: Dag) {
  const layers = validateDag(dag).layers;
  const layerOf = new Map(layers.flatMap((ids, layer) => ids.map((id) => [id, layer] as const)));
  const taskIds = [...layerOf.keys()];
  const durationOf = ({ executionDate }: RunContext) =>
    seconds * 1000 * (0.5 + chance(seed, salt, executionDate, "time"));
  const fails = ({ executionDate, attempt }: RunContext) =>
    chance(seed, salt, executionDate, attempt, "fails") < failureRate;
  /** The one task of a run that may fail: the same whenever the run is tried again, which then begins at it. */
  const isCulprit = ({ executionDate, taskId }: TaskContext) =>
    taskId === taskIds[Math.floor(chance(seed, executionDate, "task") * taskIds.length)];
  return {
    executeRun: (run: RunContext) => wait(run, durationOf(run), fails(run) && "failed (simulated)"),
    /** Each layer of the DAG has an equal part of the run's time. A task that fails takes all that is left of it, so that
     *  a run that fails takes as long as one that succeeds. */
    executeTask(task: TaskContext) {
      const failing = isCulprit(task) && fails(task);
      const parts = failing ? layers.length - (layerOf.get(task.taskId) ?? 0) : 1;
      return wait(
        task,
        (durationOf(task) * parts) / layers.length,
        failing && "exited with code 1 (simulated)",
      );
    },
  };
}

function wait({ signal }: RunContext, milliseconds: number, error: string | false) {
  return new Promise<{ simulated: true }>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new Error("stopped"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      if (error) reject(new Error(error));
      else resolve({ simulated: true });
    }, milliseconds);
    signal.addEventListener("abort", stop);
  });
}
