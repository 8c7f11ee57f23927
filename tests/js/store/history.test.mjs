// A plan reads the history as columns; the records behind it are made when somebody asks for them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore, previewFrom } from "dagfill";
import { aRun } from "./contract.mjs";

const dags = [{ dagId: "sales", schedule: "@daily" }];
const days = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-06" };

/** A store with a history; `without` names the methods that it does not have. */
async function withHistory(without = []) {
  const memory = new MemoryStore();
  const records = [
    aRun(1, { state: "success", conf: { region: "eu" }, output: { rows: 1 }, attempt: 2 }),
    aRun(2, { state: "failed", error: { name: "E", message: "m" }, backfillId: "b", key: "k" }),
    aRun(3, { state: "running", owner: "nobody", startedAt: "2024-01-04T00:00:00Z" }),
    aRun(4, { state: "running" }),
    aRun(5, { state: "success", runId: "scheduled__2024-01-05T00:00:00+00:00", runType: "scheduled" }),
  ];
  const stranger = aRun(5, {
    runId: "by hand",
    executionDate: "2024-01-05T06:00:00Z",
    runType: "manual",
    state: "success",
  });
  await memory.apply([...records, stranger].map((run) => ({ type: "create-run", run })));
  const asked = [];
  const store = new Proxy(memory, {
    get(target, name) {
      if (without.includes(name)) return undefined;
      const value = target[name];
      if (typeof value !== "function") return value;
      return (...args) => {
        asked.push(name);
        return value.apply(target, args);
      };
    },
  });
  return { store, records, asked };
}
const service = (store) => new BackfillService({ dags, store, executeRun: () => {} });

test("a preview of columns is the preview of records", async () => {
  const columns = await withHistory();
  const lists = await withHistory(["listHistory"]);
  const [one, other] = [await service(columns.store).preview(days), await service(lists.store).preview(days)];
  assert.ok(!columns.asked.includes("listRuns"), String(columns.asked));
  assert.deepEqual(one.existingRuns, columns.records);
  assert.deepEqual(other.existingRuns, columns.records);
  assert.deepEqual(one.runs, other.runs);
  assert.equal(one.planHash, other.planHash);
  assert.deepEqual(
    one.runs.map(({ action, reason, existingState }) => [action, reason, existingState]),
    [
      ["skip", "exists_success", "success"],
      ["skip", "exists_failed", "failed"],
      ["skip", "exists_failed", "running"],
      ["skip", "in_flight", "running"],
      ["skip", "exists_success", "success"],
      ["create", undefined, undefined],
    ],
  );
  assert.equal(one.runs[4].runId, "scheduled__2024-01-05T00:00:00+00:00");
  // The columns travel, and nothing that was sent away is missing here.
  const sent = structuredClone(one.toTransferable());
  assert.deepEqual(previewFrom(sent).existingRuns, columns.records);
  assert.deepEqual(one.existingRuns, columns.records);
});

test("of a store whose columns have no details, the records are read where runs go again with their own conf", async () => {
  const { store, records, asked } = await withHistory();
  const { listHistory } = store;
  const bare = new Proxy(store, {
    get: (target, name) =>
      name !== "listHistory"
        ? target[name]
        : async (query) => {
            const { details: _, ...columns } = await listHistory(query);
            return columns;
          },
  });
  const preview = await service(bare).preview({ ...days, resetDagRun: true });
  assert.deepEqual(
    preview.runs.map(({ action, runId }) => [action, runId]),
    (await service(store).preview({ ...days, resetDagRun: true })).runs.map(({ action, runId }) => [
      action,
      runId,
    ]),
  );
  assert.deepEqual(
    preview.existingRuns.map(({ runId, state, conf, runType }) => [runId, state, conf, runType]),
    records.map(({ runId, state, conf, runType }) => [runId, state, conf ?? {}, runType]),
  );
  asked.length = 0;
  const result = await service(bare).backfill({ ...days, resetDagRun: true });
  assert.ok(asked.includes("listRuns"));
  assert.equal(result.completed, 5);
  const [first] = await store.listRuns({ dagId: "sales", limit: 1 });
  assert.deepEqual([first.conf, first.attempt], [{ region: "eu" }, 3]);
});

