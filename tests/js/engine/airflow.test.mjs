// The engine over Airflow's REST API, against a stub that answers in the shapes of its OpenAPI file.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService } from "dagfill";
import { airflowEngine } from "dagfill/engine/airflow";
import { engineContract } from "dagfill/engine/contract";
import { jobOf } from "../../chaos/engines/job.mjs";
import { airflowStub } from "./airflow_stub.mjs";
import { overLine } from "./stub_server.mjs";

const xcom = { taskId: "work" };
const without = {
  errors: "Airflow tells that a run failed, and why is in its logs",
  ids: "the ids of DAGs are Airflow's",
  templates: "Airflow renders its own",
  tasks: "the tasks of a DAG are Airflow's",
  timeout: "Airflow's DAG has its own",
  signal: "Airflow ends its tasks itself",
};

for (const api of ["v2", "v1"]) {
  engineContract(
    `airflow ${api}`,
    async (_, wanted) => {
      const stub = await airflowStub({ api, slots: 4 });
      const engine = (url = stub.url) => airflowEngine({ url, token: stub.token, xcom, api });
      const { starts, close: done } = stub;
      const opened = { engine: engine(), again: async () => engine(), slots: 4, without, starts, done };
      return wanted === "unanswered" ? overLine(opened, stub, engine) : opened;
    },
    { test, assert },
  );
}

const dag = { dagId: "sales", schedule: "@daily" };
const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-03" };
async function scene(options = {}) {
  const { api = "v2" } = options;
  const stub = await airflowStub(options);
  const made = airflowEngine({ url: stub.url, token: stub.token, xcom, api });
  const engine = Object.assign(made, { pollEvery: 20 });
  return { stub, engine, service: new BackfillService({ dags: [dag], engine }) };
}

test("a run has its date, its interval and its conf in Airflow, and its output is an XCom", async () => {
  const { stub, service } = await scene();
  const result = await service.backfill({ ...range, conf: { value: { rows: 3 } } });
  assert.deepEqual(result.results[0].output, { rows: 3 });
  const [{ logical_date, data_interval_start, data_interval_end, conf, dag_run_id }] = stub.runs;
  assert.deepEqual(
    [logical_date, data_interval_start, data_interval_end, conf],
    ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", { value: { rows: 3 } }],
  );
  assert.match(dag_run_id, /^dagfill__[0-9a-f-]{36}$/);
  stub.close();
});

test("a run with an interval before its date has the interval's start as its date in Airflow", async () => {
  const { stub, engine } = await scene();
  const before = { dagId: "sales", schedule: "0 6 * * *", kind: "trigger", interval: "P1D" };
  const service = new BackfillService({ dags: [before], engine });
  // Airflow's own run of the next interval, which begins when ours is due.
  const next = { logical_date: "2024-01-02T06:00:00Z", data_interval_start: "2024-01-02T06:00:00Z" };
  const own = await ended(stub, {}, next);
  const result = await service.backfill({ ...range, startDate: "2024-01-02", endDate: "2024-01-02T12:00" });
  assert.equal(result.completed, 1);
  assert.deepEqual(
    stub.runs.map(({ logical_date, data_interval_start }) => [logical_date, data_interval_start]),
    [
      [own.logical_date, own.data_interval_start],
      ["2024-01-01T06:00:00Z", "2024-01-01T06:00:00Z"],
    ],
  );
  assert.deepEqual(
    stub.calls.filter((call) => call.endsWith("/clear")),
    [],
  );
  const manual = await service.trigger({ dagId: "sales", executionDate: "2024-01-03T09:00:00Z" });
  assert.equal(manual.state, "success");
  assert.equal(stub.runs.at(-1).logical_date, "2024-01-03T09:00:00Z");
  stub.close();
});

test("the output is the value of the XCom in Airflow 2, too, and its text before 2.10", async () => {
  for (const [strings, output] of [
    [false, { rows: 3 }],
    [true, `{'python': {"rows":3}}`],
  ]) {
    const { stub, service } = await scene({ api: "v1", strings });
    const { results } = await service.backfill({
      ...range,
      endDate: "2024-01-01",
      conf: { value: { rows: 3 } },
    });
    assert.deepEqual(results[0].output, output);
    stub.close();
  }
});

