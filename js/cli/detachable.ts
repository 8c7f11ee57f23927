// A store that a process can let go of in the middle of a backfill. What was acknowledged stays, nothing more is written, and the
// leases are free at once: for the next process it is as if this one had died, but without the wait for its lease to expire.
import type { Lease, RunStore } from "../face.js";

export interface DetachableStore extends RunStore {
  /** Waits for what is being written, then writes no more. Later calls of `apply` never end. */
  detach(): Promise<void>;
  /** Gives back every lease that is held. */
  releaseLeases(): Promise<void>;
}

/** A store that has every method that a store may have. */
type Full = Required<RunStore>;

export function detachable(store: RunStore): DetachableStore {
  const writing = new Set<Promise<void>>();
  const leases = new Set<Lease>();
  let detached = false;
  return {
    durable: store.durable,
    listRuns: (query) => store.listRuns(query),
    listTaskInstances: (dagId, runId) => store.listTaskInstances(dagId, runId),
    getXcom: (dagId, runId) => store.getXcom(dagId, runId),
    loadBackfill: (id) => store.loadBackfill(id),
    listBackfills: (query) => store.listBackfills(query),
    ...(store.listHistory && { listHistory: (query) => (store as Full).listHistory(query) }),
    ...(store.listRequests && { listRequests: (id) => (store as Full).listRequests(id) }),
    ...(store.countRuns && { countRuns: (query) => (store as Full).countRuns(query) }),
    readLease: (name) => store.readLease(name),
    close: () => store.close(),
    apply(changes, fence) {
      if (detached) return new Promise(() => {});
      const write = store.apply(changes, fence);
      const settled = write.catch(() => {}).finally(() => writing.delete(settled));
      writing.add(settled);
      return write;
    },
    async acquireLease(name, owner, ttlMs) {
      const lease = await store.acquireLease(name, owner, ttlMs);
      if (lease === null) return null;
      leases.add(lease);
      return {
        epoch: lease.epoch,
        // After the release nothing is left to hold on to; the driver need not learn of it, since it writes no more.
        renew: async () => detached || lease.renew(),
        async release() {
          leases.delete(lease);
          await lease.release();
        },
      };
    },
    async detach() {
      detached = true;
      await Promise.all(writing);
    },
    async releaseLeases() {
      await Promise.all([...leases].map((lease) => lease.release()));
      leases.clear();
    },
  };
}
