// The slots of a DAG, shared by all schedulers over one store: whoever begins runs of it keeps the others from doing so, and
// counts what they have in flight.
import { abandonment } from "../../plan/history.js";
import type { RunStore } from "../../store/store.js";
import { acquireSharedLease, type LeaseHandle } from "../writing/lease_handle.js";

export class DagSlots {
  readonly #store: RunStore;
  readonly #leases = new Map<string, LeaseHandle>();
  readonly #begun = new Map<string, Promise<unknown>[]>();

  readonly #leaseMs: number;

  constructor(store: RunStore, leaseMs: number) {
    this.#store = store;
    this.#leaseMs = leaseMs;
  }

  /** Reserves the slots of a DAG and counts the scheduled runs that others have in flight. `undefined`: `isWanted` has become
   *  false. */
  async reserve(dagId: string, mine: string, isWanted: () => boolean): Promise<number | undefined> {
    const lease = await acquireSharedLease(this.#store, `schedule:${dagId}`, this.#leaseMs, isWanted);
    if (lease === undefined) return undefined;
    this.#leases.set(dagId, lease);
    const isAbandoned = abandonment(this.#store, mine);
    const query = {
      dagId,
      runTypes: ["scheduled" as const],
      states: ["queued" as const, "running" as const],
    };
    let others = 0;
    try {
      for (const run of await this.#store.listRuns(query)) {
        if (run.owner !== mine && !(await isAbandoned(run))) others += 1;
      }
    } catch (error) {
      await this.release(dagId);
      throw error;
    }
    return others;
  }

  /** A run is being begun; `recorded` settles when it is on record, or is not to be. */
  begins(dagId: string, recorded: Promise<unknown>): void {
    this.#begun.set(dagId, [...(this.#begun.get(dagId) ?? []), recorded]);
  }

  /** Gives the slots back, once what was begun is on record. */
  async release(dagId: string): Promise<void> {
    const begun = this.#begun.get(dagId) ?? [];
    this.#begun.delete(dagId);
    const lease = this.#leases.get(dagId);
    this.#leases.delete(dagId);
    await Promise.allSettled(begun);
    await lease?.release();
  }

  async releaseAll(): Promise<void> {
    await Promise.all([...this.#leases.keys()].map((dagId) => this.release(dagId)));
  }
}