test("another process finds the runs of a key: its own, and the cleared one of somebody else", async () => {
  for (const api of ["v2", "v1"]) {
    const { stub, engine } = await scene({ api });
    const foreign = stub.foreign("sales", "2001-01-01T00:00:00Z", {});
    while (foreign.state !== "success") await new Promise((resolve) => setTimeout(resolve, 10));
    const [cleared, own] = [0, 1].map((n) => jobOf("sales", n, {}));
    await engine.submit([cleared, own]);
    const other = airflowEngine({ url: stub.url, token: stub.token, api });
    const stateOf = async (key) => (await other.status([key])).get(key)?.state;
    for (const { key } of [cleared, own]) {
      while ((await stateOf(key)) !== "success") await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(await stateOf(crypto.randomUUID()), undefined);
    assert.equal(stub.runs.length, 2);
    stub.close();
  }
});

test("a date that has a run in Airflow is cleared; while that runs, ours waits", async () => {
  const { stub, service } = await scene();
  const ended = stub.foreign("sales", "2024-01-01T00:00:00Z", {});
  const running = stub.foreign("sales", "2024-01-02T00:00:00Z", { ms: 400 });
  while (ended.state !== "success") await new Promise((resolve) => setTimeout(resolve, 10));
  const result = await service.backfill({ ...range, maxParallelRuns: 3 });
  assert.equal(result.state, "success");
  assert.equal(stub.runs.length, 3, "no date has a second run");
  const cleared = stub.calls.filter((call) => call.endsWith("/clear"));
  assert.equal(cleared.length, 2);
  assert.equal(running.state, "success");
  stub.close();
});

/** A run that somebody else made for a date, when it has ended. */
async function ended(stub, conf, more = {}) {
  const run = Object.assign(stub.foreign("sales", "2024-01-01T00:00:00Z", conf), more);
  while (run.state !== "success") await new Promise((resolve) => setTimeout(resolve, 10));
  return run;
}

for (const api of ["v2", "v1"]) {
  test(`a cleared run that keeps another conf is warned of, by keys and without values (${api})`, async () => {
    const day = { ...range, endDate: "2024-01-01" };
    const kept = { same: { b: 1, a: 2 }, mode: "old", user: "secret-1" };
    for (const [theirs, conf, expected] of [
      [kept, { same: { a: 2, b: 1 }, mode: "new", path: "secret-2" }, "differs in mode, path, user"],
      [null, { mode: "new" }, "its own conf (empty) instead of the backfill's (mode), which differs in mode"],
      [{ mode: "old" }, {}, "its own conf (mode) instead of the backfill's (empty), which differs in mode"],
      [{ same: { b: 1, a: 2 } }, { same: { a: 2, b: 1 } }, undefined],
      [null, {}, undefined],
    ]) {
      const { stub, service } = await scene({ api });
      await ended(stub, theirs);
      const warnings = [];
      const onEvent = ({ type, warning }) => type === "warning" && warnings.push(warning);
      assert.equal((await service.backfill({ ...day, conf }, { onEvent })).state, "success");
      assert.deepEqual(
        warnings.map(({ code }) => code),
        expected === undefined ? [] : ["engine_conf_kept"],
      );
      if (expected !== undefined) {
        const [{ message }] = warnings;
        assert.ok(message.includes(expected), message);
        assert.match(message, /^DAG run scheduled__2024-01-01T00:00:00Z of sales /);
        assert.doesNotMatch(message, /secret|old|new/);
      }
      stub.close();
    }
  });

  test(`the user's own note of a run is kept, and ours is a line behind it (${api})`, async () => {
    const day = { ...range, endDate: "2024-01-01" };
    for (const [own, kept] of [
      ["see ticket 12\nand ask Ann", "see ticket 12\nand ask Ann"],
      [`dagfill ${crypto.randomUUID()} canceled\nsee ticket 12`, "see ticket 12"],
      ["x".repeat(1_000), `${"x".repeat(1_000 - 46)}…`],
    ]) {
      const { stub, service } = await scene({ api });
      const run = await ended(stub, {}, { note: own });
      const result = await service.backfill({ ...day, retries: 1 });
      assert.equal(result.state, "success");
      const [ours, ...text] = run.note.split("\n").reverse();
      assert.equal(text.reverse().join("\n"), kept);
      assert.match(ours, /^dagfill [0-9a-f-]{36}$/);
      stub.close();
    }
  });
}

test("a run with a note of its user's is canceled, and its note says so", async () => {
  const { stub, engine } = await scene();
  const run = await ended(stub, {}, { note: "see ticket 12" });
  run.conf = { ms: 60_000 };
  const job = jobOf("sales", 0, { ms: 60_000 });
  const [start, end] = ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"];
  Object.assign(job.data, { executionDate: start, dataInterval: { start, end } });
  await engine.submit([job]);
  await engine.cancel([job.key], "");
  assert.equal(run.note, `see ticket 12\ndagfill ${job.key} canceled`);
  const other = airflowEngine({ url: stub.url, token: stub.token });
  assert.equal((await other.status([job.key])).get(job.key)?.state, "canceled");
  stub.close();
});

test("an attempt after a failure clears the run of the one before", async () => {
  const { stub, service } = await scene();
  const result = await service.backfill({
    ...range,
    endDate: "2024-01-01",
    retries: 2,
    conf: { act: "fail" },
  });
  assert.deepEqual([result.failed, result.results[0].attempts], [1, 3]);
  assert.match(result.results[0].error.message, /failed in Airflow \(http:.*\/dags\/sales\/runs\//);
  assert.equal(stub.runs.length, 1);
  assert.equal(stub.calls.filter((call) => call.endsWith("/clear")).length, 2);
  stub.close();
});

test("a token that was refused is asked again", async () => {
  const { stub, service } = await scene();
  await service.backfill({ ...range, endDate: "2024-01-01" });
  stub.renewToken();
  const again = await service.backfill({ ...range, startDate: "2024-01-02" });
  assert.equal(again.state, "success");
  stub.close();
});

test("no such DAG, and one that is paused: start rejects with ENGINE_FAILED", async () => {
  for (const [options, message] of [
    [{ dags: ["other"] }, /there is no DAG sales/],
    [{ paused: ["sales"] }, /DAG sales is paused/],
  ]) {
    const { stub, service } = await scene(options);
    await assert.rejects(service.start(range), { code: "ENGINE_FAILED", message });
    stub.close();
  }
});

test("options are checked", () => {
  const token = () => "t";
  for (const options of [
    {},
    { url: "x" },
    { url: "x", token, xcom: {} },
    { url: "x", token, api: "v3" },
    { urls: "x" },
  ])
    assert.throws(() => airflowEngine(options), { code: "INVALID_OPTION" });
});
