// Airflow dates the runs of CronTriggerTimetable(interval=) by the start of their interval, dagfill by the end, when they are due.
import assert from "node:assert/strict";
import { test } from "node:test";
import { exportRuns, importDag, importRuns, storeRuns } from "../../../dist/import.js";
import { MemoryStore, planBackfill } from "../../../dist/index.js";

const dag = {
  dagId: "ct",
  schedule: "0 6 * * *",
  kind: "trigger",
  interval: "P1D",
};
const at = (day) => `2024-03-0${day}T06:00:00+00:00`;
const run = (day, more = {}) => ({
  dag_id: "ct",
  run_id: `scheduled__${at(day + 1)}`,
  state: "success",
  logical_date: at(day),
  ...more,
});
const places = (rows, of = dag) =>
  importRuns(rows, { dag: of }).runs.map(({ runId, executionDate, dataInterval: { start, end } }) => [
    runId,
    executionDate,
    start,
    end,
  ]);
const [two, three] = ["2024-03-02T06:00:00Z", "2024-03-03T06:00:00Z"];
const placed = [["scheduled__2024-03-03T06:00:00+00:00", three, two, three]];

test("a run is placed by its data interval's end, else by when it was due, else by its start and the interval", () => {
  const interval = { data_interval_start: at(2), data_interval_end: at(3) };
  assert.deepEqual(places([run(2, { ...interval, run_after: "2024-03-03T06:10:00Z" })]), placed);
  assert.deepEqual(places([run(2, { data_interval_end: at(3) })]), placed);
  assert.deepEqual(places([run(2, { run_after: at(3) })]), placed);
  assert.deepEqual(places([run(2)]), placed);
  assert.deepEqual(places([run(2)], { ...dag, kind: "interval", interval: 86_400_000 }), placed);
  const csv = `dag_id,run_id,state,logical_date,run_after\nct,scheduled__${at(3)},success,${at(2)},${at(3)}\n`;
  assert.deepEqual(places(csv), placed);
});

test("a run whose id has the start of its interval gets the id of its date, which another run could take", async () => {
  const ofTwo = (day) => ({ ...run(day, { run_id: `scheduled__${at(day)}` }), execution_date: at(day) });
  assert.deepEqual(places([ofTwo(2)]), placed);
  const backfill = { ...ofTwo(2), run_id: `backfill__${at(2)}` };
  assert.equal(places([backfill])[0][0], `backfill__${at(3)}`);
  assert.equal(places([{ ...ofTwo(2), run_id: "of my own" }])[0][0], "of my own");
  const store = new MemoryStore();
  await storeRuns(store, importRuns([ofTwo(2), ofTwo(3)], { dag }).runs);
  const dates = (await store.listRuns({ dagId: "ct" })).map((run) => run.executionDate);
  assert.deepEqual(dates, [three, "2024-03-04T06:00:00Z"]);
});

test("days of an interval are 24 hours in Airflow, also where a clock changes", () => {
  // In New York the clocks went forward on 10 March 2024.
  const zoned = { ...dag, timeZone: "America/New_York", interval: "PT24H" };
  const row = { ...run(2), run_id: "a", logical_date: "2024-03-09T10:00:00+00:00" };
  const [[, date, start]] = places([row], zoned);
  assert.deepEqual([date, start], ["2024-03-10T10:00:00Z", "2024-03-09T10:00:00Z"]);
});

test("runs by hand, and runs that dagfill wrote, keep their date", () => {
  const manual = { ...run(2), run_id: `manual__${at(2)}`, run_after: "2024-04-01T00:00:00Z" };
  assert.equal(places([manual])[0][1], two);
  const own = importRuns([run(2)], { dag }).runs;
  assert.deepEqual(importRuns(exportRuns(own), { dag }).runs, own);
  const table = `date,run,type,state\n${three},scheduled__${at(3)},scheduled,success\n`;
  assert.deepEqual(places(table), placed);
});

test("a start before an interval of months does not tell the date: the row is left out", () => {
  const monthly = { ...dag, schedule: "0 6 1 * *", interval: "P1M" };
  const { runs, left } = importRuns([run(2), run(3, { run_after: at(4) })], { dag: monthly });
  assert.deepEqual(
    runs.map(({ executionDate }) => executionDate),
    ["2024-03-04T06:00:00Z"],
  );
  assert.deepEqual(left, [
    {
      reason: "a logical date before an interval of months, without data_interval_end or run_after",
      count: 1,
    },
  ]);
});

test("without an interval of the schedule, the logical date stays the date", () => {
  const { interval: _, ...empty } = dag;
  const more = { run_after: at(3), data_interval_start: at(2), data_interval_end: at(3) };
  assert.equal(places([run(2, more)], empty)[0][1], two);
  assert.equal(places([run(2, more)], { ...empty, kind: "interval" })[0][1], two);
});

test("a failed run is run again for the interval that failed, without a warning", () => {
  const failed = run(3, { state: "failed", data_interval_start: at(3), data_interval_end: at(4) });
  const { runs } = importRuns([run(2), failed], { dag });
  const range = { startDate: "2024-03-03", endDate: "2024-03-04T12:00" };
  const plan = planBackfill(dag, { ...range, reprocess: "failed" }, runs);
  const actions = plan.runs.map(({ executionDate, action, dataInterval }) => [
    executionDate,
    action,
    dataInterval.start,
  ]);
  assert.deepEqual(actions, [
    [three, "skip", two],
    ["2024-03-04T06:00:00Z", "rerun", three],
  ]);
  assert.deepEqual(plan.warnings, []);
});

test("intervals of months, of a zone with clock changes, and of a period are imported", () => {
  const interval = (source) => importDag(`from airflow import DAG\n${source}`).dags[0].interval;
  const cron = (zone, length) =>
    interval(`DAG("a", schedule=CronTriggerTimetable("0 6 * * *", timezone="${zone}", interval=${length}))`);
  assert.equal(cron("UTC", "timedelta(days=1)"), "P1D");
  assert.equal(cron("America/New_York", "timedelta(days=1)"), "PT24H");
  assert.equal(cron("UTC", "relativedelta(months=1)"), "P1M");
  const serialized = (name, fields) =>
    importDag(
      JSON.stringify({
        __version: 2,
        dag: {
          dag_id: "a",
          tasks: [],
          timetable: { __type: `airflow.timetables.trigger.${name}`, __var: fields },
        },
      }),
    ).dags[0].interval;
  const expression = { expression: "0 6 * * *" };
  const zoned = { ...expression, timezone: "America/New_York", interval: 86_400 };
  assert.equal(serialized("CronTriggerTimetable", zoned), "PT24H");
  const relative = (interval) => ({ ...expression, timezone: "UTC", interval });
  assert.equal(serialized("CronTriggerTimetable", relative({ months: 1 })), "P1M");
  assert.equal(serialized("CronTriggerTimetable", relative({ days: 1, hours: 2 })), "P1DT2H");
  const wrapped = { __type: "relativedelta", __var: { years: 1 } };
  assert.equal(serialized("CronTriggerTimetable", relative(wrapped)), "P12M");
  assert.equal(serialized("DeltaTriggerTimetable", { delta: 3600, interval: 7200 }), "PT2H");
  assert.equal(serialized("DeltaTriggerTimetable", { delta: { days: 1 }, interval: { days: 1 } }), "P1D");
});
