// A run that a dead process left behind gets a new owner: exactly one, and never a second while the first can still write.
import { DagfillError } from "../../error.js";
import type { Fence, RunRecord, RunStore, StoreChange } from "../../store/store.js";
import { ownerName } from "../writing/lease_handle.js";

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
