// Backfills that are enqueued, and coordinators that serve one store.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";
import { memoryEngine, memoryJobs } from "../engine/memory_engine.mjs";
import { abortable } from "./scene.mjs";

const dags = ["a", "b", "c"].map((dagId) => ({ dagId, schedule: "@daily" }));
const days = (dagId, from, to, more = {}) => ({
  dagId,
  startDate: `2024-01-${String(from).padStart(2, "0")}`,
  endDate: `2024-01-${String(to).padStart(2, "0")}`,
  ...more,
});
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function until(is) {
  for (let tries = 0; !(await is()); tries += 1) {
    assert.ok(tries < 1_000, "it comes about");
    await sleep(10);
  }
}
const statesOf = async (service) =>
  Object.fromEntries((await service.list()).map(({ backfillId, state }) => [backfillId, state]));
const allOver = (service) => async () =>
  Object.values(await statesOf(service)).every((state) => ["success", "failed", "canceled"].includes(state));

/** Serves until `stop`. */
function serving(service, options = {}, hooks) {
  const controller = new AbortController();
  const served = service.serve({ signal: controller.signal, every: 20, ...options }, hooks);
  return async () => {
    controller.abort();
    await served;
  };
}

test("what is enqueued is stored, listed, and driven by whoever serves, oldest first", async () => {
  const store = new MemoryStore();
  const maker = new BackfillService({ dags, store });
  const ids = [
    await maker.enqueue(days("a", 1, 3)),
    await maker.enqueue(days("a", 4, 5)),
    await maker.enqueue(days("b", 1, 2, { backfillId: "mine" })),
  ];
  assert.equal(ids[2], "mine");
  assert.deepEqual(await statesOf(maker), { [ids[0]]: "enqueued", [ids[1]]: "enqueued", mine: "enqueued" });
  const order = [];
  const service = new BackfillService({ dags, store, executeRun: (run) => void order.push(run.backfillId) });
  const events = [];
  const stop = serving(service, {}, { onEvent: ({ type }) => events.push(type) });
  await until(allOver(service));
  await stop();
  assert.deepEqual(Object.values(await statesOf(maker)), ["success", "success", "success"]);
  assert.equal(order.length, 7);
  assert.ok(order.lastIndexOf(ids[0]) < order.indexOf(ids[1]), "one after the other");
  assert.equal(events.filter((type) => type === "finished").length, 3);
});

test("enqueue refuses what start refuses", async () => {
  const store = new MemoryStore();
  const service = new BackfillService({ dags, store });
  await service.enqueue(days("a", 1, 3, { backfillId: "one" }));
  const refused = (options, code) => assert.rejects(service.enqueue(options), { code });
  await refused(days("a", 3, 4), "BACKFILL_EXISTS");
  await refused(days("b", 3, 4, { backfillId: "one" }), "BACKFILL_EXISTS");
  await refused(days("x", 3, 4), "UNKNOWN_DAG");
  await refused(days("a", 5, 6, { dryRun: true }), "INVALID_OPTION");
  await refused(days("a", 5, 6, { planHash: "none" }), "PLAN_CHANGED");
  const { warnings } = await service.preview(days("a", 3, 4));
  assert.match(warnings[0].message, /one is enqueued/);
  await service.discard("one");
  assert.deepEqual(await statesOf(service), { one: "canceled" });
  for (const options of [{}, { signal: 1 }, { signal: new AbortController().signal, maxBackfills: 0 }]) {
    await assert.rejects(service.serve(options), { code: "INVALID_OPTION" });
  }
});

test("at most maxBackfills at once, and DAGs of others are left alone", async () => {
  const store = new MemoryStore();
  const maker = new BackfillService({ dags: [...dags, { dagId: "other", schedule: "@daily" }], store });
  for (const dagId of ["other", "a", "b", "c"]) await maker.enqueue(days(dagId, 1, 2, { backfillId: dagId }));
  let [now, peak] = [new Set(), 0];
  const service = new BackfillService({
    dags,
    store,
    executeRun: async ({ dagId }) => {
      now.add(dagId);
      peak = Math.max(peak, now.size);
      await sleep(30);
    },
  });
  const stop = serving(
    service,
    { maxBackfills: 2 },
    {
      onEvent: (event) => event.type === "finished" && now.delete(event.result.dagId),
    },
  );
  await until(async () => (await statesOf(maker)).c === "success");
  await stop();
  assert.equal(peak, 2);
  assert.equal((await statesOf(maker)).other, "enqueued");
});

