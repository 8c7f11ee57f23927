import type { RunContext } from "dagfill";
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

export function durationOf(simulation: Simulation, executionDate: string, salt: number): number {
  return simulation.seconds * 1000 * (0.5 + chance(simulation.seed, salt, executionDate, "time"));
}

/** The page's executor: waits, then succeeds or fails, always the same for the same seed. `salt` tells one backfill
 *  from the next, so that what failed may succeed when it is tried again. */
export function simulator(simulation: Simulation, salt: number, taskIds: readonly string[]) {
  return (run: RunContext): Promise<{ simulated: true }> =>
    new Promise((resolve, reject) => {
      const { seed, failureRate } = simulation;
      const stop = () => {
        clearTimeout(timer);
        reject(new Error("stopped"));
      };
      const timer = setTimeout(
        () => {
          run.signal.removeEventListener("abort", stop);
          if (chance(seed, salt, run.executionDate, run.attempt, "fails") >= failureRate) {
            resolve({ simulated: true });
            return;
          }
          const culprit = taskIds[Math.floor(chance(seed, run.executionDate, "task") * taskIds.length)];
          reject(
            new Error(culprit ? `task ${culprit} exited with code 1 (simulated)` : "failed (simulated)"),
          );
        },
        durationOf(simulation, run.executionDate, salt),
      );
      run.signal.addEventListener("abort", stop);
    });
}
