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

test("an export keeps what only dagfill knows, so that its dates stay kept", async () => {
  const { runs } = importRuns([day("2024-01-01", "success"), day("2024-01-02", "failed")], { dag });
  const own = {
    backfillId: "ours",
    key: "k",
    failures: 2,
    chunk: "c",
    error: { name: "E", message: "m" },
    output: [1],
  };
  const exported = [
    { ...runs[0], backfillId: "ours", output: null },
    { ...runs[1], ...own },
  ];
  const again = importRuns(exportRuns(exported), { dag });
  assert.deepEqual(again, { runs: exported, left: [] });
  const store = new MemoryStore();
  await storeRuns(store, again.runs);
  const later = importRuns([day("2024-01-01", "failed"), day("2024-01-02", "success")], { dag });
  assert.deepEqual(await storeRuns(store, later.runs), { created: 0, updated: 0, unchanged: 0, kept: 2 });
});

test("a conf that is no JSON object is counted", () => {
  const csv =
    'run_id,state,logical_date,conf\na,success,2024-01-01T00:00:00Z,{x: 1}\nb,success,2024-01-02T00:00:00Z,"[1]"\n';
  const { runs, left } = importRuns(`${csv}c,success,2024-01-03T00:00:00Z,\n`, { dag });
  assert.deepEqual(
    runs.map(({ conf }) => conf),
    [{}, {}, {}],
  );
  assert.deepEqual(left, [
    { reason: "conf of a run that is no JSON object: the run is there, with an empty conf", count: 2 },
  ]);
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

test("a date alone is that day in the DAG's zone, and a time without an offset is UTC", () => {
  const berlin = { ...dag, timeZone: "Europe/Berlin" };
  const dates = (text, of = berlin) =>
    importRuns(text, { dag: of }).runs.map(({ executionDate }) => executionDate);
  const csv =
    "dag_id,state,logical_date\nsales,success,2024-01-02\nsales,success,2024-03-31\nsales,success,2024-02-29\n";
  assert.deepEqual(dates(csv), ["2024-01-01T23:00:00Z", "2024-02-28T23:00:00Z", "2024-03-30T23:00:00Z"]);
  assert.deepEqual(dates(csv, dag), ["2024-01-02T00:00:00Z", "2024-02-29T00:00:00Z", "2024-03-31T00:00:00Z"]);
  const [run] = importRuns(csv, { dag: berlin }).runs;
  assert.deepEqual(run.dataInterval, { start: "2024-01-01T23:00:00Z", end: "2024-01-02T23:00:00Z" });
  const times = [
    "2024-01-02 00:00:00",
    "2024-01-03 00:00:00 UTC",
    "2024-01-04T00:00",
    "2024-01-05 00:00:00.123456+00",
  ];
  const rows = times.map((logical_date) => ({ state: "success", logical_date }));
  assert.deepEqual(dates(JSON.stringify(rows)), [
    "2024-01-02T00:00:00Z",
    "2024-01-03T00:00:00Z",
    "2024-01-04T00:00:00Z",
    "2024-01-05T00:00:00.123Z",
  ]);
  // A data frame's milliseconds, and a database's Dates.
  assert.deepEqual(dates([{ state: "success", logical_date: Date.UTC(2024, 0, 2) }]), [
    "2024-01-02T00:00:00Z",
  ]);
  assert.deepEqual(dates([{ state: "success", logical_date: new Date("2024-01-02") }]), [
    "2024-01-02T00:00:00Z",
  ]);
  const unread = ["2024-02-30", "2023-02-29", "yesterday", "-P7D", "2024-01", 1e300, "99999-01-01"];
  const { runs, left } = importRuns(
    unread.map((logical_date) => ({ state: "success", logical_date })),
    { dag },
  );
  assert.deepEqual(
    [runs, left],
    [[], [{ reason: "a logical date that cannot be read", count: unread.length }]],
  );
});

test("a data interval that is none leaves its row out", () => {
  const interval = (start, end) => ({
    ...day("2024-01-01", "success"),
    data_interval_start: start,
    data_interval_end: end,
  });
  const rows = [
    interval("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z"),
    interval("2024-01-01T00:00:00Z", "soon"),
    { ...interval("2024-01-01", "2024-01-02"), execution_date: "2024-01-03" },
  ];
  const { runs, left } = importRuns(rows, { dag });
  assert.deepEqual(
    runs.map(({ dataInterval }) => dataInterval.end),
    ["2024-01-02T00:00:00Z"],
  );
  assert.deepEqual(left, [
    { reason: "a data interval that ends before it starts", count: 1 },
    { reason: "a data interval that cannot be read", count: 1 },
  ]);
});

test("a page of more runs than it holds says how many are elsewhere", () => {
  const page = (...runs) => ({ dag_runs: runs, total_entries: 5 });
  const [first, second] = [day("2024-01-01", "success"), day("2024-01-02", "success")];
  const left = (source) => importRuns(JSON.stringify(source), { dag }).left;
  assert.deepEqual(left(page(first)), [
    { reason: "on further pages, which are not in the source (limit and offset)", count: 4 },
  ]);
  assert.equal(left([page(first), page(second)])[0].count, 3);
  assert.deepEqual(left({ dag_runs: [first, second], total_entries: 2 }), []);
  assert.equal(importRuns(JSON.stringify(first), { dag }).runs.length, 1);
});

test("what Airflow's command logs before its JSON is counted, and no fault", () => {
  const json = JSON.stringify([day("2024-01-01", "success"), day("2024-01-02", "failed")]);
  const log = "[2024-01-03T00:00:00.000+0000] {dagbag.py:545} INFO - Filling up the DagBag\n";
  const warning = "/usr/lib/python3/airflow/x.py:1: DeprecationWarning: old\n";
  for (const [head, count] of [
    [log, 1],
    [warning + log, 2],
  ]) {
    const { runs, left } = importRuns(head + json, { dag });
    assert.deepEqual([runs.length, left], [2, [{ reason: "a line before the JSON, as of a log", count }]]);
  }
  assert.deepEqual(importRuns(`\ufeff${json}`, { dag }).left, []);
  const pretty = JSON.stringify([day("2024-01-01", "success")], null, 2);
  assert.deepEqual(importRuns(pretty, { dag }).left, []);
  assert.throws(() => importRuns(`${log}[{`, { dag }), { code: "INVALID_OPTION", field: "source" });
});

test("broken CSV is told, and loses no line in silence", () => {
  const head = "dag_id,state,logical_date\n";
  const runs = (lines) => importRuns(head + lines, { dag });
  assert.throws(() => runs('sales,success,"2024-01-01\nsales,success,2024-01-02\n'), {
    code: "INVALID_OPTION",
    field: "source",
    message: /a closing quote for that of line 2/,
  });
  const { runs: read, left } = runs("sales,success,2024-01-01,more\nsales,success,2024-01-02\n");
  assert.deepEqual(
    [read.length, left],
    [1, [{ reason: "a line with more fields than the first", count: 1 }]],
  );
  assert.equal(runs('"sales",success,"2024-01-01"T00:00Z\n').runs[0].executionDate, "2024-01-01T00:00:00Z");
  const own =
    "dagId,executionDate,state,startedAt,finishedAt\nsales,2024-01-01,success,2024-01-02T00:00Z,2024-01-02T00:05Z\n";
  assert.equal(importRuns(own, { dag }).runs[0].finishedAt, "2024-01-02T00:05:00Z");
});

test("what is no history is refused with what was expected and what was got", () => {
  for (const [source, field, got] of [
    ["", "source", /got ""/],
    ["hello world", "source", /got text that begins with "hello world"/],
    ["dag_id | run_id\n======\nsales | a\n", "source", /begins with "dag_id \| run_id"/],
    ["a,b\n1,2\n", "source", /begins with "a,b"/],
    ['"text"', "source", /logical_date/],
    ['{"detail": "Not Found", "status": 404}', "source", /got "Not Found"/],
    ["[1, 2]", "source[0]", /expected a run, got 1/],
    ['[{"a": 1}]', "source[0]", /got one with a/],
    [["x"], "source[0]", /expected a run, got "x"/],
    [null, "source", /got null/],
    [undefined, "source", /got undefined/],
    [new Map([[1, 2]]), "source[0]", /got an array/],
  ]) {
    assert.throws(
      () => importRuns(source, { dag }),
      { code: "INVALID_OPTION", field, message: got },
      String(source),
    );
  }
  assert.deepEqual(importRuns("[]", { dag }), { runs: [], left: [] });
  assert.deepEqual(importRuns("dag_id,state,logical_date\n", { dag }).runs, []);
  for (const [options, field, code = "INVALID_OPTION"] of [
    [{ dag, assumedead: 1 }, "assumedead"],
    [{ dag, now: null }, "now", "INVALID_DATE"],
    [{ dag, now: "noon" }, "now", "INVALID_DATE"],
    [{ dag, now: "2024-01-01" }, "now", "INVALID_DATE"],
    [{ dag, assumeDead: "soon" }, "assumeDead", "INVALID_DURATION"],
    [{ dag, assumeDead: -1 }, "assumeDead", "INVALID_DURATION"],
    [{ dag: null }, "dag"],
    [{ dag: "sales" }, "dag"],
    [null, "dag"],
  ]) {
    assert.throws(() => importRuns("[]", options), { code, field }, JSON.stringify(options));
  }
  const iterable = {
    [Symbol.iterator]: () => ({
      next: () => {
        throw new Error("the database is gone");
      },
    }),
  };
  assert.throws(() => importRuns(iterable, { dag }), { code: "INVALID_OPTION", field: "source" });
});

test("exportRuns refuses what is no run by its place", () => {
  const { runs } = importRuns(JSON.stringify([day("2024-01-01", "success")]), { dag });
  for (const [what, field] of [
    [null, "runs"],
    [undefined, "runs"],
    [5, "runs"],
    ["runs", "runs"],
    [{ runs }, "runs"],
    [[...runs, null], "runs[1]"],
    [[{}], "runs[0]"],
    [[{ ...runs[0], output: 1n }], "runs[0]"],
    [[...runs, { ...runs[0], state: "x" }], "runs[1].state"],
    [[{ ...runs[0], runType: "x" }], "runs[0].runType"],
    [[{ ...runs[0], runId: undefined }], "runs[0].runId"],
    [[{ ...runs[0], executionDate: "x" }], "runs[0].executionDate"],
    [[{ ...runs[0], dataInterval: null }], "runs[0].dataInterval"],
    [[{ ...runs[0], dataInterval: { start: "2024-01-01T00:00:00Z", end: "x" } }], "runs[0].dataInterval.end"],
  ]) {
    assert.throws(() => exportRuns(what), { code: "INVALID_OPTION", field });
  }
  assert.equal(exportRuns([]), '{"dagfill":"runs","version":1,"runs":[\n\n]}\n');
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

test("a run that ends before it starts is left out, with the reason; the end of one in flight is not read", () => {
  const run = (day, state) => ({
    logical_date: `2024-01-0${day}T00:00:00Z`,
    state,
    start_date: "2024-02-01T01:00:00Z",
    end_date: "2024-02-01T00:00:00Z",
  });
  const { runs, left } = importRuns([run(1, "success"), run(2, "failed"), run(3, "running")], { dag });
  assert.deepEqual(
    runs.map(({ executionDate, state }) => [executionDate, state]),
    [["2024-01-03T00:00:00Z", "running"]],
  );
  assert.deepEqual(left, [{ reason: "an end that is before the run's start", count: 2 }]);
});

test("a run id that two dates have is refused with both dates", async () => {
  const run = (day) => ({ run_id: "same", state: "success", logical_date: `2024-01-0${day}T00:00:00Z` });
  const { runs } = importRuns([run(1), run(2)], { dag: { dagId: "sales", schedule: "@daily" } });
  await assert.rejects(storeRuns(new MemoryStore(), runs), {
    code: "RUN_EXISTS",
    message: 'run id "same": expected one date, got 2024-01-01T00:00:00Z and 2024-01-02T00:00:00Z',
  });
});

test("what airflow dags list-runs prints without -o json is named, with and without a log before it", () => {
  const rows = {
    "a table": `dag_id | run_id                               | state   | execution_date            | start_date | end_date
=======+======================================+=========+===========================+============+=========
sales  | scheduled__2024-01-01T00:00:00+00:00 | success | 2024-01-01T00:00:00+00:00 | 2024-01-02 | 2024-01-02
`,
    "a plain table": `dag_id run_id                               state   run_after
sales  scheduled__2024-01-01T00:00:00+00:00 success 2024-01-01T00:00:00+00:00
`,
    YAML: `- dag_id: sales
  run_id: scheduled__2024-01-01T00:00:00+00:00
  state: success
`,
  };
  const log = "[2024-01-02T00:00:00.000+0000] {dagbag.py:588} INFO - Filling up the DagBag from /dags\n";
  for (const [what, text] of Object.entries(rows))
    for (const source of [text, log + text])
      assert.throws(() => importRuns(source, { dag: { dagId: "sales", schedule: "@daily" } }), {
        code: "INVALID_OPTION",
        field: "source",
        message: new RegExp(`, got ${what} of airflow dags list-runs that begins with "(- )?dag_id`),
        hint: /^airflow dags list-runs with -o json /,
      });
});
