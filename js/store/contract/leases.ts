// Leases, fences, a second store over the same data, and closing.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.
import { create, DAG, update } from "./scene.js";

export function leasesContract({ it }) {
  it("a lease has one holder until it is released or expires", async (store, { assert, taken, clock }) => {
    const lease = await taken(store.acquireLease("dag:sales", "one", 1_000));
    assert.ok(lease.epoch >= 1, `expected an epoch of at least 1, got ${lease.epoch}`);
    assert.equal(await store.acquireLease("dag:sales", "two", 1_000), null);
    await taken(store.acquireLease("dag:other", "two", 1_000));
    const held = await taken(store.readLease("dag:sales"), "it was taken");
    assert.equal(held.owner, "one", "owner");
    assert.equal(held.epoch, lease.epoch, "epoch");
    assert.equal(held.expiresAt, clock.now + 1_000, "expiresAt");
    clock.now += 999;
    assert.equal(await store.acquireLease("dag:sales", "two", 1_000), null);
    assert.equal(await lease.renew(), true);
    const renewed = await taken(store.readLease("dag:sales"), "it was renewed");
    assert.equal(renewed.expiresAt, clock.now + 1_000, "expiresAt");
    clock.now += 999;
    assert.equal(await store.acquireLease("dag:sales", "two", 1_000), null);
    await lease.release();
    assert.equal(await store.readLease("dag:sales"), null);
    assert.equal(await lease.renew(), false);
    const next = await taken(store.acquireLease("dag:sales", "two", 1_000));
    assert.ok(next.epoch > lease.epoch, `expected an epoch above ${lease.epoch}, got ${next.epoch}`);
    // Neither of these is the first holder's business any more.
    await lease.release();
    assert.equal(await lease.renew(), false);
    assert.equal((await taken(store.readLease("dag:sales"), "two has it")).owner, "two", "owner");
    assert.equal(await store.readLease("nobody"), null);
  });

  it("an expired lease is anybody's; untaken it can still be renewed", async (store, {
    assert,
    taken,
    clock,
  }) => {
    const lease = await taken(store.acquireLease("l", "one", 1_000));
    clock.now += 1_000;
    assert.equal(await store.readLease("l"), null);
    assert.equal(await lease.renew(), true);
    assert.equal((await taken(store.readLease("l"), "it was renewed")).owner, "one", "owner");
    assert.equal(await store.acquireLease("l", "two", 1_000), null);
    clock.now += 1_001;
    const next = await taken(store.acquireLease("l", "two", 1_000));
    assert.ok(next.epoch > lease.epoch, `expected an epoch above ${lease.epoch}, got ${next.epoch}`);
    assert.equal(await lease.renew(), false);
    assert.equal((await taken(store.readLease("l"), "two has it")).epoch, next.epoch, "epoch");
  });

  it("the owner that holds a lease may take it again, and gets a new epoch", async (store, {
    assert,
    taken,
  }) => {
    const first = await taken(store.acquireLease("l", "one", 1_000));
    const second = await taken(store.acquireLease("l", "one", 1_000));
    assert.ok(second.epoch > first.epoch, `expected an epoch above ${first.epoch}, got ${second.epoch}`);
    assert.equal(await first.renew(), false);
    await first.release();
    assert.equal(await second.renew(), true);
    assert.equal((await taken(store.readLease("l"), "it was renewed")).epoch, second.epoch, "epoch");
  });

  it("a lease needs a name, an owner and a time", async (store, { refused }) => {
    for (const wrong of [
      ["", "o", 1],
      ["n", "", 1],
      ["n", "o", 0],
      ["n", "o", Number.NaN],
      ["n", "o", Number.POSITIVE_INFINITY],
      [1, "o", 1],
    ]) {
      await refused(store.acquireLease(...wrong), "INVALID_OPTION");
    }
  });

  it("a fence refuses the whole batch once the lease has a newer epoch", async (store, {
    assert,
    refused,
    taken,
    dates,
    clock,
  }) => {
    const lease = await taken(store.acquireLease("l", "one", 1_000));
    const fence = { lease: "l", epoch: lease.epoch };
    await store.apply([create(1)], fence);
    clock.now += 5_000;
    // Expired, but nobody has taken it.
    await store.apply([create(2)], fence);
    const next = await taken(store.acquireLease("l", "two", 1_000));
    const error = await refused(store.apply([create(3), create(1)], fence), "STALE_OWNER");
    assert.equal(error.details?.index, undefined, "details.index of STALE_OWNER for a whole batch");
    await refused(store.apply([], fence), "STALE_OWNER");
    await store.apply([create(4)], { lease: "l", epoch: next.epoch });
    await next.release();
    await store.apply([create(5)], { lease: "l", epoch: next.epoch });
    await refused(store.apply([create(6)], fence), "STALE_OWNER");
    await refused(store.apply([create(6)], { lease: "l", epoch: next.epoch + 1 }), "STALE_OWNER");
    await refused(store.apply([create(6)], { lease: "never taken", epoch: 1 }), "STALE_OWNER");
    assert.deepEqual(await dates(store), [1, 2, 4, 5]);
    await store.apply([create(6)]);
  });

  it("of many who ask at once exactly one gets the lease", async (store, { assert }) => {
    for (let round = 0; round < 20; round += 1) {
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store.acquireLease("l", `owner ${n}`, 60_000)),
      );
      const holders = all.filter((lease) => lease !== null);
      assert.equal(holders.length, 1, "leases that 8 calls at once were given");
      await holders[0].release();
    }
  });

  it("a second store over the same data sees the same", async (store, {
    assert,
    refused,
    taken,
    dates,
    twin,
  }) => {
    if (twin === undefined) return;
    const other = await twin();
    try {
      await store.apply([create(1)]);
      assert.deepEqual(await dates(other), [1]);
      await refused(other.apply([create(1)]), "RUN_EXISTS", 0);
      await other.apply([update(1, { state: "success" })]);
      assert.equal((await store.listRuns({ dagId: DAG }))[0].state, "success");
      const lease = await taken(store.acquireLease("l", "one", 60_000));
      assert.equal(await other.acquireLease("l", "two", 60_000), null);
      assert.equal((await taken(other.readLease("l"), "the other store has it")).owner, "one", "owner");
      await other.apply([create(2)], { lease: "l", epoch: lease.epoch });
      await lease.release();
      const next = await taken(other.acquireLease("l", "two", 60_000));
      assert.ok(next.epoch > lease.epoch, `expected an epoch above ${lease.epoch}, got ${next.epoch}`);
      assert.equal(await store.acquireLease("l", "one", 60_000), null);
      await refused(store.apply([create(3)], { lease: "l", epoch: lease.epoch }), "STALE_OWNER");
    } finally {
      await other.close();
    }
  });

  it("close writes what was handed over before; later calls are STORE_FAILED", async (store, {
    assert,
    refused,
    taken,
    dates,
    twin,
  }) => {
    const lease = await taken(store.acquireLease("l", "one", 60_000));
    const written = store.apply([create(1)]);
    await Promise.all([written, store.close()]);
    await store.close();
    for (const call of [
      () => store.apply([create(2)]),
      () => store.listRuns({ dagId: DAG }),
      () => store.listTaskInstances(DAG, "r"),
      () => store.getXcom(DAG, "r"),
      () => store.loadBackfill("b"),
      () => store.listBackfills(),
      () => store.listHistory?.({ dagId: DAG }) ?? store.listBackfills(),
      () => store.countRuns?.({ dagId: DAG }) ?? store.listBackfills(),
      () => store.listRequests?.("b") ?? store.listBackfills(),
      () => store.acquireLease("l", "one", 1),
      () => store.readLease("l"),
      () => lease.renew(),
    ]) {
      await refused(call(), "STORE_FAILED");
    }
    await lease.release();
    if (twin === undefined) return;
    const other = await twin();
    assert.deepEqual(await dates(other), [1]);
    await other.close();
  });
}
