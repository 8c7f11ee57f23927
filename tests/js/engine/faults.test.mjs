// Faults between a coordinator and its engine.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";
import { defineEngine } from "dagfill/engine";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";

const dag = { dagId: "sales", schedule: "@daily" };
const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-04" };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const times = { deadline: 200, silence: 100, repeat: 60_000, pause: [10, 50] };
const work = (ms) => ({
  executeRun: async (run) => {
    started.push(run.key);
    await sleep(ms);
    return run.executionDate;
  },
});
let started = [];

function plain(engine, calls = {}) {
  const { name, keepsResultsFor } = engine;
  const bound = Object.fromEntries(
    ["submit", "status", "cancel", "close"].map((call) => [call, (...args) => engine[call](...args)]),
  );
  return { name, keepsResultsFor, pollEvery: 20, ...bound, ...calls };
}

async function backfill(engine, { store = new MemoryStore(), ...options } = {}) {
  const warnings = [];
  const service = new BackfillService({ dags: [dag], store, engine });
  const running = await service.start(
    { ...range, ...options },
    { onEvent: (event) => event.type === "warning" && warnings.push(event.warning) },
  );
  return { running, warnings, service, store };
}

test("a job that the engine forgot is submitted again under its key, and that is told", async () => {
  started = [];
  const shared = memoryJobs(work(150));
  let forgot = false;
  const engine = defineEngine(
    plain(memoryEngine(shared), {
      status: async (keys) => {
        if (!forgot && started.length === 1) {
          forgot = true;
          shared.jobs.clear();
        }
        return memoryEngine(shared).status(keys);
      },
    }),
    times,
  );
  const { running, warnings } = await backfill(engine);
  const result = await running.result;
  assert.equal(result.state, "success");
  assert.deepEqual([started.length, new Set(started).size], [5, 4]);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["engine_lost"],
  );
  assert.match(warnings[0].message, new RegExp(started[0]));
});

for (const [what, fault] of [
  ["refuses", () => Promise.reject(new Error("connect ECONNREFUSED"))],
  ["does not answer", () => new Promise(() => {})],
]) {
  test(`while an engine ${what}, runs wait: nothing fails, and one warning tells it`, async () => {
    started = [];
    const engine = memoryEngine(memoryJobs(work(10)));
    let away = false;
    const call =
      (name) =>
      (...args) =>
        away ? fault() : engine[name](...args);
    const faulty = defineEngine(plain(engine, { submit: call("submit"), status: call("status") }), times);
    const { running, warnings } = await backfill(faulty, { maxParallelRuns: 2 });
    away = true;
    await sleep(2_500);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ["engine_silent"],
    );
    away = false;
    assert.equal((await running.result).state, "success");
    assert.equal(new Set(started).size, 4);
    assert.equal(started.length, 4);
  });
}

test("what an engine refuses for good fails that run alone", async () => {
  started = [];
  const engine = memoryEngine(memoryJobs(work(1)));
  const picky = defineEngine(
    plain(engine, {
      submit: async (jobs) => {
        if (jobs.some(({ data }) => data.executionDate.startsWith("2024-01-02")))
          throw new DagfillError("ENGINE_FAILED", "there is no DAG sales at the engine");
        return engine.submit(jobs);
      },
    }),
    times,
  );
  const { running } = await backfill(picky, { maxParallelRuns: 4 });
  const result = await running.result;
  assert.deepEqual([result.completed, result.failed], [3, 1]);
  assert.match(result.results[1].error.message, /there is no DAG sales/);
});

test("an engine whose check refuses, or does not answer, starts nothing and keeps no lease", async () => {
  const engine = memoryEngine(memoryJobs(work(1)));
  const store = new MemoryStore();
  for (const [check, message] of [
    [() => Promise.reject(new DagfillError("ENGINE_FAILED", "no queue sales")), /no queue sales/],
    [() => Promise.reject(new Error("ECONNREFUSED")), /ECONNREFUSED/],
    [() => new Promise(() => {}), /does not answer/],
  ]) {
    const refused = defineEngine(plain(engine, { check }), times);
    await assert.rejects(backfill(refused, { store }), { code: "ENGINE_FAILED", message });
  }
  const { running } = await backfill(engine, { store });
  assert.equal((await running.result).state, "success");
});

