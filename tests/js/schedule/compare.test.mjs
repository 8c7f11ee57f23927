// The comparison of two schedules: the fate of each date when one replaces the other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHANGES, compareSchedules, expandRange } from "../../../dist/index.js";

const week = { start: "2024-01-01", end: "2024-01-07" };
const nonzero = (counts) => Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
const codes = ({ warnings }) => warnings.map(({ code }) => code);
const day = 86_400;

test("the same schedule keeps every date", () => {
  const { rows, counts, text, warnings } = compareSchedules("@daily", "0 0 * * *", week);
  assert.deepEqual([nonzero(counts), warnings.length], [{ kept: 7 }, 0]);
  assert.equal(text, "7 dates before, 7 after: 7 kept.");
  assert.deepEqual(rows[0], {
    kind: "kept",
    before: ["2024-01-01T00:00:00Z"],
    after: ["2024-01-01T00:00:00Z"],
    overlapSeconds: 0,
    uncoveredSeconds: 0,
  });
});

test("another time of the day moves every date, earlier or later", () => {
  for (const [to, words] of [
    ["0 3 * * *", "1 hour later"],
    ["0 1 * * *", "1 hour earlier"],
    ["30 2 * * *", "30 minutes later"],
  ]) {
    const { rows, counts, text } = compareSchedules("0 2 * * *", to, week);
    assert.deepEqual(nonzero(counts), { moved: 7 }, to);
    assert.ok(text.includes(`7 moved by ${words}.`), text);
    for (const { before, after, overlapSeconds, uncoveredSeconds } of rows) {
      assert.equal(before[0].slice(0, 10), after[0].slice(0, 10));
      // The new run of a day covers what the old one did, and an hour of its neighbour.
      assert.deepEqual([overlapSeconds, uncoveredSeconds], [day, 0]);
    }
  }
});

test("more dates split an old one, fewer merge them", () => {
  const split = compareSchedules("@daily", "0 * * * *", { start: "2024-01-01", end: "2024-01-01" });
  assert.deepEqual(nonzero(split.counts), { split: 1 });
  assert.deepEqual([split.rows[0].before.length, split.rows[0].after.length], [1, 24]);
  const merged = compareSchedules("0 * * * *", "@daily", { start: "2024-01-01", end: "2024-01-02" });
  assert.deepEqual(nonzero(merged.counts), { merged: 2 });
  assert.deepEqual([merged.rows[1].before.length, merged.rows[1].after.length], [24, 1]);
  assert.equal(merged.rows[1].overlapSeconds, day);
  // In the middle of a span the row still says where a date belongs.
  const part = compareSchedules("@monthly", "@daily", { start: "2024-01-10", end: "2024-01-12" });
  assert.deepEqual(nonzero(part.counts), { split: 1 });
  assert.deepEqual([part.rows[0].before, part.rows[0].after.length], [["2024-01-01T00:00:00Z"], 3]);
});

test("exclusions orphan dates, and taking them back makes them missing", () => {
  const after = { exclude: [{ cron: "* * * * 6,0" }] };
  const out = compareSchedules("@daily", "@daily", { ...week, after });
  assert.deepEqual([nonzero(out.counts), codes(out)], [{ kept: 5, orphaned: 2 }, ["exclusions_changed"]]);
  assert.deepEqual(out.rows.at(-1).uncoveredSeconds, day);
  const back = compareSchedules("@daily", "@daily", { ...week, before: after });
  assert.deepEqual(nonzero(back.counts), { kept: 5, missing: 2 });
  assert.match(back.text, /5 kept, 2 missing\. Of the time they cover, 2 days uncovered\./);
});

test("another kind keeps the dates, which mean something else", () => {
  const found = compareSchedules("@daily", "@daily", { ...week, after: { kind: "trigger" } });
  assert.deepEqual([nonzero(found.counts), codes(found)], [{ kept: 7 }, ["kind_changed"]]);
  const windows = compareSchedules("@daily", "@daily", { ...week, after: { interval: "P1D" } });
  assert.deepEqual(codes(windows), ["kind_changed"]);
  assert.deepEqual(nonzero(windows.counts), { kept: 7 });
});

test("runs that cover nothing are paired by their dates", () => {
  const trigger = { before: { kind: "trigger" }, after: { kind: "trigger" } };
  const more = compareSchedules("0 0 * * 1-5", "@daily", { ...week, ...trigger });
  assert.deepEqual(nonzero(more.counts), { kept: 5, missing: 2 });
  const later = compareSchedules("0 0 1 * *", "0 0 5 * *", {
    start: "2024-01-01",
    end: "2024-03-31",
    ...trigger,
  });
  assert.deepEqual(nonzero(later.counts), { moved: 3 });
  assert.match(later.text, /3 moved by 4 days later/);
});