test("two coordinators share the work, and neither runs a date of the other", async () => {
  const store = new MemoryStore();
  const maker = new BackfillService({ dags, store });
  for (const { dagId } of dags) await maker.enqueue(days(dagId, 1, 9, { backfillId: dagId }));
  const starts = [];
  const coordinator = () =>
    new BackfillService({
      dags,
      store,
      executeRun: async (run) => {
        starts.push(run.key);
        await sleep(5);
      },
    });
  const stops = [serving(coordinator(), { maxBackfills: 2 }), serving(coordinator(), { maxBackfills: 2 })];
  await until(allOver(maker));
  for (const stop of stops) await stop();
  assert.deepEqual([starts.length, new Set(starts).size], [27, 27]);
});

test("a coordinator that stops lets callbacks end, and another goes on at once", async () => {
  const store = new MemoryStore();
  const maker = new BackfillService({ dags, store });
  await maker.enqueue(days("a", 1, 6, { backfillId: "a", maxParallelRuns: 2 }));
  const ended = [];
  const coordinator = (name) =>
    new BackfillService({
      dags,
      store,
      executeRun: async ({ executionDate, signal }) => {
        await sleep(100);
        assert.equal(signal.aborted, false);
        ended.push([name, executionDate]);
      },
    });
  const stop = serving(coordinator("first"));
  await until(() => ended.length > 0);
  await stop();
  const before = ended.length;
  assert.ok(before >= 2 && before < 6, String(before));
  assert.equal((await statesOf(maker)).a, "interrupted");
  const next = serving(coordinator("second"));
  await until(allOver(maker));
  await next();
  assert.deepEqual(await statesOf(maker), { a: "success" });
  assert.deepEqual([ended.length, new Set(ended.map(([, date]) => date)).size], [6, 6]);
});

test("with an engine it stops at once: jobs go on, and the next coordinator attaches to them", async () => {
  const started = [];
  const shared = memoryJobs({
    executeRun: async (run) => {
      started.push(run.key);
      await sleep(300);
    },
  });
  const store = new MemoryStore();
  const coordinator = () => new BackfillService({ dags, store, engine: memoryEngine(shared) });
  await coordinator().enqueue(days("a", 1, 4, { backfillId: "a", maxParallelRuns: 2 }));
  const stop = serving(coordinator());
  await until(() => started.length === 2);
  const begun = performance.now();
  await stop();
  assert.ok(performance.now() - begun < 250, "it does not wait for the jobs");
  const attached = [];
  const next = serving(
    coordinator(),
    {},
    { onEvent: ({ type }) => type === "run-attached" && attached.push(type) },
  );
  await until(allOver(coordinator()));
  await next();
  assert.equal(attached.length, 2);
  assert.deepEqual([started.length, new Set(started).size], [4, 4]);
});

test("a paused backfill waits for its unpause, and holds no place", async () => {
  const store = new MemoryStore();
  const service = new BackfillService({ dags, store, executeRun: () => sleep(20) });
  await service.enqueue(days("a", 1, 9, { backfillId: "a" }));
  await service.enqueue(days("b", 1, 2, { backfillId: "b" }));
  const stop = serving(service, { maxBackfills: 1 });
  await until(async () => (await statesOf(service)).a === "running");
  await service.pause("a");
  await until(async () => (await statesOf(service)).a === "paused");
  await stop();
  const again = serving(service, { maxBackfills: 1 });
  await until(async () => (await statesOf(service)).b === "success");
  await service.unpause("a");
  await until(allOver(service));
  await again();
  assert.deepEqual(await statesOf(service), { a: "success", b: "success" });
});

