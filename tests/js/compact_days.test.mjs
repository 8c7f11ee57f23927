// `startDate: 20240101` in YAML is a number: as milliseconds it would be a morning of January 1970, and a catchup of 20,000 dates.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  expandRange,
  missing,
  nextDates,
  planBackfill,
  planCatchup,
  resolveDateMacros,
  validateDag,
} from "dagfill";
import { importRuns } from "../../dist/import.js";
import { run, workplace } from "./cli_process.mjs";

const dag = { dagId: "a", schedule: "@daily" };
const range = { startDate: "2024-01-01", endDate: "2024-01-02" };
const day = 20240101;

for (const [what, field, use] of [
  ["a start", "startDate", () => planBackfill(dag, { ...range, startDate: day })],
  ["an end", "endDate", () => planBackfill(dag, { ...range, endDate: day })],
  ["an excluded date", "excludeDates[0]", () => planBackfill(dag, { ...range, excludeDates: [day] })],
  ["a DAG's start", "dag.startDate", () => validateDag({ ...dag, startDate: day })],
  ["a DAG's end", "dag.endDate", () => validateDag({ ...dag, endDate: day })],
  ["a date that the schedule excludes", "dag.exclude[0]", () => validateDag({ ...dag, exclude: [day] })],
  ["a date of a schedule", undefined, () => nextDates({ dates: [day] }, "2023-01-01")],
  ["a known run", "existing[0].executionDate", () => planBackfill(dag, range, [{ executionDate: day }])],
  ["a range", "start", () => expandRange("@daily", day, "2024-01-02")],
  ["a range of missing dates", undefined, () => missing(dag, [], { start: "2024-01-01", end: day })],
  ["a date of macros", undefined, () => resolveDateMacros("{{ ds }}", day)],
  ["the time of a catchup", undefined, () => planCatchup({ ...dag, startDate: "2024-01-01" }, { now: day })],
])
  test(`${what} that is a day as a number is refused`, () => {
    assert.throws(use, (error) => {
      assert.equal(error.code, "INVALID_DATE");
      assert.match(error.message, /expected "2024-01-01" in quotes, got 20240101$/);
      if (field !== undefined) assert.equal(error.field, field);
      return true;
    });
  });

test("instants stay: those of no day, Dates, and a day as a text", () => {
  const start = (value) => planBackfill(dag, { startDate: value, endDate: "2024-01-02" }).start;
  for (const ms of [20241301, 20240100, 20240132, 18991231, 30000101, 2024010, 202401011, 20240101.5])
    assert.equal(start(ms), new Date(Math.floor(ms)).toISOString().replace(".000Z", "Z"), String(ms));
  for (const last of [19000101, 29991231]) assert.throws(() => start(last), { code: "INVALID_DATE" });
  assert.equal(start(new Date(day)), "1970-01-01T05:37:20.101Z");
});

test("a row of a history with such a number is left out", () => {
  const { runs, left } = importRuns([{ run_id: "x", state: "success", logical_date: day }], { dag });
  assert.deepEqual([runs, left], [[], [{ reason: "a logical date that cannot be read", count: 1 }]]);
});

test("the command names the date of a DAG file in YAML", async () => {
  const file = join(workplace().folder, "a.yaml");
  writeFileSync(file, 'dagId: a\nschedule: "@daily"\ncatchup: true\nstartDate: 20240101\n');
  const { code, err } = await run(["catchup", file, "--store", ":memory:"]);
  assert.equal(code, 2);
  assert.match(err, /INVALID_DATE .*startDate: expected "2024-01-01" in quotes, got 20240101/);
});
