// Histories of other schedulers: one record a date, and every row that became none is counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { exportRuns, importRuns, storeRuns } from "../../../dist/import.js";
import { MemoryStore } from "../../../dist/index.js";

const dag = { dagId: "sales", schedule: "@daily" };
const day = (date, state, more = {}) => ({
  dag_id: "sales",
  run_id: `scheduled__${date}T00:00:00+00:00`,
  state,
  execution_date: `${date}T00:00:00+00:00`,
  ...more,
});

test("airflow dags list-runs -o json", () => {
  const text = JSON.stringify([
    day("2024-01-02", "failed", { start_date: "2024-01-03T00:00:01.123456+00:00", end_date: "" }),
    day("2024-01-01", "success", {
      start_date: "2024-01-02T00:00:01+00:00",
      end_date: "2024-01-02T00:05:00+00:00",
    }),
  ]);
  assert.deepEqual(importRuns(text, { dag }), {
    runs: [
      {
        runId: "scheduled__2024-01-01T00:00:00+00:00",
        dagId: "sales",
        executionDate: "2024-01-01T00:00:00Z",
        dataInterval: { start: "2024-01-01T00:00:00Z", end: "2024-01-02T00:00:00Z" },
        runType: "scheduled",
        state: "success",
        conf: {},
        attempt: 1,
        startedAt: "2024-01-02T00:00:01Z",
        finishedAt: "2024-01-02T00:05:00Z",
      },
      {
        runId: "scheduled__2024-01-02T00:00:00+00:00",
        dagId: "sales",
        executionDate: "2024-01-02T00:00:00Z",
        dataInterval: { start: "2024-01-02T00:00:00Z", end: "2024-01-03T00:00:00Z" },
        runType: "scheduled",
        state: "failed",
        conf: {},
        attempt: 1,
        startedAt: "2024-01-03T00:00:01.123Z",
      },
    ],
    left: [],
  });
});

test("pages of the REST API, Airflow 2 and 3", () => {
  const two = {
    dag_runs: [
      {
        conf: { region: "eu" },
        dag_id: "sales",
        dag_run_id: "manual__2024-01-05T10:00:00+00:00",
        execution_date: "2024-01-05T10:00:00+00:00",
        logical_date: "2024-01-05T10:00:00+00:00",
        data_interval_start: "2024-01-04T00:00:00+00:00",
        data_interval_end: "2024-01-05T00:00:00+00:00",
        run_type: "manual",
        state: "success",
      },
    ],
    total_entries: 2,
  };
  const three = {
    dag_runs: [
      {
        dag_id: "sales",
        dag_run_id: "asset__x",
        logical_date: null,
        run_type: "asset_triggered",
        state: "success",
      },
    ],
    total_entries: 2,
  };
  const { runs, left } = importRuns([two, three], { dag });
  assert.deepEqual(
    [runs[0].dataInterval, runs[0].conf, runs[0].runType],
    [{ start: "2024-01-04T00:00:00Z", end: "2024-01-05T00:00:00Z" }, { region: "eu" }, "manual"],
  );
  assert.deepEqual(left, [{ reason: "no logical date", count: 1 }]);
});

test("rows of the table dag_run as CSV, without offsets", () => {
  const csv = [
    "id,dag_id,run_id,run_type,state,logical_date,start_date,end_date,data_interval_start,data_interval_end,clear_number,conf",
    '1,sales,"scheduled__2024-01-01T00:00:00+00:00",scheduled,success,2024-01-01 00:00:00,2024-01-02 00:00:01.5,2024-01-02 00:01:00,,,2,"{""a"": ""x,y""}"',
    "2,other,scheduled__x,scheduled,success,2024-01-01 00:00:00+00,,,,,0,\\N",
    "3,sales,scheduled__y,scheduled,shutdown,2024-01-03 00:00:00+00,,,,,0,",
  ].join("\r\n");
  const { runs, left } = importRuns(csv, { dag });
  assert.equal(runs.length, 1);
  assert.deepEqual(
    [runs[0].attempt, runs[0].conf, runs[0].startedAt],
    [3, { a: "x,y" }, "2024-01-02T00:00:01.500Z"],
  );
  assert.deepEqual(left, [
    { reason: "a run of another DAG", count: 1 },
    { reason: "a state that is not known", count: 1 },
  ]);
});

