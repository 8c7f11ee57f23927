// Previews against the contract: the tables that the crate's own tests read, and what only JavaScript sees of a plan.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ACTIONS, BackfillService, MemoryStore, planBackfill, previewFrom, SKIP_REASONS } from "dagfill";
import { importDag } from "dagfill/import";

const cases = (file) => JSON.parse(readFileSync(new URL(`../cases/${file}`, import.meta.url), "utf8"));
const second = (date) => new Date(date).toISOString().replace(".000Z", "Z");
const day = (n) => second(Date.UTC(2024, 0, n));
const runIdOf = (date) => `backfill__${date.replace("Z", "+00:00")}`;

/** A run on a date. An abandoned one is running and names a lease that nobody holds. */
function record(date, state, more = {}) {
  return {
    runId: runIdOf(date),
    dagId: "sales",
    executionDate: date,
    dataInterval: { start: date, end: second(Date.parse(date) + 86_400_000) },
    runType: "backfill",
    state: state === "abandoned" ? "running" : state,
    conf: {},
    attempt: 1,
    ...(state === "abandoned" ? { owner: "dag:sales" } : {}),
    ...more,
  };
}

async function service(dag = {}, records = [], now = "2026-01-01T00:00:00Z") {
  const store = new MemoryStore();
  await store.apply(records.map((run) => ({ type: "create-run", run })));
  const dags = [{ dagId: "sales", schedule: "@daily", ...dag }];
  return new BackfillService({ dags, store, now: () => Date.parse(now) });
}

async function preview(options, dag, records, now) {
  return (await service(dag, records, now)).preview({ dagId: "sales", ...options });
}

const words = (plan) => plan.runs.map(({ action, reason }) => (reason ? `${action} ${reason}` : action));

test("seven days of a daily schedule are seven runs", async () => {
  const plan = await preview({ startDate: "2024-01-01", endDate: "2024-01-07" });
  assert.deepEqual(plan.dates, [1, 2, 3, 4, 5, 6, 7].map(day));
  assert.deepEqual(plan.counts, { total: 7, create: 7, rerun: 0, reset: 0, skip: 0 });
  assert.deepEqual(plan.newRuns, plan.runs);
  assert.deepEqual(plan.runs[0], {
    executionDate: "2024-01-01T00:00:00Z",
    localDate: "2024-01-01T00:00:00+00:00",
    dataInterval: { start: "2024-01-01T00:00:00Z", end: "2024-01-02T00:00:00Z" },
    runAfter: "2024-01-02T00:00:00Z",
    runId: "backfill__2024-01-01T00:00:00+00:00",
    action: "create",
    previousDate: "2023-12-31T00:00:00Z",
    nextDate: "2024-01-02T00:00:00Z",
  });
  assert.deepEqual(plan.warnings, []);
  assert.deepEqual([plan.dagId, plan.timeZone], ["sales", "UTC"]);
  assert.deepEqual([plan.start, plan.end], ["2024-01-01T00:00:00Z", "2024-01-07T23:59:59.999Z"]);
});

test("every cell of the table of existing runs", async () => {
  const { columns, rows } = cases("plan/existing_runs.json");
  for (const [state, expected] of Object.entries(rows)) {
    for (const [index, options] of columns.entries()) {
      const records = state === "none" ? [] : [record(day(2), state)];
      const plan = await preview({ startDate: day(2), endDate: day(2), ...options }, {}, records);
      assert.deepEqual(words(plan), [expected[index]], `${state} ${JSON.stringify(options)}`);
      const existingState = records[0]?.state;
      assert.equal(plan.runs[0].existingState, existingState);
      assert.deepEqual(plan.existingRuns, records);
    }
  }
});

test("Airflow plans the same", async () => {
  for (const vector of cases("airflow/airflow_backfill_plan.json").cases) {
    const records = Object.entries(vector.existing).map(([date, state]) =>
      record(`${date}T00:00:00Z`, state),
    );
    const plan = await preview(
      {
        startDate: vector.from,
        endDate: vector.to,
        reprocess: vector.reprocess_behavior ?? "none",
        runBackwards: vector.run_backwards,
      },
      { schedule: vector.schedule, timeZone: vector.timezone },
      records,
    );
    const runs = plan.runs.filter((run) => run.action !== "skip");
    assert.deepEqual(
      runs.map((run) => run.executionDate.slice(0, 10)),
      vector.dry_run,
    );
    const airflow = {
      exists_success: "already exists",
      exists_failed: "already exists",
      in_flight: "in flight",
    };
    assert.deepEqual(
      plan.runs.map((run) => [run.executionDate.slice(0, 10), airflow[run.reason] ?? null]),
      vector.rows.map((row) => [row.logical_date, row.skipped_reason]),
    );
  }
});

