// Scheduled runs that another process drives: watched so that none is lost when that process dies, and then given a new owner: exactly
// one, and never a second while the first can still write.
import { DagfillError } from "../../error.js";
import { abandonment } from "../../plan/history.js";
import type { Fence, RunRecord, RunStore, StoreChange } from "../../store/store.js";
import { ownerName } from "../writing/lease_handle.js";

/** A DAG, by its number too, and a date in epoch milliseconds. */
export interface RunKey {
  dag: number;
  dagId: string;
  date: number;
}

export class RunWatcher {
  readonly #store: RunStore;
  readonly #runs = new Map<string, RunKey>();

  constructor(store: RunStore) {
    this.#store = store;
  }

  add(key: RunKey): void {
    this.#runs.set(`${key.dag} ${key.date}`, key);
  }

  /** Those that nobody drives any more, oldest first; they, and those that have ended, are watched no longer. */
  async left(mine: string): Promise<RunKey[]> {
    const isLeft = abandonedBut(this.#store, mine);
    const found: RunKey[] = [];
    for (const [name, key] of [...this.#runs]) {
      const record = await recordAt(this.#store, key);
      if (record !== undefined && (await isLeft(record))) found.push(key);
      else if (isOpen(record)) continue;
      else this.#runs.delete(name);
    }
    for (const { dag, date } of found) this.#runs.delete(`${dag} ${date}`);
    return found.sort((a, b) => a.date - b.date);
  }
}

/** Whether a run is still to end. */
export function isOpen(record: RunRecord | undefined): record is RunRecord {
  return record !== undefined && (record.state === "queued" || record.state === "running");
}

/** Says whether a scheduled run was left by its owner: by a dead process, or by the one with the lease `mine`, which asks. A
 *  run that belongs to a backfill is the backfill's to go on with. */
export function abandonedBut(store: RunStore, mine: string): (record: RunRecord) => Promise<boolean> {
  const isAbandoned = abandonment(store, mine);
  return async (record) =>
    record.runType === "scheduled" && record.backfillId === undefined && (await isAbandoned(record));
}

export async function recordAt(
  store: RunStore,
  { dagId, date }: Pick<RunKey, "dagId" | "date">,
): Promise<RunRecord | undefined> {
  const [record] = await store.listRuns({ dagId, from: date, to: date });
  return record;
}

/** One after the other: two runs of one owner would be in each other's way. */
const last = new WeakMap<RunStore, Promise<unknown>>();

/** Makes a run whose owner is dead `mine`. RUN_EXISTS when its owner lives after all, or somebody else was quicker. */
export function claim(store: RunStore, left: RunRecord, mine: Fence, leaseMs: number): Promise<void> {
  const before = last.get(store) ?? Promise.resolve();
  const taken = before.then(() => take(store, left, mine, leaseMs));
  last.set(
    store,
    taken.catch(() => {}),
  );
  return taken;
}

async function take(store: RunStore, left: RunRecord, mine: Fence, leaseMs: number): Promise<void> {
  const { dagId, runId, owner, executionDate } = left;
  // This owner's own run, whose end it could not record.
  if (owner === undefined || owner === mine.lease) return;
  const change = { owner: mine.lease };
  const update: StoreChange = { type: "update-run", dagId, runId, change, ifState: [left.state] };
  const taken = () =>
    new DagfillError("RUN_EXISTS", `run ${runId} of DAG ${dagId} is driven by somebody else`, {
      details: { dagId, runId },
    });
  // Taking the lease of the dead fences it: should it wake up, it can write no more.
  const lease = await store.acquireLease(owner, ownerName(), leaseMs);
  if (lease === null) throw taken();
  try {
    const at = Date.parse(executionDate);
    const [now] = await store.listRuns({ dagId, from: at, to: at });
    if (now?.owner !== owner || now.attempt !== left.attempt || now.state !== left.state) throw taken();
    // Under its fence: whoever takes that lease next finds the run with its new owner.
    await store.apply([update], { lease: owner, epoch: lease.epoch });
  } catch (error) {
    // The lease of the dead went on to somebody else in between.
    throw error instanceof DagfillError && error.code === "STALE_OWNER" ? taken() : error;
  } finally {
    // A lease that cannot be released expires.
    await lease.release().catch(() => {});
  }
}
