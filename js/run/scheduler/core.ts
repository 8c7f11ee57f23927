// The core's half of a scheduler. When wasm traps, that half is dead: another takes its place at the next look, made of what
// the store knows.
import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { call, instance, type Raw } from "../../raw.js";
import { timetableOf } from "../../schedule/timetable.js";

export type RawScheduler = InstanceType<Raw["RawScheduler"]>;

export class SchedulerCore {
  readonly #dags: readonly CheckedDag[];
  readonly #onFault: (fault: DagfillError) => void;
  readonly #onRestart: () => void;
  #raw: { made: number; core: RawScheduler } | undefined;

  /** `onFault`: the core has died. `onRestart`: it has died with an instance that somebody else's call has ended. */
  constructor(dags: readonly CheckedDag[], onFault: (fault: DagfillError) => void, onRestart: () => void) {
    this.#dags = dags;
    this.#onFault = onFault;
    this.#onRestart = onRestart;
  }

  /** Changes with every core: what one core has begun is nothing to another. */
  get current(): RawScheduler | undefined {
    return this.#raw?.core;
  }

  /** Looks at all DAGs, or at those whose time has come. A core that was made just now knows nothing and looks at all. */
  look(all: boolean, now: number): void {
    const isNew = this.#raw === undefined;
    if (isNew) this.#make();
    this.use((core) => (all || isNew ? core.tick(now) : core.woken(now)));
  }

  /** Nothing when there is no core. */
  use<T>(use: (core: RawScheduler) => T): T | undefined {
    const raw = this.#raw;
    if (raw === undefined) return undefined;
    if (raw.made !== instance()) {
      this.#raw = undefined;
      this.#onRestart();
      return undefined;
    }
    try {
      return call(() => use(raw.core));
    } catch (error) {
      this.#raw = undefined;
      this.#onFault(asError(error));
      return undefined;
    }
  }

  /** The next look is by another core. */
  drop(): void {
    const raw = this.#raw;
    this.#raw = undefined;
    if (raw !== undefined && raw.made === instance()) raw.core.free();
  }

  #make(): void {
    const core = call((wasm) => {
      const core = new wasm.RawScheduler();
      for (const { timetable, startDate, endDate, catchup, maxActiveRuns, dependsOnPast } of this.#dags) {
        const [policy, amount] =
          typeof catchup === "string" ? [catchup, 0] : (Object.entries(catchup)[0] as [string, number]);
        core.add(timetableOf(timetable), startDate, endDate, policy, amount, maxActiveRuns, dependsOnPast);
      }
      return core;
    });
    this.#raw = { made: instance(), core };
  }
}

export function asError(thrown: unknown): DagfillError {
  return thrown instanceof DagfillError
    ? thrown
    : new DagfillError("INTERNAL", failure(thrown).message, { cause: thrown });
}