test("a coordinator whose lease is lost cancels nothing at the engine", async () => {
  started = [];
  const canceled = [];
  const engine = memoryEngine(memoryJobs(work(300)), { cancel: async (keys) => void canceled.push(...keys) });
  const store = new MemoryStore();
  const apply = store.apply.bind(store);
  store.apply = async (changes, fence) => {
    if (started.length > 1) throw new DagfillError("STALE_OWNER", "another owner has it");
    return apply(changes, fence);
  };
  const { running } = await backfill(engine, { store, maxParallelRuns: 2 });
  await assert.rejects(running.result, { code: "STALE_OWNER" });
  await sleep(300);
  assert.deepEqual(canceled, []);
});

test("a coordinator whose lease is lost lets go of jobs that still run, and cancels none", async () => {
  const release = Promise.withResolvers();
  const executeRun = ({ executionDate }) =>
    executionDate.startsWith("2024-01-01") ? "done" : release.promise;
  const shared = memoryJobs({ executeRun });
  const canceled = [];
  const engine = memoryEngine(shared, { cancel: async (keys) => void canceled.push(...keys) });
  const store = new MemoryStore();
  const apply = store.apply.bind(store);
  store.apply = async (changes, fence) => {
    if (changes.some(({ change }) => change?.state === "success"))
      throw new DagfillError("STALE_OWNER", "another owner has it");
    return apply(changes, fence);
  };
  const { running } = await backfill(engine, { store, maxParallelRuns: 2 });
  await assert.rejects(running.result, { code: "STALE_OWNER" });
  await new Promise(setImmediate);
  assert.deepEqual(canceled, []);
  const states = [...shared.jobs.values()].map(({ status }) => status.state);
  assert.deepEqual(states, ["success", "running"]);
  release.resolve();
  await engine.close();
});

for (const told of [null, {}, "x", [], new Map([["k", null]]), new Map([["k", { state: "SUCCESS" }]])])
  test(`a status() that gives ${told instanceof Map ? "a Map of " : ""}${JSON.stringify(told instanceof Map ? told.get("k") : told)} fails the run and names what it gave`, async () => {
    const engine = plain(memoryEngine(memoryJobs(work(60_000))), {
      status: async (keys) => (told instanceof Map ? new Map(keys.map((key) => [key, told.get("k")])) : told),
    });
    const { running } = await backfill(defineEngine(engine, times), { endDate: "2024-01-01" });
    const [{ error }] = (await running.result).results;
    assert.match(error.message, /status\(\) gave .+; expected a Map of/);
  });

for (const [what, tasks] of [
  ["runs", []],
  ["tasks", [{ taskId: "load" }]],
]) {
  test(`a coordinator that stood still for longer than its lease submits nothing again: ${what}`, async () => {
    started = [];
    let taken = false;
    const store = new MemoryStore();
    const acquire = store.acquireLease.bind(store);
    store.acquireLease = async (...given) => {
      const lease = await acquire(...given);
      return (
        lease && { ...lease, renew: async () => !taken && lease.renew(), release: () => lease.release() }
      );
    };
    const shared = memoryJobs({ ...work(60_000), executeTask: work(60_000).executeRun });
    const submitted = [];
    const engine = plain(memoryEngine(shared), {
      submit: async (jobs) => {
        submitted.push(...jobs.map(({ key }) => key));
        for (const job of jobs) shared.jobs.set(job.key, { job, status: { state: "running" } });
      },
    });
    const options = {
      dags: [{ ...dag, tasks }],
      store,
      engine: defineEngine(engine, times),
      leaseTime: 1_000,
    };
    const running = await new BackfillService(options).start({ ...range, maxParallelRuns: 2 });
    while (submitted.length < 2) await sleep(5);
    // Meanwhile another coordinator takes over, stores the ends of the jobs, and has the engine forget them.
    taken = true;
    shared.jobs.clear();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_100);
    await assert.rejects(running.result, { code: "STALE_OWNER" });
    assert.equal(submitted.length, 2);
  });
}

