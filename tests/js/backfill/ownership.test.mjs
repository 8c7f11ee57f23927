// One driver a DAG: its lease is taken before anything is read, kept while it runs, and nothing goes on without it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { broken, day, days, gate, listen, service, settle } from "./scene.mjs";

test.afterEach(() => assert.deepEqual(broken.splice(0), []));

/** A store that fences nothing and never calls a date taken: only the lease keeps two drivers apart. */
function unfenced(store) {
  const { apply } = store;
  store.apply = (changes) =>
    apply.call(
      store,
      changes.map(({ ifState: _, ...change }) => change),
    );
  return store;
}

test("BACKFILL_ACTIVE names who drives the DAG", async () => {
  const store = new MemoryStore();
  for (const [owner, who] of [
    [`pid-7-${crypto.randomUUID()}-1`, "another process (pid 7)"],
    [crypto.randomUUID(), "another process or tab"],
  ]) {
    const lease = await store.acquireLease("dag:etl", owner, 1_000);
    await assert.rejects(service({ store }).start(days(1)), (error) => {
      assert.equal(error.code, "BACKFILL_ACTIVE");
      assert.ok(error.message.endsWith(`is being driven by ${who}`), error.message);
      return true;
    });
    await lease.release();
  }
});

test("two services over one store: while one drives a DAG, the other's start, resume and discard are refused", async () => {
  const store = unfenced(new MemoryStore());
  const asked = [];
  for (const member of ["listRuns", "listBackfills", "apply"]) {
    const original = store[member];
    store[member] = (...args) => {
      asked.push(member);
      return original.apply(store, args);
    };
  }
  const [mine, theirs] = [gate(), gate()];
  const backfill = await service({ store, executeRun: mine.executeRun }).start(days(3, { backfillId: "b" }));
  await mine.until(1);
  asked.length = 0;
  const other = service({ store, executeRun: theirs.executeRun });
  const attempts = {
    // Of other dates: nothing but the lease stands against it.
    start: () => other.start(days(9, { startDate: day(8) })),
    backfill: () => other.backfill(days(9, { startDate: day(8) })),
    resume: () => other.resume("b"),
    discard: () => other.discard("b"),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    await assert.rejects(attempt(), (error) => {
      assert.deepEqual([error.code, error.field], ["BACKFILL_ACTIVE", "dagId"], name);
      assert.equal(typeof error.details.owner, "string", name);
      assert.match(error.message, /driven by this process itself$/);
      return true;
    });
  }
  // Refused before anything was planned or written.
  assert.deepEqual(asked, []);
  assert.deepEqual(theirs.started, []);
  for (const number of [1, 2, 3]) {
    await mine.until(number);
    mine.end(number);
  }
  assert.equal((await backfill.result).completed, 3);
  // Free from the moment that the result is known.
  const next = await other.start(days(9, { startDate: day(8) }));
  assert.equal(next.preview.dates.length, 2);
  await theirs.until(1);
  theirs.end(8);
  await theirs.until(2);
  theirs.end(9);
  await next.result;
});

test("a lease is renewed for as long as its backfill runs, and no longer", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let clock = 1_000_000;
  const store = new MemoryStore({ now: () => clock });
  const work = gate();
  const backfill = await service({ store, executeRun: work.executeRun }).start(days(1));
  await work.until(1);
  const thief = service({ store });
  for (let second = 0; second < 60; second += 2) {
    clock += 2_000;
    t.mock.timers.tick(2_000);
    await settle(1);
    await assert.rejects(thief.start(days(9, { startDate: day(8) })), { code: "BACKFILL_ACTIVE" });
  }
  work.end(1);
  await backfill.result;
  assert.equal(await store.readLease("dag:etl"), null);
  clock += 2_000;
  t.mock.timers.tick(60_000);
  await settle(1);
  assert.equal(await store.readLease("dag:etl"), null);
});

test("a clock that jumps forward takes no lease from a driver of the same process", async () => {
  let clock = 1_000_000;
  const store = new MemoryStore({ now: () => clock });
  const work = gate();
  const backfill = await service({ store, executeRun: work.executeRun }).start(days(1));
  await work.until(1);
  clock += 3_600_000;
  const other = service({ store }).start(days(9, { startDate: day(8) }));
  await assert.rejects(other, { code: "BACKFILL_ACTIVE", message: /this process itself/ });
  work.end(1);
  assert.equal((await backfill.result).state, "success");
});

test("a renewal that says the lease is gone: no more starts and writes, what runs is told to stop, STALE_OWNER", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const store = unfenced(new MemoryStore());
  const { acquireLease } = store;
  let holds = true;
  store.acquireLease = async (...args) => ({
    ...(await acquireLease.apply(store, args)),
    renew: async () => holds,
  });
  const work = gate();
  const heard = listen();
  const backfill = await service({ store, executeRun: work.executeRun }).start(
    days(5, { maxParallelRuns: 2, backfillId: "b" }),
    heard.hooks,
  );
  await work.until(2);
  work.end(1);
  await work.until(3);
  await settle();
  const before = await store.listRuns({ dagId: "etl" });
  holds = false;
  t.mock.timers.tick(10_000);
  await assert.rejects(backfill.result, (error) => {
    assert.equal(error.code, "STALE_OWNER");
    assert.match(error.message, /^the lease of DAG etl has gone to another owner/);
    return true;
  });
  // Nothing of this driver counts any more, whatever its callbacks say.
  work.end(2);
  work.fail(3);
  await settle();
  assert.deepEqual([work.started.length, heard.of("run-succeeded").length], [3, 1]);
  assert.deepEqual(await store.listRuns({ dagId: "etl" }), before);
  for (const number of [2, 3]) {
    assert.equal(work.context(number).signal.reason.code, "STALE_OWNER");
  }
  assert.equal(heard.of("finished").length, 0);
});

test("a run by hand whose lease is lost lets go: its signal says STALE_OWNER, and nothing of it is stored any more", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const store = unfenced(new MemoryStore());
  const { acquireLease } = store;
  let holds = true;
  store.acquireLease = async (...args) => ({
    ...(await acquireLease.apply(store, args)),
    renew: async () => holds,
  });
  const work = gate();
  const run = service({ store, executeRun: work.executeRun }).trigger({
    dagId: "etl",
    executionDate: day(1),
  });
  await work.until(1);
  const before = await store.listRuns({ dagId: "etl" });
  holds = false;
  t.mock.timers.tick(10_000);
  await assert.rejects(run, { code: "STALE_OWNER" });
  assert.equal(work.context(1).signal.reason.code, "STALE_OWNER");
  work.end(1);
  await settle();
  assert.deepEqual(await store.listRuns({ dagId: "etl" }), before);
  assert.equal(before[0].state, "running");
});

test("a lease lost between two starts of one turn stops the second", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const store = unfenced(new MemoryStore());
  const { acquireLease, apply } = store;
  let batches = 0;
  store.acquireLease = async (...args) => ({
    ...(await acquireLease.apply(store, args)),
    renew: async () => false,
  });
  store.apply = async (changes) => {
    batches += 1;
    // The second batch marks further runs; before its answer comes, the renewal has failed.
    if (batches === 2) {
      t.mock.timers.tick(10_000);
      await settle(1);
    }
    return apply(changes);
  };
  const work = gate();
  const backfill = await service({ store, executeRun: work.executeRun }).start(days(5));
  await work.until(1);
  work.end(1);
  await assert.rejects(backfill.result, { code: "STALE_OWNER" });
  await settle();
  assert.deepEqual(work.started, [day(1)]);
});