test("zones, rules and anchors", () => {
  const zones = compareSchedules("0 12 * * *", "0 12 * * *", {
    start: "2024-01-01",
    end: "2024-12-31",
    before: { timeZone: "Europe/London" },
    after: { timeZone: "UTC" },
  });
  assert.deepEqual([codes(zones), zones.counts.moved], [["time_zone_changed"], 210]);
  assert.match(zones.text, /moved by 1 hour later/);
  const winter = compareSchedules("0 12 * * *", "0 12 * * *", {
    ...week,
    before: { timeZone: "Europe/London" },
  });
  assert.match(
    winter.warnings[0].message,
    /no date of this range differs; zones with one offset differ around clock changes only/,
  );
  const zone = { timeZone: "America/New_York" };
  const rule = compareSchedules("30 1 * * *", "30 1 * * *", {
    start: "2024-11-01",
    end: "2024-11-05",
    before: zone,
    after: { ...zone, dst: "java" },
  });
  assert.deepEqual([nonzero(rule.counts), codes(rule)], [{ kept: 4, moved: 1 }, ["dst_rule_changed"]]);
  const every = (anchor) => ({ every: "P2D", anchor });
  const anchored = compareSchedules(every("2024-01-01"), every("2024-01-02"), week);
  assert.ok(codes(anchored).includes("anchor_changed"));
});

test("what has run says what is covered twice and what is not covered", () => {
  const existing = [
    { executionDate: "2024-01-01T02:00Z", state: "success" },
    { executionDate: new Date("2024-01-02T02:00Z"), state: "failed" },
    {
      executionDate: Date.parse("2024-01-03T02:00Z"),
      state: "running",
      dataInterval: { start: "2024-01-03T02:00Z", end: "2024-01-03T14:00Z" },
    },
  ];
  const { rows } = compareSchedules("0 2 * * *", "0 2 * * *", {
    start: "2024-01-01",
    end: "2024-01-03",
    existing,
  });
  assert.deepEqual(
    rows.map(({ uncoveredSeconds }) => uncoveredSeconds),
    [0, day, day / 2],
  );
  const missing = { executionDate: "2024-01-01" };
  assert.throws(() => compareSchedules("@daily", "@daily", { ...week, existing: [missing] }), {
    code: "INVALID_OPTION",
    field: "existing[0].state",
  });
});

test("a DAG's start is where its period counts from", () => {
  const dag = (startDate) => ({ dagId: "d", schedule: { every: "P7D" }, startDate });
  const compare = (before, after) =>
    compareSchedules(
      { every: "P7D" },
      { every: "P7D" },
      { start: "2024-01-01", end: "2024-01-31", before, after },
    );
  const same = compare(dag("2024-01-03"), dag("2023-12-27"));
  assert.deepEqual(
    same.rows.map(({ kind, before }) => [kind, before[0].slice(0, 10)]),
    [3, 10, 17, 24, 31].map((day) => ["kept", `2024-01-${String(day).padStart(2, "0")}`]),
  );
  const other = compare(dag("2024-01-03"), dag("2024-01-04"));
  assert.equal(other.counts.moved, 5);
  assert.deepEqual(
    other.warnings.map(({ code }) => code),
    ["anchor_changed"],
  );
});

test("columns hold what the rows say, for large ranges", () => {
  const found = compareSchedules("*/5 * * * *", "*/15 * * * *", { start: "2020-01-01", end: "2023-12-31" });
  const columns = found.columns();
  assert.equal(columns.kind.length, found.counts.merged);
  assert.ok(columns.kind.every((kind) => CHANGES[kind] === "merged"));
  assert.deepEqual(
    [columns.before.length, columns.after.length],
    [columns.kind.length * 3, columns.kind.length],
  );
  assert.deepEqual(columns.after, expandRange("*/15 * * * *", "2020-01-01", "2023-12-31"));
  assert.deepEqual(found.rows[1].before.map(Date.parse), [...columns.before.slice(3, 6)]);
});

test("bad input is refused by its place", () => {
  const check = (before, after, options, code, field) =>
    assert.throws(() => compareSchedules(before, after, options), field ? { code, field } : { code });
  check("61 * * * *", "@daily", week, "INVALID_CRON", "before");
  check("@daily", { every: "1d" }, week, "INVALID_DURATION", "after.every");
  check("@daily", "@daily", { start: "2024-01-01" }, "INVALID_OPTION", "end");
  check("@daily", "@daily", { ...week, start: "2024-02-30" }, "INVALID_DATE", "start");
  check("@daily", "@daily", { ...week, before: { timezone: "UTC" } }, "INVALID_OPTION", "before.timezone");
  check(
    "@daily",
    "@daily",
    { ...week, after: { timeZone: "Mars/Base" } },
    "UNKNOWN_TIME_ZONE",
    "after.timeZone",
  );
  check("@daily", null, week, "NO_SCHEDULE", "after");
  check("* * * * * *", "@daily", { start: "2020-01-01", end: "2024-01-01" }, "RANGE_TOO_LARGE");
});