test("a cancel that an engine does not hear is repeated", async () => {
  started = [];
  const shared = memoryJobs({
    executeRun: (run) => new Promise((_, reject) => run.signal.addEventListener("abort", reject)),
  });
  const inner = memoryEngine(shared);
  let asked = 0;
  const deaf = defineEngine(
    plain(inner, {
      cancel: async (keys, reason) => {
        asked += 1;
        if (asked === 1) throw new Error("ECONNRESET");
        if (asked > 2) await inner.cancel(keys, reason);
      },
    }),
    times,
  );
  const { running } = await backfill(deaf, { maxParallelRuns: 1 });
  await sleep(100);
  const result = await running.cancel({ running: "abort" });
  assert.equal(result.state, "canceled");
  assert.ok(asked >= 3);
});

test("what had ended at the engine is recorded as it ended when a backfill is discarded", async () => {
  started = [];
  const canceled = [];
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  const executeRun = async ({ executionDate }) => {
    started.push(executionDate);
    await (executionDate < "2024-01-03" ? sleep(200) : held);
  };
  const shared = memoryJobs({ executeRun });
  const engine = () => memoryEngine(shared, { cancel: async (keys) => void canceled.push(...keys) });
  const store = new MemoryStore();
  const apply = store.apply.bind(store);
  const { running, service } = await backfill(engine(), { store, maxParallelRuns: 4 });
  store.apply = async () => {
    throw new DagfillError("STALE_OWNER", "another owner has it");
  };
  await assert.rejects(running.result, { code: "STALE_OWNER" });
  await sleep(300);
  store.apply = apply;
  await service.discard(running.backfillId);
  const states = (await store.listRuns({ dagId: "sales" })).map(({ state }) => state);
  assert.deepEqual(states, ["success", "success", "canceled", "canceled"]);
  assert.equal(canceled.length, 2);
  release();
});

test("options: an engine or callbacks, and an engine that defineEngine has made", () => {
  const engine = memoryEngine(memoryJobs(work(1)));
  assert.throws(() => new BackfillService({ dags: [dag], engine, executeRun: () => {} }), {
    code: "INVALID_OPTION",
    field: "engine",
  });
  for (const wrong of [null, {}, { name: "x", close() {} }, () => {}, plain(engine)]) {
    assert.throws(() => new BackfillService({ dags: [dag], engine: wrong }), {
      code: "INVALID_OPTION",
      field: "engine",
      message: /^engine: expected what defineEngine of dagfill\/engine makes, got /,
    });
  }
  assert.throws(() => defineEngine({ name: "half", submit() {} }), {
    code: "INVALID_OPTION",
    message: /status/,
  });
});

test("an engine may forget a job when its end is stored, of runs and of tasks", async () => {
  const tasks = [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }];
  for (const [more, count] of [
    [{}, 4],
    [{ tasks }, 8],
  ]) {
    const forgotten = [];
    const shared = memoryJobs({ executeRun: () => 1, executeTask: () => 1 });
    const engine = memoryEngine(shared, { forget: async (keys) => void forgotten.push(...keys) });
    const service = new BackfillService({ dags: [{ ...dag, ...more }], engine });
    assert.equal((await service.backfill(range)).state, "success");
    await engine.close();
    assert.equal(new Set(forgotten).size, count);
    assert.deepEqual(new Set(forgotten), new Set(shared.jobs.keys()));
  }
});