test("a backfill that cannot be taken up is told once and tried again; a store that fails is waited for", async () => {
  const store = new MemoryStore();
  await new BackfillService({ dags, store }).enqueue(days("a", 1, 2, { backfillId: "a" }));
  let refuses = true;
  const engine = memoryEngine(memoryJobs({ executeRun: () => {} }), {
    check: async ([dagId]) => {
      if (refuses && dagId !== undefined) throw new DagfillError("ENGINE_FAILED", "no such queue");
    },
  });
  const service = new BackfillService({ dags, store, engine });
  const warnings = [];
  const stop = serving(
    service,
    {},
    {
      onEvent: (event) => event.type === "warning" && warnings.push(event.warning.code),
    },
  );
  await sleep(200);
  const list = store.listBackfills;
  store.listBackfills = async () => {
    throw new Error("connection refused");
  };
  await sleep(100);
  store.listBackfills = list;
  refuses = false;
  await until(allOver(service));
  await stop();
  assert.deepEqual(warnings, ["not_taken_up", "store_failed"]);
});

test("serve rejects where the engine itself refuses for good, and waits for one that is away", async () => {
  const store = new MemoryStore();
  await new BackfillService({ dags, store }).enqueue(days("a", 1, 2, { backfillId: "a" }));
  const asked = [];
  const serviceAt = (error) =>
    new BackfillService({
      dags,
      store,
      engine: memoryEngine(memoryJobs({ executeRun: () => {} }), {
        check: async (dagIds) => {
          asked.push(dagIds);
          if (dagIds.length === 0 || error.code === "ENGINE_FAILED") throw error;
        },
      }),
    });
  const { signal } = new AbortController();
  const refusal = new DagfillError("ENGINE_FAILED", "engine memory: wrong password");
  await assert.rejects(serviceAt(refusal).serve({ signal, every: 20 }), refusal);
  assert.deepEqual(asked[0], []);
  const away = serviceAt(new Error("connection refused"));
  const stop = serving(away);
  await until(allOver(away));
  await stop();
});

test("a backfill whose lease another coordinator has taken is told as let go, each time", async () => {
  const store = new MemoryStore();
  const acquire = store.acquireLease.bind(store);
  let taken = false;
  store.acquireLease = async (...given) => {
    const lease = await acquire(...given);
    return lease && { ...lease, renew: async () => !taken && lease.renew(), release: () => lease.release() };
  };
  const begun = [];
  const executeRun = ({ signal, executionDate }) => {
    begun.push(executionDate);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const service = new BackfillService({ dags, store, executeRun, leaseTime: 1_000 });
  await service.enqueue(days("a", 1, 2, { backfillId: "one" }));
  const warnings = [];
  const onEvent = (event) =>
    event.type === "warning" && warnings.push([event.warning, event.progress.running]);
  const stop = serving(service, {}, { onEvent });
  for (const times of [1, 2]) {
    await until(() => begun.length === times);
    taken = true;
    await until(() => warnings.length === times);
    taken = false;
  }
  const [{ code, backfillId, dagId, message }, running] = warnings[1];
  assert.deepEqual([code, backfillId, dagId, running], ["let_go", "one", "a", 0]);
  assert.match(message, /backfill one is let go: .*another owner/);
  await service.cancel("one", { running: "abort" });
  await until(allOver(service));
  await stop();
});

test("a second signal ends the wait for callbacks: theirs are aborted, and their runs go on elsewhere", async () => {
  const store = new MemoryStore();
  const { reasons, executeRun } = abortable();
  const service = new BackfillService({ dags, store, executeRun });
  const id = await service.enqueue(days("a", 1, 4, { maxParallelRuns: 2 }));
  const [stop, abort] = [new AbortController(), new AbortController()];
  const served = service.serve({ signal: stop.signal, abort: abort.signal, every: 20 });
  await until(async () => (await store.listRuns({ dagId: "a" })).length === 2);
  stop.abort();
  // The callbacks would never end.
  abort.abort();
  await served;
  assert.deepEqual(reasons, ["ABORTED", "ABORTED"]);
  const states = (await store.listRuns({ dagId: "a" })).map(({ state }) => state);
  assert.deepEqual(states, ["running", "running"]);
  const next = new BackfillService({ dags, store, executeRun: () => 1 });
  const resumed = await next.resume(id);
  assert.equal((await resumed.result).state, "success");
  await assert.rejects(service.serve({ signal: stop.signal, abort: 1 }), {
    code: "INVALID_OPTION",
    field: "abort",
  });
});
