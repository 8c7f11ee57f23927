// Stores that misbehave on purpose, for tests of everything that stands on a store.
import { DagfillError } from "dagfill";

/** The error of a failing store unless the test says otherwise. */
export const storeFailure = (message = "the disk is on fire") => new DagfillError("STORE_FAILED", message);

/** A store over `store` whose members can be replaced; the rest goes through. */
function over(store, members) {
  return {
    get durable() {
      return store.durable;
    },
    listRuns: (query) => store.listRuns(query),
    listTaskInstances: (dagId, runId) => store.listTaskInstances(dagId, runId),
    getXcom: (dagId, runId) => store.getXcom(dagId, runId),
    loadBackfill: (id) => store.loadBackfill(id),
    listBackfills: (query) => store.listBackfills(query),
    apply: (changes, fence) => store.apply(changes, fence),
    acquireLease: (name, owner, ttlMs) => store.acquireLease(name, owner, ttlMs),
    readLease: (name) => store.readLease(name),
    close: () => store.close(),
    ...members,
  };
}

/** Fails on the k-th apply (from 1) and, with `times`, on those after it; the batch is not written. With `after: true` it is
 *  written all the same, as when the acknowledgement was lost. `applied` counts the calls. */
export function failsOnApply(store, k, { times = 1, error = storeFailure(), after = false } = {}) {
  const faulty = over(store, {
    applied: 0,
    async apply(changes, fence) {
      faulty.applied += 1;
      const fails = faulty.applied >= k && faulty.applied < k + times;
      if (!fails || after) await store.apply(changes, fence);
      if (fails) throw error;
    },
  });
  return faulty;
}

/** Answers every apply only after `wait(n)` has (n: the number of the call, from 1). */
export function delays(store, wait) {
  let calls = 0;
  return over(store, {
    async apply(changes, fence) {
      calls += 1;
      await wait(calls);
      return store.apply(changes, fence);
    },
  });
}

/** Reads, but fails on any write: a lease is one too. What a dry run may be given. */
export function readsOnly(store, error = storeFailure("nothing may be written")) {
  const fail = async () => {
    throw error;
  };
  return over(store, { apply: fail, acquireLease: fail });
}

/** Remembers every batch that was written, in order, as `batches` of { changes, fence }. */
export function records(store) {
  const recording = over(store, {
    batches: [],
    async apply(changes, fence) {
      await store.apply(changes, fence);
      recording.batches.push({ changes: structuredClone(changes), ...(fence && { fence: { ...fence } }) });
    },
  });
  return recording;
}

/** Counts changes by type and keeps no run: what a backfill of a million runs may be measured on. Leases are granted, since
 *  there is nobody else; backfills are kept, since a driver reads its own. */
export function countsOnly() {
  const backfills = new Map();
  const epochs = new Map();
  const counts = {};
  return {
    durable: false,
    counts,
    batches: 0,
    async apply(changes) {
      this.batches += 1;
      for (const change of changes) {
        counts[change.type] = (counts[change.type] ?? 0) + 1;
        if (change.type === "save-backfill") backfills.set(change.id, structuredClone(change));
      }
    },
    listRuns: async () => [],
    listTaskInstances: async () => [],
    getXcom: async () => ({}),
    loadBackfill: async (id) => backfills.get(id)?.snapshot ?? null,
    listBackfills: async ({ dagId, unfinished } = {}) =>
      [...backfills.values()]
        .filter((row) => (dagId === undefined || row.dagId === dagId) && !(unfinished && row.finished))
        .map(({ id, snapshot }) => ({ id, snapshot })),
    async acquireLease(name) {
      const epoch = (epochs.get(name) ?? 0) + 1;
      epochs.set(name, epoch);
      return { epoch, renew: async () => epochs.get(name) === epoch, release: async () => {} };
    },
    readLease: async () => null,
    close: async () => {},
  };
}

/** A store whose process dies when the test says so: nothing that it writes from then on comes, and its leases are free. */
export function storeOfADeadProcess(store) {
  let dead = false;
  const leases = [];
  return {
    store: over(store, {
      ...(store.listRequests && { listRequests: (id) => store.listRequests(id) }),
      apply: (changes, fence) => (dead ? new Promise(() => {}) : store.apply(changes, fence)),
      async acquireLease(name, owner, ttlMs) {
        const lease = await store.acquireLease(name, owner, ttlMs);
        if (lease !== null) leases.push(lease);
        return lease;
      },
    }),
    async die() {
      dead = true;
      await Promise.all(leases.map((lease) => lease.release()));
    },
  };
}