test("a discard asks the engine for the tasks that a dead process left, and cancels the rest of them", async () => {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  const shared = memoryJobs({
    executeTask: async (task) => {
      if (task.executionDate > "2024-01-02") await held;
      task.xcomPush("rows", 7);
      return "done";
    },
  });
  const canceled = [];
  const dags = [{ ...dag, tasks: [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }] }];
  const store = new MemoryStore();
  const apply = store.apply.bind(store);
  let isLost = false;
  store.apply = async (changes, fence) => {
    if (isLost) throw new DagfillError("STALE_OWNER", "another owner has it");
    await apply(changes, fence);
    isLost = changes.some(({ instance }) => instance?.state === "running");
  };
  const engine = memoryEngine(shared, { cancel: async (keys) => void canceled.push(...keys) });
  const service = new BackfillService({ dags, store, engine });
  const backfill = await service
    .start({ ...range, maxParallelRuns: 2, endDate: "2024-01-02T12:00" })
    .catch(() => null);
  await assert.rejects(backfill.result, { code: "STALE_OWNER" });
  await sleep(100);
  store.apply = apply;
  await service.discard(backfill.backfillId);
  const [one, two] = await store.listRuns({ dagId: "sales" });
  const statesOf = async ({ runId }) =>
    (await store.listTaskInstances("sales", runId)).map(({ state }) => state);
  assert.deepEqual([await statesOf(one), one.state], [["success"], "canceled"]);
  assert.deepEqual({ ...(await store.getXcom("sales", one.runId)).a }, { rows: 7, return_value: "done" });
  if (two !== undefined) assert.equal(two.state, "canceled");
  release();
});

for (const tasks of [[], [{ taskId: "a" }]]) {
  const what = tasks.length === 0 ? "runs" : "tasks";
  test(`an engine that is closed in the middle leaves its ${what} in flight: who resumes attaches to them`, async () => {
    started = [];
    let open = false;
    const execute = async ({ key }) => {
      started.push(key);
      while (!open) await sleep(5);
      return "done";
    };
    const jobs = memoryJobs({ executeRun: execute, executeTask: execute });
    const calls = [];
    const noted = Object.fromEntries(
      ["submit", "status", "cancel"].map((call) => [
        call,
        (...args) => {
          calls.push(call);
          return call === "status" ? new Promise(() => {}) : memoryEngine(jobs)[call](...args);
        },
      ]),
    );
    const engine = defineEngine(plain(memoryEngine(jobs), noted), { ...times, deadline: 60_000 });
    const store = new MemoryStore();
    const dags = [{ ...dag, tasks }];
    const service = new BackfillService({ dags, store, engine });
    const running = await service.start({ ...range, maxParallelRuns: 2 });
    while (!calls.includes("status")) await sleep(5);
    const byHand =
      what === "runs" ? service.trigger({ dagId: "sales", executionDate: "2024-02-01" }) : undefined;
    while (started.length < (byHand === undefined ? 2 : 3)) await sleep(5);
    const rejected = [running.result, byHand].filter((promise) => promise !== undefined);
    const outcomes = Promise.allSettled(rejected);
    await engine.close();
    for (const { reason } of await outcomes) {
      assert.equal(reason?.code, "ENGINE_FAILED");
      assert.match(reason.message, /is closed/);
    }
    // Nothing is asked any more, no end is recorded, and nothing new begins.
    assert.equal(calls.includes("cancel"), false);
    const states = (await store.listRuns({ dagId: "sales" })).map(({ state }) => state);
    assert.deepEqual([...new Set(states)], ["running"]);
    await assert.rejects(service.start({ ...range, startDate: "2024-03-01", endDate: "2024-03-02" }), {
      code: "ENGINE_FAILED",
    });
    open = true;
    const other = defineEngine(plain(memoryEngine(jobs)), times);
    const next = new BackfillService({ dags, store, engine: other });
    const resumed = await next.resume(running.backfillId);
    const result = await resumed.result;
    assert.deepEqual([result.state, result.completed], ["success", 4]);
    assert.equal(new Set(started).size, started.length, "a job began twice");
    await other.close();
  });
}
