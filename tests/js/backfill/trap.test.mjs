// The core traps at the k-th call: it is made again from the store, and the backfill completes.
import assert from "node:assert/strict";
import { test } from "node:test";

let calls = 0;
let trapAt = Number.POSITIVE_INFINITY;
const Instance = WebAssembly.Instance;

// Every export that belongs to a backfill traps when its turn has come.
WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    super(module, imports);
    const exports = {};
    for (const [name, value] of Object.entries(this.exports)) {
      exports[name] = !name.startsWith("rawbackfill_")
        ? value
        : (...args) => {
            calls += 1;
            if (calls === trapAt) throw new WebAssembly.RuntimeError("unreachable");
            return value(...args);
          };
    }
    Object.defineProperty(this, "exports", { value: exports });
  }
};

const { BackfillService, MemoryStore } = await import("dagfill");
const { defineEngine } = await import("dagfill/engine");
const { daily, day, days, listen, broken, service, settle } = await import("./scene.mjs");

test("a trap at any call of the core: it starts again, and every date runs", async () => {
  const run = async () => {
    calls = 0;
    const starts = [];
    const executeRun = async ({ executionDate, attempt }) => {
      starts.push(`${executionDate} ${attempt}`);
      await settle(1);
      if (executionDate === day(3)) throw new Error("third");
    };
    const heard = listen();
    const store = new MemoryStore();
    const result = await service({ executeRun, store }).backfill(
      days(6, { maxParallelRuns: 2, rate: { count: 4, per: 5 } }),
      heard.hooks,
    );
    return { result, heard, starts, runs: await store.listRuns({ dagId: "etl" }) };
  };
  const whole = await run();
  assert.ok(calls > 20, `${calls} calls`);
  assert.deepEqual([whole.result.completed, whole.result.failed], [5, 1]);
  const most = calls;
  let restarts = 0;
  for (let k = 1; k <= most; k += 1) {
    trapAt = k;
    let outcome;
    try {
      outcome = await run();
    } catch (error) {
      // Before anything is stored, the start itself fails.
      assert.equal(error.code, "INTERNAL", `call ${k}`);
      assert.ok(k <= 5, `call ${k}: ${error.message}`);
      continue;
    }
    const { result, heard, starts, runs } = outcome;
    assert.deepEqual(broken.splice(0), [], `call ${k}`);
    const states = runs.map((record) => record.state);
    assert.deepEqual(states, ["success", "success", "failed", "success", "success", "success"], `call ${k}`);
    assert.deepEqual([result.completed, result.failed], [5, 1], `call ${k}`);
    assert.equal(new Set(starts).size, starts.length, `call ${k}: an attempt is started twice`);
    assert.ok(starts.length <= 6 + 2, `call ${k}: ${starts.length} starts`);
    const told = ["run-succeeded", "run-failed"].map((type) => heard.of(type).length);
    assert.deepEqual(
      [heard.of("started").length, told, heard.of("finished").length],
      [1, [5, 1], 1],
      `call ${k}`,
    );
    const warnings = heard.of("warning").filter((event) => event.warning.code === "core_restarted");
    // Also one from before the beginning is told, behind it. The last calls may come when all is over.
    if (k <= 15) assert.equal(warnings.length, 1, `call ${k}`);
    restarts += warnings.length;
  }
  // The last run may have made fewer calls than the first: its trap would come in the next test.
  trapAt = Number.POSITIVE_INFINITY;
  assert.ok(restarts > most / 2, `${restarts} restarts in ${most} traps`);
});

test("a rate holds across a trap: what has started in its window is still counted", async () => {
  const now = { ms: Date.parse("2025-01-01") };
  const starts = [];
  const executeRun = ({ executionDate }) => void starts.push(executionDate);
  const heard = listen();
  const backfill = await service({ executeRun, now: () => now.ms }).start(
    days(6, { maxParallelRuns: 4, rate: { count: 2, per: 60_000 } }),
    heard.hooks,
  );
  const next = async () => {
    backfill.pause();
    backfill.resume();
    await settle(5);
  };
  await settle(5);
  assert.equal(starts.length, 2);
  trapAt = calls + 1;
  await next();
  trapAt = Number.POSITIVE_INFINITY;
  assert.equal(heard.of("warning").filter(({ warning }) => warning.code === "core_restarted").length, 1);
  assert.equal(starts.length, 2, "more starts in the window of the first two");
  // A record has the time before its commit, so that the window of a start that is read there ends a second later.
  now.ms += 61_000;
  await next();
  assert.equal(starts.length, 4);
  await backfill.cancel();
});

test("a store that fails when the backfill is read again behind a trap: STORE_FAILED, not a fault of dagfill's", async () => {
  const store = new MemoryStore();
  const end = Promise.withResolvers();
  const backfill = await service({ store, executeRun: () => end.promise }).start(
    days(3, { maxParallelRuns: 1 }),
  );
  await settle();
  store.listRuns = async () => {
    throw new Error("connection reset");
  };
  trapAt = calls + 1;
  end.resolve();
  await assert.rejects(backfill.result, { code: "STORE_FAILED", message: /connection reset/ });
  trapAt = Number.POSITIVE_INFINITY;
});

test("when a run really began at an engine is known behind a trap: its timeout still counts from then", {
  timeout: 60_000,
}, async () => {
  const jobs = new Map();
  const engine = defineEngine({
    name: "steered",
    keepsResultsFor: Number.POSITIVE_INFINITY,
    pollEvery: 5,
    submit: async (batch) => {
      for (const { key } of batch) jobs.set(key, { state: "running", startedAt: Date.now() });
    },
    status: async () => jobs,
    cancel: async (keys) => {
      for (const key of keys) jobs.set(key, { state: "canceled" });
    },
    close: async () => {},
  });
  const heard = listen();
  const backfill = await new BackfillService({ dags: [daily], engine }).start(
    days(2, { maxParallelRuns: 2, runTimeout: 1_000 }),
    heard.hooks,
  );
  while (jobs.size < 2) await settle(1);
  // Both have said that they began.
  const before = calls;
  while (calls < before + 2) await settle(1);
  trapAt = calls + 1;
  const [first] = jobs.keys();
  jobs.set(first, { state: "success" });
  const result = await backfill.result;
  trapAt = Number.POSITIVE_INFINITY;
  await engine.close();
  assert.equal(heard.of("warning").filter(({ warning }) => warning.code === "core_restarted").length, 1);
  assert.deepEqual(
    result.results.map(({ state }) => state),
    ["success", "failed"],
  );
  assert.match(result.results[1].error.message, /timeout/);
});
