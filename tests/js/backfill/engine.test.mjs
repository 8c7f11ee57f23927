// Runs that live outside of the process, in an engine in memory: what became of them is asked before an interrupted backfill is
// closed, and its answers are what is recorded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";
import { defineEngine } from "dagfill/engine";
import { daily, day, days, settle } from "./scene.mjs";

/** An engine whose jobs outlive the processes that submit them, and end when the test says so. */
function engine(calls = {}) {
  const jobs = new Map();
  const asked = { status: [], cancel: [] };
  const made = () =>
    defineEngine({
      name: "steered",
      keepsResultsFor: Number.POSITIVE_INFINITY,
      pollEvery: 10,
      async submit(batch) {
        for (const { key, data } of batch) {
          if (!jobs.has(key)) jobs.set(key, { runId: data.runId, status: { state: "running" } });
        }
      },
      async status(keys) {
        asked.status.push([...keys]);
        return new Map(keys.flatMap((key) => (jobs.has(key) ? [[key, jobs.get(key).status]] : [])));
      },
      async cancel(keys, reason) {
        asked.cancel.push({ keys: [...keys], reason });
        for (const key of keys) if (jobs.has(key)) jobs.get(key).status = { state: "canceled" };
      },
      async close() {},
      ...calls,
    });
  const of = (number) => [...jobs.values()].find(({ runId }) => runId.includes(day(number).slice(0, 10)));
  const finish = (number, state, told) => {
    of(number).status = { state, ...(state === "success" ? { output: told } : { error: told }) };
  };
  return { jobs, asked, made, of, finish };
}

const host = (store, made) => new BackfillService({ dags: [daily], store, engine: made() });

async function until(holds) {
  for (let turn = 0; !holds(); turn += 1) {
    assert.ok(turn < 500, "it never came to be");
    await sleep(5);
  }
}

/** Four runs in flight at the engine, and the store as their process leaves it when it dies. */
async function dead(cancelFirst) {
  const jobs = engine();
  const lost = new MemoryStore();
  const backfill = await host(lost, jobs.made).start(days(6, { backfillId: "b", maxParallelRuns: 4 }));
  await until(() => jobs.jobs.size === 4);
  if (cancelFirst) {
    backfill.cancel().catch(() => {});
    await settle();
  }
  const runs = await lost.listRuns({ dagId: "etl" });
  const snapshot = await lost.loadBackfill("b");
  const store = new MemoryStore();
  await store.apply([
    ...runs.map((run) => ({ type: "create-run", run })),
    { type: "save-backfill", id: "b", dagId: "etl", finished: false, snapshot },
  ]);
  // Its own store takes nothing more, so that it lets go of its jobs.
  lost.apply = async () => {
    throw new DagfillError("STALE_OWNER", "another owner has it");
  };
  if (cancelFirst) jobs.finish(1, "success", 1);
  else backfill.cancel().catch(() => {});
  await assert.rejects(backfill.result, { code: "STALE_OWNER" });
  jobs.asked.status.length = 0;
  jobs.asked.cancel.length = 0;
  return { store, jobs };
}

async function records(store) {
  const runs = await store.listRuns({ dagId: "etl" });
  return runs.map(({ executionDate, state, output, error }) => [
    Number(executionDate.slice(8, 10)),
    state,
    output ?? error?.message,
  ]);
}

test("discard asks the engine first: what succeeded or failed there is recorded so, and the rest is canceled there", async () => {
  const { store, jobs } = await dead(false);
  jobs.finish(1, "success", { rows: 7 });
  jobs.finish(2, "failed", { name: "Error", message: "no disk" });
  await host(store, jobs.made).discard("b");
  assert.deepEqual(await records(store), [
    [1, "success", { rows: 7 }],
    [2, "failed", "no disk"],
    [3, "canceled", undefined],
    [4, "canceled", undefined],
  ]);
  assert.deepEqual(
    jobs.asked.status.map((keys) => keys.length),
    [4],
  );
  assert.deepEqual(
    jobs.asked.cancel.map(({ keys, reason }) => [keys.length, reason]),
    [[2, "backfill b was canceled"]],
  );
  assert.deepEqual([jobs.of(3).status.state, jobs.of(4).status.state], ["canceled", "canceled"]);
  const [listed] = await host(store, jobs.made).list();
  const { completed, failed, canceled } = listed.progress;
  assert.deepEqual([listed.state, completed, failed, canceled], ["canceled", 1, 1, 4]);
});

test("a stored cancel whose process died does the same when it is resumed, and starts nothing", async () => {
  const { store, jobs } = await dead(true);
  jobs.finish(2, "success", "two");
  const backfill = await host(store, jobs.made).resume("b");
  const result = await backfill.result;
  assert.deepEqual([result.state, result.completed, result.canceled], ["canceled", 2, 4]);
  assert.deepEqual(
    (await records(store)).map(([number, state]) => [number, state]),
    [
      [1, "success"],
      [2, "success"],
      [3, "canceled"],
      [4, "canceled"],
    ],
  );
  assert.equal(jobs.jobs.size, 4);
});

test("a job that the engine has forgotten is canceled in the record, and an engine that cannot be asked keeps the backfill open", async () => {
  const { store, jobs } = await dead(false);
  jobs.jobs.clear();
  const broken = engine({
    status: async () => {
      throw new DagfillError("ENGINE_FAILED", "the credentials have expired");
    },
  });
  await assert.rejects(host(store, broken.made).discard("b"), { code: "ENGINE_FAILED" });
  assert.deepEqual(
    (await records(store)).map(([, state]) => state),
    ["running", "running", "running", "running"],
  );
  await host(store, jobs.made).discard("b");
  assert.deepEqual(
    (await records(store)).map(([, state]) => state),
    ["canceled", "canceled", "canceled", "canceled"],
  );
});

test("resumed, each job is attached to under its key, and submitted once", async () => {
  const { store, jobs } = await dead(false);
  jobs.finish(1, "success", 1);
  const backfill = await host(store, jobs.made).resume("b");
  for (const number of [2, 3, 4]) jobs.finish(number, "success", number);
  await until(() => jobs.jobs.size === 6);
  for (const number of [5, 6]) jobs.finish(number, "success", number);
  const result = await backfill.result;
  assert.deepEqual([result.state, result.completed], ["success", 6]);
  const runs = await store.listRuns({ dagId: "etl" });
  assert.deepEqual(
    runs.map(({ attempt, output }) => [attempt, output]),
    [1, 2, 3, 4, 5, 6].map((number) => [1, number]),
  );
});