test("dependsOnPast", async () => {
  for (const scenario of cases("plan/depends_on_past.json").cases) {
    const { before, existing, excluded = [], options, expected, now, name } = scenario;
    const records = [before, ...existing].flatMap((state, index) =>
      state ? [record(day(index + 1), state)] : [],
    );
    const plan = await preview(
      {
        startDate: day(2),
        endDate: day(existing.length + 1),
        excludeDates: excluded.map((index) => day(index + 2)),
        ...options,
      },
      { dependsOnPast: true },
      records,
      now,
    );
    assert.deepEqual(words(plan), expected, name);
  }
});

test("warnings", async () => {
  for (const scenario of cases("plan/warnings.json").cases) {
    const { name, schedule, timeZone, kind, start, end, dagStart, dagEnd, existing, now } = scenario;
    const { includeNotDue, excludeDates } = scenario;
    const dag = {
      schedule,
      ...(timeZone ? { timeZone } : {}),
      ...(kind ? { kind } : {}),
      ...(dagStart ? { startDate: dagStart } : {}),
      ...(dagEnd ? { endDate: dagEnd } : {}),
    };
    const records = (existing ?? []).map((date, index) => {
      const [from, to] = scenario.intervals?.[index] ?? [];
      return record(date, "success", from ? { dataInterval: { start: from, end: to } } : {});
    });
    const options = { startDate: start, endDate: end, includeNotDue, excludeDates };
    const plan = await preview(options, dag, records, now);
    assert.equal(plan.counts.total, scenario.total, name);
    const found = plan.warnings.map(({ message, ...rest }) => {
      assert.equal(typeof message, "string");
      return rest;
    });
    assert.deepEqual(found, scenario.warnings, name);
  }
});

test("a task of nothing but its command is named when it does not look at the date", async () => {
  const tasks = [
    { taskId: "extract", command: "python extract.py" },
    { taskId: "load", command: "python load.py", params: { day: "{{ ds }}" }, dependsOn: ["extract"] },
    { taskId: "report" },
  ];
  const plan = await preview({ startDate: "2024-01-01", endDate: "2024-01-03" }, { tasks });
  assert.deepEqual(
    plan.warnings.map(({ code, count }) => [code, count]),
    [["date_independent", 1]],
  );
  assert.match(plan.warnings[0].message, /extract/);
  // Variables that a command has in its environment are another for each date, or the same for all.
  const reads = async (command, more) => {
    const range = { startDate: "2024-01-01", endDate: "2024-01-03", ...more };
    return (await preview(range, { tasks: [{ taskId: "load", command }] })).warnings.map(({ code }) => code);
  };
  const dated = ["EXECUTION_DATE", "LOCAL_DATE", "DATA_INTERVAL_START", "DATA_INTERVAL_END", "RUN_ID"];
  for (const name of dated) assert.deepEqual(await reads(`load "$DAGFILL_${name}"`), [], name);
  for (const name of ["CONF", "TASK_ID", "DAG_ID", "ATTEMPT"])
    assert.deepEqual(await reads(`load "$DAGFILL_${name}"`), ["date_independent"], name);
  // A callback makes another conf for each date.
  const confFor = (date) => ({ day: date.slice(0, 10) });
  for (const text of ['"$DAGFILL_CONF"', "{{ dag_run.conf.day | quote }}"])
    assert.deepEqual(await reads(`load ${text}`, { confFor }), [], text);
  // Nothing is known of work that an importer left out.
  const { dags } = importDag(
    'with DAG("a", schedule="@daily"):\n  a = PythonOperator(task_id="extract", python_callable=f)\n',
    { format: "airflow-python" },
  );
  const left = await preview(
    { startDate: "2024-01-01", endDate: "2024-01-03" },
    { tasks: [dags[0].tasks[0], ...tasks.slice(1)] },
  );
  assert.deepEqual(
    left.warnings.map(({ code }) => code),
    ["work_not_imported"],
  );
  // Tasks that were not chosen do not run: nothing is to be said of them.
  const range = { startDate: "2024-01-01", endDate: "2024-01-03" };
  const rest = tasks.map(({ taskId }) => taskId).filter((taskId) => taskId !== "extract");
  const part = await preview({ ...range, taskIds: rest, withUpstream: false }, { tasks });
  assert.deepEqual(part.warnings, []);
});

