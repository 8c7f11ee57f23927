// Leases, fences, a second store over the same data, and closing.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.
import { create, DAG, update } from "./scene.js";

export function leasesContract({ assert, dates, it, refused }) {
  it("a lease has one holder until it is released or expires", async (store, { clock }) => {
    const lease = await store.acquireLease("dag:sales", "one", 1_000);
    assert.ok(lease.epoch >= 1);
    assert.equal(await store.acquireLease("dag:sales", "two", 1_000), null);
    assert.ok((await store.acquireLease("dag:other", "two", 1_000)) !== null);
    const held = await store.readLease("dag:sales");
    assert.equal(held.owner, "one");
    assert.equal(held.epoch, lease.epoch);
    assert.equal(held.expiresAt, clock.now + 1_000);
    clock.now += 999;
    assert.equal(await store.acquireLease("dag:sales", "two", 1_000), null);
    assert.equal(await lease.renew(), true);
    assert.equal((await store.readLease("dag:sales")).expiresAt, clock.now + 1_000);
    clock.now += 999;
    assert.equal(await store.acquireLease("dag:sales", "two", 1_000), null);
    await lease.release();
    assert.equal(await store.readLease("dag:sales"), null);
    assert.equal(await lease.renew(), false);
    const next = await store.acquireLease("dag:sales", "two", 1_000);
    assert.ok(next.epoch > lease.epoch);
    // Neither of these is the first holder's business any more.
    await lease.release();
    assert.equal(await lease.renew(), false);
    assert.equal((await store.readLease("dag:sales")).owner, "two");
    assert.equal(await store.readLease("nobody"), null);
  });

  it("an expired lease is anybody's; untaken it can still be renewed", async (store, { clock }) => {
    const lease = await store.acquireLease("l", "one", 1_000);
    clock.now += 1_000;
    assert.equal(await store.readLease("l"), null);
    assert.equal(await lease.renew(), true);
    assert.equal((await store.readLease("l")).owner, "one");
    assert.equal(await store.acquireLease("l", "two", 1_000), null);
    clock.now += 1_001;
    const next = await store.acquireLease("l", "two", 1_000);
    assert.ok(next.epoch > lease.epoch);
    assert.equal(await lease.renew(), false);
    assert.equal((await store.readLease("l")).epoch, next.epoch);
  });

  it("the owner that holds a lease may take it again, and gets a new epoch", async (store) => {
    const first = await store.acquireLease("l", "one", 1_000);
    const second = await store.acquireLease("l", "one", 1_000);
    assert.ok(second.epoch > first.epoch);
    assert.equal(await first.renew(), false);
    await first.release();
    assert.equal(await second.renew(), true);
    assert.equal((await store.readLease("l")).epoch, second.epoch);
  });

  it("a lease needs a name, an owner and a time", async (store) => {
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

  it("a fence refuses the whole batch once the lease has a newer epoch", async (store, { clock }) => {
    const lease = await store.acquireLease("l", "one", 1_000);
    const fence = { lease: "l", epoch: lease.epoch };
    await store.apply([create(1)], fence);
    clock.now += 5_000;
    // Expired, but nobody has taken it.
    await store.apply([create(2)], fence);
    const next = await store.acquireLease("l", "two", 1_000);
    const error = await refused(store.apply([create(3), create(1)], fence), "STALE_OWNER");
    assert.equal(error.details.index, undefined);
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

  it("of many who ask at once exactly one gets the lease", async (store) => {
    for (let round = 0; round < 20; round += 1) {
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store.acquireLease("l", `owner ${n}`, 60_000)),
      );
      const holders = all.filter((lease) => lease !== null);
      assert.equal(holders.length, 1);
      await holders[0].release();
    }
  });

  it("a second store over the same data sees the same", async (store, { twin }) => {
    if (twin === undefined) return;
    const other = await twin();
    try {
      await store.apply([create(1)]);
      assert.deepEqual(await dates(other), [1]);
      await refused(other.apply([create(1)]), "RUN_EXISTS", 0);
      await other.apply([update(1, { state: "success" })]);
      assert.equal((await store.listRuns({ dagId: DAG }))[0].state, "success");
      const lease = await store.acquireLease("l", "one", 60_000);
      assert.equal(await other.acquireLease("l", "two", 60_000), null);
      assert.equal((await other.readLease("l")).owner, "one");
      await other.apply([create(2)], { lease: "l", epoch: lease.epoch });
      await lease.release();
      const next = await other.acquireLease("l", "two", 60_000);
      assert.ok(next.epoch > lease.epoch);
      assert.equal(await store.acquireLease("l", "one", 60_000), null);
      await refused(store.apply([create(3)], { lease: "l", epoch: lease.epoch }), "STALE_OWNER");
    } finally {
      await other.close();
    }
  });

  it("close writes what was handed over before; later calls are STORE_FAILED", async (store, { twin }) => {
    const lease = await store.acquireLease("l", "one", 60_000);
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
