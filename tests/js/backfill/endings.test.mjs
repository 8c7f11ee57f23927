// Whatever waits comes to an end, and a typed one: for a callback that waits for itself, for a store that never answers, and for one
// that fails with an error of its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { day, days, gate, service, settle } from "./scene.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => assert.deepEqual(unhandled.splice(0), []));

const silence = { code: "STORE_FAILED", message: /has not answered for 10 seconds/ };

/** A store with an interrupted backfill "b" of five days, two of which have succeeded. */
async function interrupted() {
  const store = new MemoryStore();
  const work = gate();
  const backfill = await service({ store, executeRun: work.executeRun }).start(
    days(5, { backfillId: "b", maxParallelRuns: 2 }),
  );
  await work.until(2);
  work.end(1);
  work.end(2);
  await work.until(4);
  const { apply } = store;
  store.apply = async () => {
    throw new Error("the process has died");
  };
  work.end(3);
  work.end(4);
  await assert.rejects(backfill.result, { code: "STORE_FAILED" });
  store.apply = apply;
  return store;
}

async function pass(t, seconds) {
  for (let second = 0; second < seconds; second += 5) {
    t.mock.timers.tick(5_000);
    await settle(2);
  }
}

test("await cancel() inside the run's own callback rejects with ABORTED, and the backfill ends", async () => {
  let why;
  const backfill = await service({
    executeRun: async ({ executionDate }) => {
      if (executionDate === day(1)) return;
      await backfill.cancel().catch((error) => {
        why = error;
        throw error;
      });
    },
  }).start(days(3, { maxParallelRuns: 1, abortGrace: 20 }));
  const result = await backfill.result;
  assert.equal(why.code, "ABORTED");
  assert.match(why.hint, /backfill\.result/);
  assert.deepEqual([result.state, result.failed, result.canceled], ["canceled", 1, 1]);
});

test("the same in a task's callback, also of a task that begins later", async () => {
  const dag = {
    dagId: "etl",
    schedule: "@daily",
    tasks: [{ taskId: "first" }, { taskId: "second", dependsOn: ["first"] }],
  };
  let why;
  const backfill = await service({
    dag,
    executeRun: undefined,
    executeTask: async ({ taskId }) => {
      if (taskId !== "second") return;
      await backfill.cancel().catch((error) => {
        why = error;
        throw error;
      });
    },
  }).start(days(2, { maxParallelRuns: 1, abortGrace: 20 }));
  const result = await backfill.result;
  assert.equal(why.code, "ABORTED");
  assert.deepEqual([result.state, result.failed, result.canceled], ["canceled", 1, 1]);
});

test("resume, discard, list and preview on a silent store wait, and end when their signal is aborted", async (t) => {
  const calls = {
    resume: [(host, hooks) => host.resume("b", hooks), ["loadBackfill", "acquireLease", "listRuns"]],
    discard: [
      (host, hooks) => host.discard("b", hooks),
      ["loadBackfill", "acquireLease", "listRuns", "apply"],
    ],
    list: [(host, hooks) => host.list({}, hooks), ["listBackfills", "countRuns"]],
    preview: [(host, hooks) => host.preview(days(5), hooks), ["listHistory", "readLease", "listBackfills"]],
  };
  for (const [name, [call, members]] of Object.entries(calls)) {
    for (const member of members) {
      const store = await interrupted();
      const original = store[member];
      store[member] = () => new Promise(() => {});
      const aborted = new AbortController();
      t.mock.timers.enable({ apis: ["setInterval"] });
      const where = `${name}, silent ${member}`;
      const asked = call(service({ store }), { signal: aborted.signal });
      let outcome = "waits";
      asked.then(
        () => (outcome = "ends"),
        (error) => (outcome = error),
      );
      await pass(t, 60);
      assert.equal(outcome, "waits", where);
      aborted.abort();
      await pass(t, 50);
      await assert.rejects(asked, silence, where);
      t.mock.timers.reset();
      store[member] = original;
    }
  }
});

test("a signal that was aborted before is no reason to wait for ever either", async (t) => {
  const store = await interrupted();
  store.loadBackfill = () => new Promise(() => {});
  t.mock.timers.enable({ apis: ["setInterval"] });
  const all = Promise.allSettled([
    service({ store }).resume("b", { signal: AbortSignal.abort() }),
    service({ store }).start(days(2), { signal: AbortSignal.abort() }),
  ]);
  await pass(t, 50);
  for (const { reason } of await all) {
    assert.throws(() => {
      throw reason;
    }, silence);
  }
});

test("an answer that nobody waits for is none: ABORTED, before and during the work", async () => {
  const calls = {
    preview: [(host, hooks) => host.preview(days(5), hooks), "listHistory"],
    "a dry run": [(host, hooks) => host.backfill({ ...days(5), dryRun: true }, hooks), "readLease"],
    list: [(host, hooks) => host.list({}, hooks), "listBackfills"],
    discard: [(host, hooks) => host.discard("b", hooks)],
  };
  const reason = new Error("left the page");
  const refused = (error) => error.code === "ABORTED" && error.cause === reason;
  for (const [name, [call, member]] of Object.entries(calls)) {
    const store = await interrupted();
    await assert.rejects(call(service({ store }), { signal: AbortSignal.abort(reason) }), refused, name);
    if (member === undefined) continue;
    const controller = new AbortController();
    const original = store[member].bind(store);
    store[member] = (...args) => {
      controller.abort(reason);
      return original(...args);
    };
    await assert.rejects(call(service({ store }), { signal: controller.signal }), refused, name);
  }
  const store = await interrupted();
  await service({ store }).list({}, { signal: new AbortController().signal });
  assert.equal((await store.listBackfills({ unfinished: true })).length, 1, "discard has written nothing");
});

test("a store of the host's that fails with a raw error: STORE_FAILED wherever it is asked, and nothing is left behind", async () => {
  const calls = {
    resume: [(host) => host.resume("b"), ["loadBackfill", "acquireLease", "listRuns", "apply"]],
    discard: [(host) => host.discard("b"), ["loadBackfill", "acquireLease", "listRuns", "apply"]],
    list: [(host) => host.list(), ["listBackfills", "countRuns"]],
    preview: [(host) => host.preview(days(5)), ["listHistory", "readLease", "listBackfills"]],
    start: [
      (host) => host.start(days(5, { backfillId: "c" })),
      ["acquireLease", "loadBackfill", "listHistory"],
    ],
  };
  const raw = new TypeError("connection reset");
  for (const [name, [call, members]] of Object.entries(calls)) {
    for (const member of members) {
      const store = await interrupted();
      const original = store[member];
      store[member] = async () => {
        throw raw;
      };
      const where = `${name}, ${member} fails`;
      const failed = { code: "STORE_FAILED", message: /connection reset/, cause: raw };
      const asked = call(service({ store }));
      await assert.rejects(
        asked.then((told) => told.result),
        failed,
        where,
      );
      store[member] = original;
      // Its lease is given back: the next one gets through.
      if (member !== "apply") await service({ store }).discard("b");
      assert.equal(await store.readLease("dag:etl"), null, where);
    }
  }
});
