// Catchup through the package: Airflow's table, the rows it gives, and what is refused.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { planCatchup } from "dagfill";

const table = JSON.parse(
  readFileSync(new URL("../cases/airflow/airflow_catchup.json", import.meta.url), "utf8"),
);

test("every case is Airflow's", () => {
  for (const { dag, now, lastRun, due, nextRunAt } of table.cases) {
    const plan = planCatchup(dag, { now, lastRun });
    const runs = plan.due.map(({ executionDate, runAfter }) => ({ executionDate, runAfter }));
    assert.deepEqual({ due: runs, nextRunAt: plan.nextRunAt }, { due, nextRunAt }, JSON.stringify(dag));
  }
  assert.equal(table.cases.length, 24);
});

const daily = {
  dagId: "d",
  schedule: "30 6 * * *",
  timeZone: "Europe/Berlin",
  startDate: "2024-03-28",
};
const now = "2024-04-02T12:00";
const dates = (plan) => plan.due.map((run) => run.executionDate.slice(0, 10));

test("a due run is a row like any other", () => {
  const plan = planCatchup(daily, { now });
  assert.deepEqual(plan, {
    due: [
      {
        executionDate: "2024-04-01T04:30:00Z",
        localDate: "2024-04-01T06:30:00+02:00",
        dataInterval: { start: "2024-04-01T04:30:00Z", end: "2024-04-02T04:30:00Z" },
        runAfter: "2024-04-02T04:30:00Z",
        runId: "scheduled__2024-04-01T04:30:00+00:00",
        action: "create",
        previousDate: "2024-03-31T04:30:00Z",
        nextDate: "2024-04-02T04:30:00Z",
      },
    ],
    skipped: { count: 4, from: "2024-03-28T05:30:00Z", to: "2024-03-31T04:30:00Z" },
    nextRunAt: "2024-04-03T04:30:00Z",
  });
});

test("what calendars are warned of is told from the first due run to the next one", () => {
  const calendars = { bank: { holidays: ["2023-12-25"] } };
  const dag = { ...daily, calendars, exclude: [{ calendar: "bank" }], catchup: true };
  const { due, warnings } = planCatchup(dag, { now });
  assert.deepEqual([due.length, warnings.map(({ code }) => code)], [3, ["holidays_end"]]);
  assert.match(warnings[0].message, /"bank" end on 2023-12-25, before 2024-04-03/);
  const known = { bank: { holidays: ["2024-12-25"] } };
  assert.equal(planCatchup({ ...dag, calendars: known }, { now }).warnings, undefined);
});

test("every policy", () => {
  const on = (catchup, options) => {
    const plan = planCatchup({ ...daily, catchup }, { now, ...options });
    return [
      dates(plan)
        .map((date) => date.slice(5))
        .join(" "),
      plan.skipped?.count ?? 0,
    ];
  };
  assert.deepEqual(on(true), ["03-28 03-29 03-30 03-31 04-01", 0]);
  assert.deepEqual(on("all"), on(true));
  assert.deepEqual(on(false), ["04-01", 4]);
  assert.deepEqual(on("latest"), on(false));
  assert.deepEqual(on("none"), ["", 5]);
  assert.deepEqual(on("none", { now: "2024-04-02T06:30" }), ["04-01", 4]);
  assert.deepEqual(on({ last: 2 }), ["03-31 04-01", 3]);
  assert.deepEqual(on({ window: "P2D" }), ["03-31 04-01", 3]);
  assert.deepEqual(on({ window: 3_600_000 }), ["", 5]);
  assert.deepEqual(on("all", { lastRun: "2024-03-31T06:30" }), ["04-01", 0]);
  assert.deepEqual(on("all", { lastRun: null }), on(true));
});

test("no schedule, an end that has passed, a period that counts from the start", () => {
  const nothing = { due: [], skipped: null, nextRunAt: null };
  assert.deepEqual(planCatchup({ ...daily, schedule: null }, { now }), nothing);
  const ended = planCatchup({ ...daily, catchup: true, endDate: "2024-03-29" }, { now });
  assert.deepEqual([dates(ended), ended.nextRunAt], [["2024-03-28", "2024-03-29"], null]);

  const every = { dagId: "d", schedule: { every: "PT36H" }, startDate: "2024-03-28T01:00Z", catchup: true };
  const plan = planCatchup(every, { now: "2024-04-01" });
  assert.deepEqual(
    plan.due.map((run) => run.dataInterval),
    [
      { start: "2024-03-28T01:00:00Z", end: "2024-03-29T13:00:00Z" },
      { start: "2024-03-29T13:00:00Z", end: "2024-03-31T01:00:00Z" },
    ],
  );
  assert.equal(plan.nextRunAt, "2024-04-01T13:00:00Z");
  const again = planCatchup(
    { ...every, startDate: undefined },
    { now: "2024-04-03", lastRun: "2024-03-29T13:00Z" },
  );
  assert.deepEqual(
    again.due.map((run) => run.dataInterval.start),
    ["2024-03-31T01:00:00Z"],
  );
});

test("what is refused", () => {
  const refused = (options, expected, dag = daily) =>
    assert.throws(() => planCatchup(dag, options), expected);
  refused({}, { name: "DagfillError", code: "INVALID_OPTION", field: "now" });
  refused({ now: "2024-02-30" }, { code: "INVALID_DATE", field: "now" });
  refused({ now, lastRun: "yesterday" }, { code: "INVALID_DATE", field: "lastRun" });
  refused({ now, lastRn: null }, { code: "INVALID_OPTION", field: "lastRn", hint: "Did you mean lastRun?" });
  refused({ now }, { code: "INVALID_OPTION", field: "dag.catchup" }, { ...daily, catchup: "newest" });
  refused(
    { now },
    { code: "INVALID_OPTION", field: "dag.catchup.last" },
    { ...daily, catchup: { last: -1 } },
  );
  refused({ now }, { code: "INVALID_CRON" }, { ...daily, schedule: "61 * * * *" });
  const minutely = { ...daily, schedule: "* * * * *", startDate: "1990-01-01", catchup: true };
  refused({ now }, { code: "RANGE_TOO_LARGE" }, minutely);
  assert.equal(planCatchup({ ...minutely, catchup: false }, { now }).due.length, 1);
});
