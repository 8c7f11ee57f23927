// The stores of faulty.mjs do the wrong they promise, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { aRun } from "./contract.mjs";
import { countsOnly, delays, failsOnApply, readsOnly, records } from "./faulty.mjs";

const create = (n) => [{ type: "create-run", run: aRun(n) }];
const dates = async (store) => (await store.listRuns({ dagId: aRun(1).dagId })).length;
const failed = { code: "STORE_FAILED" };

test("failsOnApply: the k-th, for so many times, written or not", async () => {
  const store = failsOnApply(new MemoryStore(), 2, { times: 2 });
  await store.apply(create(1));
  await assert.rejects(store.apply(create(2)), failed);
  await assert.rejects(store.apply(create(3)), failed);
  await store.apply(create(4));
  assert.equal(await dates(store), 2);
  assert.equal(store.applied, 4);
  const lost = failsOnApply(new MemoryStore(), 1, { after: true });
  await assert.rejects(lost.apply(create(1)), failed);
  assert.equal(await dates(lost), 1);
});

test("delays, readsOnly, records, countsOnly", async () => {
  let open = () => {};
  const slow = delays(new MemoryStore(), () => new Promise((resolve) => (open = resolve)));
  const written = slow.apply(create(1));
  assert.equal(await dates(slow), 0);
  open();
  await written;
  assert.equal(await dates(slow), 1);

  const reading = readsOnly(new MemoryStore());
  await assert.rejects(reading.apply([]), failed);
  await assert.rejects(reading.acquireLease("l", "o", 1), failed);
  assert.equal(await dates(reading), 0);

  const recording = records(new MemoryStore());
  await recording.apply(create(1));
  await assert.rejects(recording.apply(create(1)), { code: "RUN_EXISTS" });
  assert.deepEqual(recording.batches, [{ changes: create(1) }]);

  const counting = countsOnly();
  await counting.apply([
    ...create(1),
    ...create(2),
    { type: "save-backfill", id: "b", dagId: "d", finished: false, snapshot: 1 },
  ]);
  assert.deepEqual(counting.counts, { "create-run": 2, "save-backfill": 1 });
  assert.equal(await counting.loadBackfill("b"), 1);
  assert.equal(await dates(counting), 0);
});
