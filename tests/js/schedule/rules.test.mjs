// Unions, windows and calendars through the built package: what only the face can get wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BackfillService,
  countRange,
  DagfillError,
  expandRange,
  nextDates,
  planCatchup,
  render,
} from "../../../dist/index.js";

const refused = (run, code, field) =>
  assert.throws(run, (error) => {
    assert.ok(error instanceof DagfillError, String(error));
    assert.deepEqual([error.code, error.field], [code, field], error.message);
    return true;
  });

const next = (schedule, options) => nextDates(schedule, "2024-01-01", 1, options);

test("a member of a union is refused by its place", () => {
  refused(() => next({ union: [] }), "INVALID_OPTION", "schedule.union");
  refused(() => next({ union: ["@daily", null] }), "INVALID_OPTION", "schedule.union[1]");
  refused(() => next({ union: ["@daily", "61 * * * *"] }), "INVALID_CRON", "schedule.union[1]");
  const deep = { union: ["@daily", { union: [{ every: "1h" }] }] };
  refused(() => next(deep), "INVALID_DURATION", "schedule.union[1].union[0].every");
  refused(() => next({ union: ["@daily"], every: "P1D" }), "INVALID_OPTION", "schedule");
  const dag = { dagId: "d", schedule: { union: [{ dates: ["2024-02-30"] }] } };
  refused(() => planCatchup(dag, { now: "2024-01-01" }), "INVALID_DATE", "dag.schedule.union[0].dates[0]");
  const knot = { union: [] };
  knot.union.push(knot);
  assert.throws(() => next(knot), { code: "INVALID_OPTION" });
});

test("a union has each date once", () => {
  const union = { union: [{ every: "PT6H", anchor: "2024-01-01" }, "0 */4 * * *"] };
  assert.equal(countRange(union, "2024-01-01", "2024-01-01"), 8);
  assert.equal(expandRange(union, "2024-01-01", "2024-01-01").length, 8);
});

test("a window is milliseconds or a duration", () => {
  for (const interval of [-1, Number.NaN, 1e300, true, {}])
    refused(() => next("@daily", { interval }), "INVALID_DURATION", "interval");
  refused(() => next("@daily", { interval: "1 day" }), "INVALID_DURATION", "interval");
  const dag = { dagId: "d", schedule: "@daily", interval: "day" };
  refused(() => planCatchup(dag, { now: "2024-01-01" }), "INVALID_DURATION", "dag.interval");
  const context = { schedule: "@daily", executionDate: "2024-01-02" };
  const text = "{{ ds }} {{ data_interval_start }} {{ data_interval_end | ds }}";
  for (const interval of [86_400_000, "P1D", "PT24H"])
    assert.equal(render(text, { ...context, interval }), "2024-01-02 2024-01-01T00:00:00+00:00 2024-01-02");
  assert.equal(
    render(text, { ...context, interval: 1 }),
    "2024-01-02 2024-01-01T23:59:59.999000+00:00 2024-01-02",
  );
});

/** Friday's run of a Monday-to-Friday schedule is due on Friday night. */
test("runs with a window are planned and due at their date", async () => {
  const dag = {
    dagId: "d",
    schedule: "0 0 * * 2-6",
    interval: "P1D",
    startDate: "2024-01-01",
    catchup: true,
  };
  const service = new BackfillService({ dags: [dag], now: () => Date.parse("2024-01-06T00:00Z") });
  const { runs, warnings } = await service.preview({
    dagId: "d",
    startDate: "2024-01-05",
    endDate: "2024-01-06",
  });
  assert.deepEqual(
    runs.map(({ executionDate, dataInterval, runAfter, action }) => [
      executionDate,
      dataInterval.start,
      dataInterval.end,
      runAfter,
      action,
    ]),
    [
      [
        "2024-01-05T00:00:00Z",
        "2024-01-04T00:00:00Z",
        "2024-01-05T00:00:00Z",
        "2024-01-05T00:00:00Z",
        "create",
      ],
      [
        "2024-01-06T00:00:00Z",
        "2024-01-05T00:00:00Z",
        "2024-01-06T00:00:00Z",
        "2024-01-06T00:00:00Z",
        "create",
      ],
    ],
  );
  assert.ok(warnings.every(({ code }) => code !== "not_due"));
  const { due, nextRunAt } = planCatchup(dag, { now: "2024-01-06", lastRun: "2024-01-04" });
  assert.deepEqual(
    due.map(({ dataInterval }) => dataInterval.start),
    ["2024-01-04T00:00:00Z", "2024-01-05T00:00:00Z"],
  );
  assert.equal(nextRunAt, "2024-01-09T00:00:00Z");
});