test("several runs of one date: the latest success counts, then what is in flight, then the latest", () => {
  const pick = (...rows) => importRuns(rows, { dag });
  const at = (end) => ({ start_date: "2024-01-02T00:00:00Z", end_date: end });
  const rows = [
    day("2024-01-01", "failed", { ...at("2024-01-09T00:00:00Z"), run_id: "a" }),
    day("2024-01-01", "success", { ...at("2024-01-03T00:00:00Z"), run_id: "b" }),
    day("2024-01-01", "success", { ...at("2024-01-04T00:00:00Z"), run_id: "c" }),
    day("2024-01-01", "running", { run_id: "d" }),
  ];
  for (const order of [rows, rows.toReversed()]) {
    const { runs, left } = pick(...order);
    assert.deepEqual(
      [runs.length, runs[0].runId, left],
      [1, "c", [{ reason: "another run of the same date counts", count: 3 }]],
    );
  }
  assert.equal(pick(rows[0], rows[3]).runs[0].runId, "d");
  assert.equal(
    pick(rows[0], day("2024-01-01", "failed", { run_id: "z", end_date: "2024-01-10T00:00:00Z" })).runs[0]
      .runId,
    "z",
  );
});

test("runs in flight elsewhere stay so, or are assumed dead", () => {
  const rows = [
    day("2024-01-01", "running", { start_date: "2024-01-02T00:00:00Z" }),
    day("2024-01-02", "queued", { queued_at: "2024-01-03T11:30:00Z" }),
  ];
  const states = (options) =>
    importRuns(rows, { dag, now: "2024-01-03T12:00:00Z", ...options }).runs.map(({ state }) => state);
  assert.deepEqual(states({}), ["running", "queued"]);
  assert.deepEqual(states({ assumeDead: "PT1H" }), ["failed", "queued"]);
  assert.deepEqual(states({ assumeDead: 60_000 }), ["failed", "failed"]);
});

test("a manual run without an interval covers the last complete one", () => {
  const { runs } = importRuns(
    [{ run_id: "manual__x", run_type: "manual", state: "success", logical_date: "2024-01-05T10:00:00Z" }],
    { dag },
  );
  assert.deepEqual(runs[0].dataInterval, { start: "2024-01-04T00:00:00Z", end: "2024-01-05T00:00:00Z" });
});

test("an export is an import", () => {
  const { runs } = importRuns(
    [day("2024-01-01", "success"), day("2024-01-02", "failed", { clear_number: 4 })],
    { dag },
  );
  assert.deepEqual(importRuns(exportRuns(runs), { dag }), { runs, left: [] });
});

test("into a store: again changes nothing, another state is updated, dates that dagfill ran are kept", async () => {
  const store = new MemoryStore();
  const { runs } = importRuns([day("2024-01-01", "success"), day("2024-01-02", "running")], { dag });
  assert.deepEqual(await storeRuns(store, runs), { created: 2, updated: 0, unchanged: 0, kept: 0 });
  assert.deepEqual(await storeRuns(store, runs), { created: 0, updated: 0, unchanged: 2, kept: 0 });
  const later = importRuns(
    [day("2024-01-01", "success"), day("2024-01-02", "success", { end_date: "2024-01-03T01:00:00Z" })],
    { dag },
  );
  assert.deepEqual(await storeRuns(store, later.runs), { created: 0, updated: 1, unchanged: 1, kept: 0 });
  const [, second] = await store.listRuns({ dagId: "sales" });
  assert.deepEqual([second.state, second.finishedAt], ["success", "2024-01-03T01:00:00Z"]);
  const change = { state: "failed", backfillId: "ours" };
  await store.apply([{ type: "update-run", dagId: "sales", runId: second.runId, change }]);
  assert.deepEqual(await storeRuns(store, later.runs), { created: 0, updated: 0, unchanged: 1, kept: 1 });
});

test("what is no history is refused", () => {
  assert.throws(() => importRuns("{", { dag }), { code: "INVALID_OPTION", field: "source" });
  assert.throws(() => importRuns(7, { dag }), { code: "INVALID_OPTION", field: "source" });
  assert.throws(() => importRuns([], {}), { code: "INVALID_OPTION", field: "dag" });
  assert.throws(() => importRuns([], { dag, assume: 1 }), { code: "INVALID_OPTION", field: "assume" });
  assert.throws(() => importRuns([], { dag: { dagId: "x" } }), { code: "INVALID_DAG" });
});

test("storeRuns takes the runs of one DAG, and refuses everything else by its place", async () => {
  const store = new MemoryStore();
  const { runs } = importRuns(JSON.stringify([day("2024-01-01", "success")]), { dag });
  await storeRuns(store, runs);
  const refused = {
    "runs[1].dagId": [store, [...runs, { ...runs[0], dagId: "other", state: "failed" }]],
    "runs[0].dagId": [store, [{}]],
    "runs[0].executionDate": [store, [{ dagId: "sales" }]],
    runs: [store, { runs, left: [] }],
    store: [{}, runs],
  };
  for (const [field, [where, what]] of Object.entries(refused)) {
    await assert.rejects(storeRuns(where, what), { code: "INVALID_OPTION", field });
  }
  await assert.rejects(storeRuns(store, null), { code: "INVALID_OPTION", field: "runs" });
  assert.deepEqual(
    (await store.listRuns({ dagId: "sales" })).map(({ state }) => state),
    ["success"],
  );
});