test("dates whose run failed, and that are left alone, are named with the option that takes them", async () => {
  const records = [record(day(2), "failed"), record(day(3), "success"), record(day(4), "failed")];
  const range = { startDate: "2024-01-01", endDate: "2024-01-05" };
  const [warning, ...others] = (await preview(range, {}, records)).warnings;
  assert.deepEqual(
    [warning.code, warning.at, warning.count, others],
    ["unfinished_left_alone", day(2), 2, []],
  );
  assert.match(warning.message, /reprocess "failed"/);
  assert.deepEqual((await preview({ ...range, reprocess: "failed" }, {}, records)).warnings, []);
});

test("bounds relative to now, whole months, only some dates, and an order", async () => {
  const dag = { timeZone: "America/New_York" };
  const now = "2024-03-11T02:30:00Z";
  const relative = await preview({ startDate: "-P7D", endDate: "yesterday" }, dag, [], now);
  assert.deepEqual([relative.start, relative.end], ["2024-03-03T05:00:00Z", "2024-03-10T04:59:59.999Z"]);
  assert.equal(relative.counts.create, 7);
  const month = await preview({ startDate: "2024-02", endDate: "2024-02" }, dag);
  assert.equal(month.counts.total, 29);
  await assert.rejects(preview({ startDate: "-P7X", endDate: "now" }, dag), {
    code: "INVALID_DATE",
    field: "startDate",
  });

  const week = { startDate: "2024-01-01", endDate: "2024-01-07" };
  const days = async (options, records) =>
    (await preview({ ...week, ...options }, {}, records)).dates.map((date) => Number(date.slice(8, 10)));
  assert.deepEqual(await days({ dates: ["2024-01-05", day(2)] }), [2, 5]);
  assert.deepEqual(await days({ order: "newest" }), [7, 6, 5, 4, 3, 2, 1]);
  assert.deepEqual(await days({ order: "bisect" }), [1, 7, 4, 2, 5, 3, 6]);
  assert.deepEqual(await days({ order: { newest: 2 } }), [7, 6, 1, 2, 3, 4, 5]);
  const failed = [record(day(3), "failed")];
  assert.deepEqual(await days({ order: "failed-first", reprocess: "failed" }, failed), [3, 1, 2, 4, 5, 6, 7]);
  const bisect = await preview({ ...week, order: "bisect" });
  assert.deepEqual(
    bisect.runs.map((run) => [run.previousDate, run.nextDate]),
    [1, 7, 4, 2, 5, 3, 6].map((n) => [day(n - 1), day(n + 1)]),
  );
  const wrong = [
    [{ dates: ["2024-01-09"] }, {}, "INVALID_OPTION", "dates[0]"],
    [{ dates: ["2024-01-05T06:00"] }, {}, "INVALID_OPTION", "dates[0]"],
    [{ order: "newset" }, {}, "INVALID_OPTION", "order"],
    [{ order: { newest: -1 } }, {}, "INVALID_OPTION", "order.newest"],
    [{ order: "bisect", runBackwards: true }, {}, "INVALID_OPTION", "order"],
    [{ order: "failed-first" }, { dependsOnPast: true }, "INVALID_DIRECTION", "order"],
    [{ labels: { team: 1 } }, {}, "INVALID_OPTION", "labels.team"],
  ];
  for (const [options, dag, code, field] of wrong)
    await assert.rejects(preview({ ...week, ...options }, dag), { code, field });
});

test("a run that exists keeps its own id", async () => {
  const own = record(day(2), "failed", {
    runId: "scheduled__2024-01-02T00:00:00+00:00",
    runType: "scheduled",
  });
  const options = { startDate: "2024-01-01", endDate: "2024-01-03", rerunFailed: true };
  const plan = await preview(options, {}, [own]);
  assert.deepEqual(
    plan.runs.map((run) => run.runId),
    [runIdOf(day(1)), own.runId, runIdOf(day(3))],
  );
  assert.deepEqual(words(plan), ["skip not_failed", "rerun", "skip not_failed"]);
  assert.deepEqual(plan.newRuns, []);
  const usual = await preview(options, {}, [record(day(2), "failed")]);
  assert.notEqual(plan.planHash, usual.planHash);
});

