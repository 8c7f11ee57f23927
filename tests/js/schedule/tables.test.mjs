// The built package against the tables that the Rust tests read: dates, refusals, plain words, clock changes.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countRange,
  DagfillError,
  expandRange,
  explainDate,
  explainSchedule,
  nextDates,
  planCatchup,
  previousDates,
  render,
  renderRange,
  resolveDateMacros,
} from "../../../dist/index.js";
import { file, iso, table } from "./tables.mjs";

test("dates", () => {
  for (const { name, schedule, start, end, options, dates, count } of table("cron/dates.json")) {
    const found = expandRange(schedule, start, end, options);
    assert.ok(found instanceof Float64Array);
    if (count === undefined) assert.deepEqual(Array.from(found, iso), dates, name);
    else assert.equal(found.length, count, name);
    assert.equal(countRange(schedule, start, end, options), found.length, name);
  }
});

test("refusals", () => {
  for (const { schedule, options, code, start, end, message, hint, field } of table("cron/invalid.json")) {
    const about = JSON.stringify(schedule);
    let error;
    try {
      expandRange(schedule, "2025-01-01", "2025-01-02", options);
    } catch (thrown) {
      error = thrown;
    }
    assert.ok(error instanceof DagfillError, about);
    assert.equal(error.code, code, `${about} ${error}`);
    if (start !== undefined) assert.deepEqual([error.start, error.end], [start, end], `${about} ${error}`);
    if (message !== undefined) assert.equal(error.message, message, about);
    if (hint !== undefined) assert.ok(error.hint?.includes(hint), `${about} ${error.hint}`);
    if (field !== undefined) assert.ok(error.field?.endsWith(field), `${about} ${error.field}`);
  }
});

test("plain words", () => {
  for (const { schedule, options, text, warnings } of table("cron/explain.json")) {
    const found = explainSchedule(schedule, { ...options, now: "2024-01-01T00:00:00Z", count: 3 });
    assert.equal(found.text, text);
    assert.deepEqual(
      found.warnings.map(({ code }) => code),
      warnings,
      text,
    );
  }
});

test("why a date is one", () => {
  for (const { schedule, options, date, start, end, ...expected } of table("cron/explain_date.json")) {
    const bounds = start === undefined ? {} : { start, end };
    const found = explainDate(schedule, date, { ...options, ...bounds });
    for (const [name, value] of Object.entries(expected)) {
      assert.equal(found[name], value, `${name} of ${date} in ${JSON.stringify(schedule)}`);
    }
  }
});

test("every policy around clock changes", () => {
  for (const { cron, timeZone, start, end, dst, dates } of table("dst/changes.json")) {
    for (const policy of dst) {
      const found = expandRange(cron, start, end, { timeZone, dst: policy });
      assert.deepEqual(Array.from(found, iso), dates, `${cron} ${timeZone} ${policy} ${start}`);
    }
  }
});

test("every date of Airflow's cron timetable", () => {
  const { vectors } = file("airflow/cron.json");
  assert.equal(vectors.length, 221);
  for (const { id, expr, tz, start, end, count, expected } of vectors) {
    // The table's end is excluded, ours is included; a few rows name a count of dates instead.
    const last = end === undefined ? "9999-12-31" : Date.parse(end) - 1;
    const limit = count === undefined ? {} : { limit: count };
    const found = expandRange(expr, start, last, { timeZone: tz, kind: "trigger", ...limit });
    assert.deepEqual(Array.from(found, iso), expected, `${id} ${expr} ${tz}`);
  }
});

test("every date of Airflow's other timetables", () => {
  const cases = table("airflow/airflow_dates.json");
  assert.equal(cases.length, 36);
  for (const { schedule, start, end, options, expected, note } of cases) {
    const found = expandRange(schedule, start, end, options);
    const dates = expected.map(({ executionDate }) => executionDate);
    assert.deepEqual(Array.from(found, iso), dates, note);
  }
});

test("a date that is none is named by its place", () => {
  const [good, bad] = ["2024-01-01", "1 January"];
  const refused = (field, work) =>
    assert.throws(work, (error) => {
      assert.deepEqual([error.code, error.field, error.input], ["INVALID_DATE", field, bad]);
      return true;
    });
  refused("start", () => expandRange("@daily", bad, good));
  refused("end", () => expandRange("@daily", good, bad));
  refused("start", () => countRange("@daily", bad, good));
  refused("end", () => countRange("@daily", good, bad));
  refused("after", () => nextDates("@daily", bad));
  refused("before", () => previousDates("@daily", bad));
  refused("date", () => explainDate("@daily", bad));
  refused("start", () => explainDate("@daily", good, { start: bad }));
  refused("end", () => explainDate("@daily", good, { end: bad }));
  refused("now", () => explainSchedule("@daily", { now: bad }));
  refused("executionDate", () => resolveDateMacros("{{ ds }}", bad));
  refused("executionDate", () => render("{{ ds }}", { executionDate: bad }));
  refused("executionDate", () => render(["{{ ds }}"], { executionDate: bad }));
  refused("dates[1]", () => renderRange("{{ ds }}", [good, bad], "@daily"));
  refused("now", () => planCatchup({ dagId: "etl", schedule: "@daily" }, { now: bad }));
  assert.throws(() => renderRange("{{ ds }}", Float64Array.of(0, Number.NaN), "@daily"), {
    code: "INVALID_DATE",
    field: "dates[1]",
  });
  // As are those of a wrong type, and what stands beside them.
  assert.throws(() => render("{{ ds }}", { executionDate: {} }), { field: "executionDate" });
  assert.throws(() => render("{{ ds }}", { executionDate: good, schedule: "@dily" }), { field: "schedule" });
});

test("a range of no schedule is refused, listed or counted", () => {
  for (const range of [expandRange, countRange]) {
    assert.throws(() => range(null, "2024-01-01", "2024-01-07"), { code: "NO_SCHEDULE" });
  }
});