test("a reset of many runs stores a snapshot of a few bytes, and its resume keeps ids, confs and attempts", async () => {
  const minutes = 20_000;
  const store = new MemoryStore();
  const iso = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");
  const at = (n) => iso(Date.UTC(2024, 0, 1) + n * 60_000);
  await store.apply(
    Array.from({ length: minutes }, (_, n) => ({
      type: "create-run",
      run: {
        ...aRun(1),
        runId: `${n % 2 ? "scheduled__" : "own "}${at(n).replace("Z", "+00:00")}`,
        runType: "scheduled",
        executionDate: at(n),
        dataInterval: { start: at(n), end: at(n + 1) },
        state: n % 100 ? "success" : "failed",
        conf: { n },
        attempt: 1 + (n % 3),
      },
    })),
  );
  const minutely = [{ dagId: "sales", schedule: "* * * * *" }];
  const gate = Promise.withResolvers();
  const host = (executeRun) => new BackfillService({ dags: minutely, store, executeRun });
  const range = {
    dagId: "sales",
    startDate: at(0),
    endDate: at(minutes - 1),
    resetDagRun: true,
    backfillId: "b",
  };
  const first = await host(() => gate.promise).start({ ...range, maxParallelRuns: 2 });
  const size = JSON.stringify(await store.loadBackfill("b")).length;
  // 100,000 of them may take 2 MB; version 1 took 41.
  assert.ok(size < 400_000, `${size} characters`);
  // As if the process had died: its lease is gone, the runs in flight are not ended.
  const snapshot = await store.loadBackfill("b");
  const cancel = first.cancel({ running: "abort" });
  gate.resolve();
  await cancel;
  await store.apply([
    { type: "save-backfill", id: "b", dagId: "sales", finished: false, snapshot },
    ...[0, 1].map((n) => ({
      type: "update-run",
      dagId: "sales",
      runId: `${n % 2 ? "scheduled__" : "own "}${at(n).replace("Z", "+00:00")}`,
      change: { state: "running" },
    })),
  ]);
  const seen = [];
  const resumed = await host((run) => {
    if (seen.length < 4) seen.push([run.runId, run.conf, run.attempt]);
  }).resume("b", {});
  assert.equal(resumed.preview.existingRuns.length, minutes);
  // The first two have become runs of the backfill since.
  assert.deepEqual(
    resumed.preview.existingRuns
      .slice(0, 3)
      .map(({ runId, state, attempt, conf, runType, dataInterval }) => [
        runId.slice(0, 10),
        state,
        attempt,
        conf,
        runType,
        dataInterval.end,
      ]),
    [
      ["own 2024-0", "failed", 1, { n: 0 }, "backfill", at(1)],
      ["scheduled_", "success", 2, { n: 1 }, "backfill", at(2)],
      ["own 2024-0", "success", 3, { n: 2 }, "scheduled", at(3)],
    ],
  );
  resumed.setMaxParallelRuns(100);
  const result = await resumed.result;
  assert.equal(result.completed, minutes);
  assert.deepEqual(seen, [
    ["own 2024-01-01T00:00:00+00:00", { n: 0 }, 3],
    ["scheduled__2024-01-01T00:01:00+00:00", { n: 1 }, 4],
    ["own 2024-01-01T00:02:00+00:00", { n: 2 }, 4],
    ["scheduled__2024-01-01T00:03:00+00:00", { n: 3 }, 2],
  ]);
});

test("a list of backfills is counted, not read, where the store can count", async () => {
  const { store, asked } = await withHistory();
  await service(store).backfill({ ...days, backfillId: "listed" });
  const snapshot = await store.loadBackfill("listed");
  const { counts: _, finishedAt: __, ...open } = snapshot;
  await store.apply([
    {
      type: "save-backfill",
      id: "listed",
      dagId: "sales",
      finished: false,
      snapshot: { ...open, state: "running" },
    },
  ]);
  asked.length = 0;
  const [one] = await service(store).list();
  assert.deepEqual([one.progress.completed, one.progress.remaining], [1, 0]);
  assert.ok(asked.includes("countRuns") && !asked.includes("listRuns"), String(asked));
  const lists = new Proxy(store, {
    get: (target, name) => (name === "countRuns" ? undefined : target[name]),
  });
  assert.deepEqual((await service(lists).list())[0].progress, one.progress);
});