test("columns say what the rows say, and belong to the caller", async () => {
  const options = { startDate: "2024-03-09", endDate: "2024-03-11", excludeDates: ["2024-03-10"] };
  const dag = { schedule: "0 */6 * * *", timeZone: "America/New_York" };
  for (const runBackwards of [false, true]) {
    const plan = await preview({ ...options, runBackwards }, dag);
    const { executionDate, offsetSeconds, action, reason } = plan.columns();
    assert.equal(executionDate.length, plan.counts.total);
    for (const [row, run] of plan.runs.entries()) {
      assert.equal(second(executionDate[row]), run.executionDate);
      assert.equal(ACTIONS[action[row]], run.action);
      assert.equal(SKIP_REASONS[reason[row]], run.reason ?? null);
      assert.equal(Date.parse(run.localDate), executionDate[row]);
      const local = second(executionDate[row] + offsetSeconds[row] * 1000).slice(0, 19);
      assert.equal(run.localDate.slice(0, 19), local);
    }
    executionDate.fill(0);
    action.fill(0);
    assert.notEqual(plan.columns().executionDate[0], 0);
    assert.deepEqual(
      plan.days().map((day) => ({ ...day })),
      [
        { date: "2024-03-09", create: 4, rerun: 0, reset: 0, skip: 0 },
        { date: "2024-03-10", create: 0, rerun: 0, reset: 0, skip: 4 },
        { date: "2024-03-11", create: 4, rerun: 0, reset: 0, skip: 0 },
      ],
    );
  }
});

test("clock changes that touch a date", async () => {
  const dag = { schedule: "30 2 * * *", timeZone: "America/New_York" };
  const plan = await preview({ startDate: "2024-03-09", endDate: "2024-03-11" }, dag);
  assert.deepEqual(plan.clockChanges, [
    { at: "2024-03-10T07:00:00Z", offsetBefore: -18_000, offsetAfter: -14_400 },
  ]);
});

test("a caller may insist on the hash", async () => {
  const records = [record(day(2), "success"), record(day(3), "failed")];
  const planner = await service({}, records);
  const options = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-05", reprocess: "failed" };
  const { planHash } = await planner.preview(options);
  assert.match(planHash, /^[0-9a-f]{100}$/);
  assert.equal((await planner.preview({ ...options, planHash })).planHash, planHash);
  for (const change of [
    { endDate: "2024-01-04" },
    { conf: { region: "eu" } },
    { runBackwards: true },
    { reprocess: "completed" },
    { excludeDates: ["2024-01-05"] },
    { retries: 3 },
    { maxFailures: 1 },
    { canary: { dates: 1, approve: "manual" } },
    { breaker: { failures: 1, action: "stop" } },
    { startWindows: [{ cron: "0 22 * * *", duration: "PT8H" }] },
    { runTimeout: "PT1M" },
    { confFor: () => ({}) },
  ]) {
    assert.notEqual((await planner.preview({ ...options, ...change })).planHash, planHash);
  }
  // How many run at once changes nothing that would run.
  const paced = await planner.preview({ ...options, maxParallelRuns: 8, rate: { count: 1, per: 1000 } });
  assert.equal(paced.planHash, planHash);
  await assert.rejects(planner.preview({ ...options, reprocess: "completed", planHash }), (error) => {
    assert.equal(error.code, "PLAN_CHANGED");
    assert.equal(error.field, "planHash");
    const { create, rerun, reset, skip, seenCreate, seenRerun, seenReset, seenSkip } = error.details;
    assert.deepEqual([create, rerun, reset, skip], [3, 0, 2, 0]);
    assert.deepEqual([seenCreate, seenRerun, seenReset, seenSkip], [3, 1, 0, 1]);
    return true;
  });
});

test("the hash covers the conf that existing runs keep when they are run again", async () => {
  const failed = (conf) => [record(day(2), "success", { conf }), record(day(3), "failed", { conf })];
  const options = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-05", reprocess: "failed" };
  const hashes = async (conf, more = {}) =>
    (await (await service({}, failed(conf))).preview({ ...options, ...more })).planHash;
  const [none, eu] = [await hashes({}), await hashes({ region: "eu" })];
  assert.notEqual(none, eu);
  assert.equal(await hashes({ region: "eu" }), eu);
  // A reset keeps it, too; a run that is left alone does not count, and what the backfill brings comes first.
  const reset = { reprocess: "completed" };
  assert.notEqual(await hashes({}, reset), await hashes({ region: "eu" }, reset));
  for (const more of [{ reprocess: "none" }, { conf: { a: 1 } }, { confFor: () => ({}) }])
    assert.equal(await hashes({}, more), await hashes({ region: "eu" }, more));
  const changed = await service({}, failed({ region: "us" }));
  await assert.rejects(changed.preview({ ...options, planHash: eu }), (error) => {
    assert.equal(error.code, "PLAN_CHANGED");
    assert.deepEqual(error.details.changed, ["conf"]);
    assert.deepEqual(error.details.confDates, [day(3)]);
    assert.match(error.message, /conf, of the backfill or of existing runs .* on 2024-01-03T00:00:00Z$/);
    return true;
  });
  const gone = await service({}, failed({}));
  await assert.rejects(gone.preview({ ...options, planHash: eu }), ({ details }) => {
    assert.deepEqual([details.changed, details.confDates], [["conf"], undefined]);
    return true;
  });
});

