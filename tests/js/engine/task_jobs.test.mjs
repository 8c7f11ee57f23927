// Jobs of tasks whose engine does not end them, and what it warns of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";
import { defineEngine } from "dagfill/engine";

const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-01" };
const times = { deadline: 5_000, silence: 50, repeat: 60_000, pause: [5, 10] };
const dagOf = (task) => ({ dagId: "sales", schedule: "@daily", tasks: [{ taskId: "a", ...task }] });

/** An engine whose jobs `status` tells, and what it was asked. */
function engineOf(statusOf, calls = {}) {
  const asked = { submitted: [], canceled: [], status: [] };
  const engine = {
    name: "mine",
    keepsResultsFor: 1_000,
    pollEvery: 5,
    submit: async (jobs) => void asked.submitted.push(...jobs),
    status: async (keys) => {
      asked.status.push(...keys);
      return new Map(keys.map((key) => [key, statusOf(key, asked)]));
    },
    cancel: async (keys) => void asked.canceled.push(...keys),
    close: async () => {},
    ...calls,
  };
  return { asked, engine: defineEngine(engine, times) };
}

async function backfill(engine, dag, options = {}) {
  const warnings = [];
  const store = new MemoryStore();
  const onEvent = ({ type, warning }) => type === "warning" && warnings.push(warning);
  const service = new BackfillService({ dags: [dag], store, engine });
  const result = await service.backfill({ ...range, ...options }, { onEvent });
  const [run] = await store.listRuns({ dagId: "sales" });
  const tasks = await store.listTaskInstances("sales", run.runId);
  return { result, warnings, tasks };
}

const forEver = () => ({ state: "running", startedAt: Date.now() });

test("a task that runs longer than its timeout is canceled at the engine, and given up after abortGrace", async () => {
  const { engine, asked } = engineOf(forEver);
  const { result, warnings, tasks } = await backfill(engine, dagOf({ timeout: 40 }), { abortGrace: 40 });
  assert.deepEqual([result.state, tasks[0].state], ["failed", "failed"]);
  assert.match(
    tasks[0].error.message,
    /^timed out: run .*, task a took longer than its timeout: its job was canceled at engine mine and has not ended there$/,
  );
  assert.deepEqual([...new Set(asked.canceled)], [asked.submitted[0].key]);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["task_abandoned"],
  );
  assert.match(
    warnings[0].message,
    /, task a: its job was canceled at engine mine and has not ended there: .*still be running$/,
  );
});

test("a task that is given up is not retried, at an engine as in one process: its work may still go on", async () => {
  const dag = dagOf({ timeout: 20, retries: 2, retryDelay: 1 });
  const { engine, asked } = engineOf(forEver);
  const there = await backfill(engine, dag, { abortGrace: 20 });
  const store = new MemoryStore();
  const executeTask = () => new Promise(() => {});
  const warnings = [];
  const onEvent = ({ type, warning }) => type === "warning" && warnings.push(warning.code);
  const service = new BackfillService({ dags: [dag], store, executeTask });
  const here = await service.backfill({ ...range, abortGrace: 20 }, { onEvent });
  const [run] = await store.listRuns({ dagId: "sales" });
  const tasks = await store.listTaskInstances("sales", run.runId);
  const told = (result, [{ state, attempt }], codes) => [result.state, state, attempt, ...codes];
  assert.deepEqual(told(here, tasks, warnings), ["failed", "failed", 1, "task_abandoned"]);
  assert.deepEqual(
    told(
      there.result,
      there.tasks,
      there.warnings.map(({ code }) => code),
    ),
    told(here, tasks, warnings),
  );
  assert.equal(asked.submitted.length, 1);
});

test("a task that ends when it is canceled for its timeout has failed of it, and is retried", async () => {
  const statusOf = (key, { canceled }) => (canceled.includes(key) ? { state: "canceled" } : forEver());
  const { engine, asked } = engineOf(statusOf);
  const dag = dagOf({ timeout: 30, retries: 1, retryDelay: 1 });
  const { result, warnings, tasks } = await backfill(engine, dag);
  assert.deepEqual([result.state, tasks[0].state, tasks[0].attempt], ["failed", "failed", 2]);
  assert.match(tasks[0].error.message, /^timed out: run .*, task a took longer than its timeout$/);
  assert.equal(new Set(asked.canceled).size, 2);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["task_retrying"],
  );
});

test("a task's time counts from what the engine says of its start", async () => {
  const statusOf = (key, { canceled }) =>
    canceled.includes(key) ? { state: "canceled" } : { state: "running", startedAt: Date.now() - 3_600_000 };
  const { engine } = engineOf(statusOf);
  const { tasks } = await backfill(engine, dagOf({ timeout: "PT1H" }));
  assert.match(tasks[0].error.message, /^timed out/);
});

test("waiting at the engine is no part of a task's time", async () => {
  const since = performance.now();
  const statusOf = () => ({ state: performance.now() - since < 120 ? "queued" : "success" });
  const { engine, asked } = engineOf(statusOf);
  const { result } = await backfill(engine, dagOf({ timeout: 20 }));
  assert.deepEqual([result.state, asked.canceled], ["success", []]);
});

test("a task that was given up is asked for no more", async () => {
  for (const options of [{ timeout: 20 }, { runTimeout: 20 }]) {
    const { runTimeout, ...task } = options;
    const { engine, asked } = engineOf((key) =>
      asked.submitted[0].key === key ? forEver() : { state: "success" },
    );
    const dag = dagOf(task);
    const service = new BackfillService({ dags: [dag], engine });
    const limits = { abortGrace: 20, ...(runTimeout === undefined ? {} : { runTimeout }) };
    assert.equal((await service.backfill({ ...range, ...limits })).state, "failed");
    const [{ key }] = asked.submitted;
    asked.status.length = 0;
    const next = { ...range, startDate: "2024-01-02", endDate: "2024-01-04", maxParallelRuns: 1 };
    assert.equal((await service.backfill(next)).state, "success");
    assert.ok(asked.status.length > 0);
    assert.ok(!asked.status.includes(key), JSON.stringify(options));
  }
});

test("an engine's warnings are told for the jobs of tasks, too", async () => {
  let lost = false;
  let silent = false;
  const since = performance.now();
  const { engine } = engineOf(() => ({}), {
    status: async (keys) => {
      if (performance.now() - since < 1_500) {
        silent = true;
        throw new Error("connect ECONNREFUSED");
      }
      if (!lost) {
        lost = true;
        return new Map();
      }
      const warning = { code: "disk_full", message: "the disk is nearly full" };
      return new Map(keys.map((key) => [key, { state: "success", warning }]));
    },
  });
  const { result, warnings } = await backfill(engine, dagOf({}));
  assert.equal(result.state, "success");
  assert.ok(silent);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["engine_silent", "engine_lost", "disk_full"],
  );
  assert.match(warnings[1].message, /has forgotten the job of .*, task a of DAG sales/);
});