test("a preview of a store without columns of details knows the conf of what is run again, as the run does", async () => {
  const store = new MemoryStore();
  const conf = { region: "eu" };
  await store.apply([{ type: "create-run", run: record(day(3), "failed", { conf }) }]);
  const listHistory = async (query) => {
    const { details: _, ...columns } = await store.listHistory(query);
    return columns;
  };
  const bare = new Proxy(store, {
    get: (target, name) => {
      if (name === "listHistory") return listHistory;
      const member = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const options = { dagId: "sales", startDate: "2024-01-03", endDate: "2024-01-03", reprocess: "failed" };
  const confs = [];
  const executeRun = (run) => void confs.push(run.conf);
  const dags = [{ dagId: "sales", schedule: "@daily" }];
  const planner = new BackfillService({ dags, store: bare, executeRun });
  const { planHash } = await planner.preview(options);
  assert.equal(planHash, (await new BackfillService({ dags, store, executeRun }).preview(options)).planHash);
  assert.equal((await planner.backfill({ ...options, planHash })).state, "success");
  assert.deepEqual(confs, [conf]);
});

test("the hash covers the DAG, and a refusal names what differs", async () => {
  const dag = {
    dagId: "sales",
    schedule: "@daily",
    params: { region: "eu" },
    tasks: [
      { taskId: "a", command: "echo {{ ds }}" },
      { taskId: "b", dependsOn: ["a"], params: { n: 1 } },
    ],
  };
  const options = { dagId: "sales", startDate: "2024-01-05", endDate: "2024-01-20", conf: { x: 1, y: 2 } };
  const planHash = async (changed, more = {}) =>
    (await new BackfillService({ dags: [changed] }).preview({ ...options, ...more })).planHash;
  const seen = await planHash(dag);
  const [a, b] = dag.tasks;
  const cases = [
    [{ ...dag, schedule: "0 0 1,5,20 * *" }, {}, ["dates", "actions", "schedule"]],
    [{ ...dag, tasks: [{ ...a, command: "echo {{ ts }}" }, b] }, {}, ["tasks"]],
    [{ ...dag, tasks: [a, { ...b, params: { n: 2 } }] }, {}, ["tasks"]],
    [{ ...dag, tasks: [b, a] }, {}, ["tasks"]],
    [{ ...dag, tasks: [a, { ...b, triggerRule: "all_done" }] }, {}, ["tasks"]],
    [{ ...dag, tasks: [a, { ...b, retries: 1 }] }, {}, ["tasks"]],
    [{ ...dag, tasks: [a, { ...b, taskId: "c" }] }, {}, ["tasks"]],
    [{ ...dag, params: { region: "us" } }, {}, ["templates"]],
    [{ ...dag, tasks: [a, { ...b, dependsOnPast: true }] }, {}, ["tasks"]],
    [dag, { taskIds: ["a"] }, ["tasks"]],
    [{ ...dag, dependsOnPast: true }, {}, ["dependsOnPast"]],
    [dag, { conf: { x: 1, y: 3 } }, ["conf"]],
    [dag, { retries: 1, retryDelay: 5 }, ["options"]],
  ];
  for (const [changed, more, parts] of cases) {
    const service = new BackfillService({ dags: [changed], executeRun() {} });
    await assert.rejects(service.start({ ...options, ...more, planHash: seen }), (error) => {
      assert.equal(error.code, "PLAN_CHANGED");
      assert.deepEqual(error.details.changed, parts);
      return true;
    });
  }
  // What the service says of templates holds where neither the backfill nor the DAG says anything.
  for (const host of [{ onUnknown: "error" }, { variables: {} }, { macros: () => 1 }]) {
    const service = new BackfillService({ dags: [dag], executeRun() {}, ...host });
    await assert.rejects(service.start({ ...options, planHash: seen }), (error) => {
      assert.deepEqual([error.code, error.details.changed], ["PLAN_CHANGED", ["templates"]]);
      return true;
    });
  }
  const onService = (onUnknown) => new BackfillService({ dags: [dag], onUnknown });
  const strict = { ...options, onUnknown: "error" };
  const [keep, empty] = await Promise.all(
    ["keep", "empty"].map(async (onUnknown) => (await onService(onUnknown).preview(strict)).planHash),
  );
  assert.equal(keep, empty, "the backfill goes before the service");
  await assert.rejects(planHash(dag, { onUnknown: "error", planHash: seen }), (error) => {
    assert.deepEqual(error.details.changed, ["templates"]);
    return true;
  });
  // The order of keys, descriptions, and what the scheduler alone reads, change nothing that would run.
  assert.equal(await planHash({ ...dag, catchup: true, maxActiveRuns: 3 }, { conf: { y: 2, x: 1 } }), seen);
  const old = "7f0e79a8ee8b004e8398a46ebfc25e4900000003000000010000000000000001";
  await assert.rejects(planHash(dag, { planHash: old }), /by this version of dagfill/);
});

test("the hash of the rows is the one that the crate makes", async () => {
  const tasks = [{ taskId: "extract" }, { taskId: "load", dependsOn: ["extract"] }];
  const records = [record(day(2), "success"), record(day(3), "failed")];
  const options = { startDate: "2024-01-01", endDate: "2024-01-05", reprocess: "failed" };
  const plan = await preview({ ...options, taskIds: ["load", "extract"] }, { tasks }, records);
  const { hash } = cases("plan/hash.json");
  // The counts and the parts that are made of the rows; the crate's test has no texts of a DAG.
  assert.equal(plan.planHash.slice(32, 76), hash.slice(32, 76));
});

test("plans that are refused", async () => {
  const range = { startDate: "2024-01-01", endDate: "2024-01-07" };
  const refused = async (options, dag, code, field) => {
    await assert.rejects(preview({ ...range, ...options }, dag), (error) => {
      assert.equal(error.code, code, error.message);
      if (field !== undefined) assert.equal(error.field, field);
      return true;
    });
  };
  await refused({ reprocess: "failed", rerunFailed: true }, {}, "INVALID_OPTION", "reprocess");
  await refused({ reprocess: "faild" }, {}, "INVALID_OPTION");
  await refused({ runBackwards: true }, { dependsOnPast: true }, "INVALID_DIRECTION", "runBackwards");
  const tasks = [{ taskId: "load", dependsOnPast: true }, { taskId: "free" }];
  await refused({ runBackwards: true }, { tasks }, "INVALID_DIRECTION", "runBackwards");
  // The task that depends on its past is not among those that run.
  assert.equal(
    (await preview({ ...range, runBackwards: true, taskIds: ["free"] }, { tasks })).counts.create,
    7,
  );
  await refused({}, { schedule: null }, "NO_SCHEDULE");
  await refused({ dagId: "sale" }, {}, "UNKNOWN_DAG");
  await refused({ startDate: "2024-02-30" }, {}, "INVALID_DATE");
  await refused({ excludeDates: ["2024-01-03", "3 January"] }, {}, "INVALID_DATE", "excludeDates[1]");
  await refused({ taskIds: ["load"] }, {}, "UNKNOWN_TASK");
  await refused({ rerunfailed: true }, {}, "INVALID_OPTION");
  await assert.rejects(preview({ ...range, maxRuns: 6 }), (error) => {
    assert.equal(error.code, "RANGE_TOO_LARGE");
    assert.equal(error.details.count, 7);
    return true;
  });
  assert.equal((await preview({ ...range, maxRuns: 7 })).counts.total, 7);
});

test("numbers and durations that mean nothing are refused, those that mean something are not", async () => {
  const range = { startDate: "2024-01-01", endDate: "2024-01-07" };
  const count = { wrong: [-1, 0.5, Number.NaN, "1", null, 1n, 2 ** 32], code: "INVALID_OPTION" };
  const least = { ...count, wrong: [0, ...count.wrong], right: [1, 2 ** 32 - 1] };
  const finite = { ...least, wrong: [...least.wrong, Number.POSITIVE_INFINITY] };
  const time = {
    wrong: [-1, -0.5, Number.NaN, Number.POSITIVE_INFINITY, null, true, "", "5", "-PT1S", "PT", "P1Y2X"],
    right: [0, 0.5, Number.MAX_VALUE, "PT0S", "PT1.5S"],
    code: "INVALID_DURATION",
  };
  const positive = {
    ...time,
    right: [1, 1.5, Number.MAX_VALUE, "PT0.001S", "P1D"],
    nothing: [0, 0.5, "PT0S"],
  };
  const kinds = {
    maxParallelRuns: finite,
    maxFailures: { ...least, right: [1, Number.POSITIVE_INFINITY] },
    retries: { ...count, wrong: [...count.wrong, Number.POSITIVE_INFINITY], right: [0, 1] },
    maxRuns: { ...finite, right: [7] },
    retryBackoff: {
      ...count,
      wrong: [0, 0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, "2"],
      right: [1, 1.5],
    },
    retryDelay: time,
    abortGrace: time,
    runTimeout: positive,
    "rate.per": { ...positive, options: (per) => ({ rate: { count: 1, per } }) },
    "rate.count": { ...finite, options: (count) => ({ rate: { count, per: 1 } }) },
  };
  for (const [field, { wrong, right, nothing = [], code, options }] of Object.entries(kinds)) {
    const asked = (value) => preview({ ...range, ...(options ?? ((value) => ({ [field]: value })))(value) });
    for (const value of right) await asked(value);
    for (const value of wrong) await assert.rejects(asked(value), { code, field }, `${field} ${value}`);
    for (const value of nothing) await assert.rejects(asked(value), { code: "INVALID_OPTION", field });
  }
  const task = (more) => preview(range, { tasks: [{ taskId: "load", ...more }] });
  await task({ timeout: 1, retryDelay: 0 });
  for (const timeout of [0, "PT0S"]) {
    await assert.rejects(task({ timeout }), { code: "INVALID_OPTION", field: "dags[0].tasks[0].timeout" });
  }
});

test("a preview crosses to another thread and back", async () => {
  const records = [record(day(2), "success")];
  const plan = await preview(
    { startDate: "2024-01-01", endDate: "2024-01-05", runBackwards: true },
    {},
    records,
  );
  const other = previewFrom(structuredClone(plan.toTransferable()));
  assert.deepEqual(other.runs, plan.runs);
  assert.deepEqual(other.columns(), plan.columns());
  for (const name of [
    "dagId",
    "timeZone",
    "start",
    "end",
    "dates",
    "existingRuns",
    "newRuns",
    "counts",
    "planHash",
  ]) {
    assert.deepEqual(other[name], plan[name], name);
  }
  assert.deepEqual(other.days(), plan.days());
  const pace = { runDuration: "PT1M", maxParallelRuns: 2 };
  assert.deepEqual(other.estimate(pace), plan.estimate(pace));
  assert.throws(() => previewFrom({}), { code: "INVALID_OPTION" });
});

test("estimates", async () => {
  const range = { startDate: "2024-01-01", endDate: "2024-01-10" };
  const plan = await preview(range);
  assert.deepEqual(plan.estimate({ runDuration: 60_000, maxParallelRuns: 4 }), {
    makespan: 180_000,
    finishAt: "2026-01-01T00:03:00Z",
    peak: 4,
  });
  assert.equal(plan.estimate({ runDuration: "PT1M" }).makespan, 600_000);
  const wide = await preview({ ...range, maxParallelRuns: 5 });
  assert.equal(wide.estimate({ runDuration: "PT1M" }).makespan, 120_000);
  const rated = await preview({ ...range, maxParallelRuns: 5, rate: { count: 2, per: "PT1H" } });
  assert.equal(rated.estimate({ runDuration: "PT1M" }).makespan, 4 * 3_600_000 + 60_000);
  const rate = { count: 5, per: "PT1H" };
  assert.equal(rated.estimate({ runDuration: "PT1M", rate }).makespan, 3_600_000 + 60_000);
  // With dependsOnPast runs go one by one, however many may run at once.
  const ordered = await preview({ ...range, maxParallelRuns: 5 }, { dependsOnPast: true });
  const { makespan, peak } = ordered.estimate({ runDuration: "PT1M" });
  assert.deepEqual([makespan, peak], [600_000, 1]);
  assert.throws(() => plan.estimate({ runDuration: -1 }), { code: "INVALID_DURATION" });
});

test("a preview of a million dates holds columns", async () => {
  const plan = await preview(
    { startDate: "2023-01-01", endDate: "2024-11-30", maxRuns: 2_000_000 },
    { schedule: "* * * * *", timeZone: "America/New_York" },
  );
  assert.equal(plan.counts.total, 700 * 1440);
  assert.equal(plan.columns().executionDate.length, 700 * 1440);
  assert.equal(plan.days().length, 700);
});

test("a dry run executes nothing and writes nothing", async () => {
  class ReadOnly extends MemoryStore {
    locked = false;
    async apply(changes, fence) {
      if (this.locked) throw new Error("a dry run wrote");
      return super.apply(changes, fence);
    }
    async acquireLease(...lease) {
      if (this.locked) throw new Error("a dry run took a lease");
      return super.acquireLease(...lease);
    }
  }
  const store = new ReadOnly();
  await store.apply([{ type: "create-run", run: record(day(2), "failed") }]);
  store.locked = true;
  const executeRun = () => assert.fail("a dry run started a run");
  const dags = [{ dagId: "sales", schedule: "@daily" }];
  const dry = new BackfillService({ dags, store, executeRun, now: () => Date.UTC(2026, 0, 1) });
  const options = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-03", resetDagRun: true };
  const plan = await dry.backfill({ ...options, dryRun: true });
  assert.deepEqual(words(plan), ["create", "reset", "create"]);
  assert.equal(plan.planHash, (await dry.preview(options)).planHash);
  assert.deepEqual(await store.listRuns({ dagId: "sales" }), [record(day(2), "failed")]);
});

test("the plan that was shown is the plan that runs", async () => {
  const states = [null, "success", "failed", "running", "queued", "canceled", null];
  const records = states.flatMap((state, index) => (state ? [record(day(index + 1), state)] : []));
  for (const ask of [
    {},
    { rerunFailed: true },
    { resetDagRun: true },
    { rerunFailed: true, resetDagRun: true },
    { reprocess: "failed" },
    { reprocess: "completed", runBackwards: true },
    { excludeDates: [day(1)], runBackwards: true },
  ]) {
    const store = new MemoryStore();
    await store.apply(records.map((run) => ({ type: "create-run", run })));
    const started = [];
    const executeRun = ({ executionDate, action, runId }) => {
      started.push({ executionDate, action, runId });
    };
    const dags = [{ dagId: "sales", schedule: "@daily" }];
    const runner = new BackfillService({ dags, store, executeRun, now: () => Date.UTC(2026, 0, 1) });
    const options = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-07", ...ask };
    const plan = await runner.preview(options);
    const result = await runner.backfill({ ...options, planHash: plan.planHash });
    const shown = plan.runs.filter((run) => run.action !== "skip");
    assert.deepEqual(
      started,
      shown.map(({ executionDate, action, runId }) => ({ executionDate, action, runId })),
      JSON.stringify(ask),
    );
    assert.deepEqual(
      result.results.map(({ executionDate, action, reason }) => [executionDate, action, reason]),
      plan.runs.map(({ executionDate, action, reason }) => [executionDate, action, reason]),
    );
    assert.deepEqual(
      [result.totalDates, result.completed, result.skipped],
      [7, shown.length, plan.counts.skip],
    );
    // What it did changes what is left to do.
    const again = runner.backfill({ ...options, planHash: plan.planHash });
    await assert.rejects(again, { code: "PLAN_CHANGED" });
  }
});

test("a backfillId that was used before is a warning", async () => {
  const service = new BackfillService({ dags: [{ dagId: "etl", schedule: "@daily" }], executeRun() {} });
  const options = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-02", backfillId: "one" };
  const codes = async () => (await service.preview(options)).warnings.map(({ code }) => code);
  assert.deepEqual(await codes(), []);
  await service.backfill(options);
  assert.deepEqual(await codes(), ["backfill_exists"]);
  await assert.rejects(service.start(options), { code: "BACKFILL_EXISTS" });
});

test("an empty list of dates is refused; no days ago is today; a window that cannot be read is named", () => {
  const daily = { dagId: "sales", schedule: "@daily" };
  const range = { startDate: "2024-01-01", endDate: "2024-01-05" };
  assert.throws(() => planBackfill(daily, { ...range, dates: [] }), {
    code: "INVALID_OPTION",
    field: "dates",
    message: /at least one date/,
  });
  for (const bound of ["-P0D", "+P0M", "today"]) {
    const { start, end } = planBackfill(
      daily,
      { startDate: bound, endDate: bound },
      [],
      "2024-03-01T12:30:00Z",
    );
    assert.deepEqual([start, end], ["2024-03-01T00:00:00Z", "2024-03-01T23:59:59.999Z"]);
  }
  const open = { cron: "0 22 * * *", duration: "PT8H" };
  for (const [wrong, code, field] of [
    [{ ...open, cron: "0 25 * * *" }, "INVALID_CRON", "startWindows[1].cron"],
    [{ ...open, timeZone: "Europe/Berlyn" }, "UNKNOWN_TIME_ZONE", "startWindows[1].timeZone"],
  ]) {
    assert.throws(() => planBackfill(daily, { ...range, startWindows: [open, wrong] }), { code, field });
  }
});

test("each date of a plan renders as itself, in every order of the rows", async () => {
  const dag = { tasks: [{ taskId: "a", command: "{{ ds }} {{ run_id }}" }] };
  const planner = await service(dag, [record(day(2), "failed"), record(day(5), "failed")]);
  for (const options of [
    {},
    ...["oldest", "newest", "failed-first", "bisect", { newest: 3 }].map((order) => ({ order })),
    { endDate: day(1) },
    { endDate: day(2), order: "newest" },
  ]) {
    const preview = await planner.preview({
      ...{ dagId: "sales", startDate: day(1), endDate: day(8), reprocess: "failed" },
      ...options,
    });
    const texts = preview.dates.map((date) => preview.render(date)[0].text);
    const expected = preview.dates.map((date) => `${date.slice(0, 10)} ${runIdOf(date)}`);
    assert.deepEqual(texts, expected, JSON.stringify(options));
    assert.throws(() => preview.render(day(9)), { code: "INVALID_OPTION", field: "executionDate" });
  }
});
