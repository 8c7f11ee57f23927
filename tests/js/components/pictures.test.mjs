// The geometry of the pictures: intervals and due times, the clock of a day on which it changes, planned lanes, two schedules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { opener, ready, until } from "./opened.mjs";
import { componentModule } from "./source.mjs";

const parts = await componentModule(`
export { BackfillModel } from "./model/backfill_model.ts";
export { apartRuns, clockPicture } from "./draw/clock_picture.ts";
export { comparedOn, comparedTotals, SHIFTS } from "./plan/comparison.ts";
export { compareDates } from "./plan/compare_dates.ts";
export { firstAround, intervalAxis, intervalMarks, shareOf } from "./draw/interval_axis.ts";
export { english } from "./english.ts";
export { groupByDay } from "./plan/day_columns.ts";
export { plannedRun } from "./run/planned_run.ts";
`);
const { BackfillModel, clockPicture, english, plannedRun } = parts;
const open = opener(BackfillModel);
const hour = 3600;
const civil = (text) => Date.parse(`${text}T00:00Z`) / 86_400_000;

/** Columns of dates (ISO) at an offset each, with one change of the clock. */
function planOf(change, rows = []) {
  const dates = Float64Array.from(rows, ([at]) => Date.parse(at));
  const offsets = Int32Array.from(rows, ([, offset]) => offset);
  const days = parts.groupByDay(dates, offsets, new Uint8Array(rows.length));
  return { dates, offsets, days, total: rows.length, clockChanges: [change] };
}

test("a gap: what the clock leaves out, and the run behind it", () => {
  const change = {
    at: "2026-03-29T01:00:00Z",
    day: civil("2026-03-29"),
    offsetBefore: hour,
    offsetAfter: 2 * hour,
  };
  const plan = planOf(change, [
    ["2026-03-28T01:30:00Z", hour],
    ["2026-03-29T01:30:00Z", 2 * hour],
  ]);
  assert.deepEqual(clockPicture(plan, civil("2026-03-29")), {
    kind: "gap",
    day: civil("2026-03-29"),
    from: 2 * hour,
    to: 3 * hour,
    clocks: [
      { offset: hour, from: 0, to: 2 * hour },
      { offset: 2 * hour, from: 3 * hour, to: 24 * hour },
    ],
    runs: [{ row: 1, at: 3.5 * hour, clock: 1 }],
  });
  assert.equal(clockPicture(plan, civil("2026-03-28")), null);
});

test("a fold: both clocks show the hour, and each run stands on its own", () => {
  const change = {
    at: "2026-10-25T01:00:00Z",
    day: civil("2026-10-25"),
    offsetBefore: 2 * hour,
    offsetAfter: hour,
  };
  const plan = planOf(change, [
    ["2026-10-25T00:30:00Z", 2 * hour],
    ["2026-10-25T01:30:00Z", hour],
  ]);
  const { kind, from, to, clocks, runs } = clockPicture(plan, civil("2026-10-25"));
  assert.deepEqual([kind, from, to], ["fold", 2 * hour, 3 * hour]);
  assert.deepEqual(
    clocks.map((clock) => [clock.from, clock.to]),
    [
      [0, 3 * hour],
      [2 * hour, 24 * hour],
    ],
  );
  assert.deepEqual(
    runs.map(({ at, clock }) => [at, clock]),
    [
      [2.5 * hour, 0],
      [2.5 * hour, 1],
    ],
  );
});

test("changes of half an hour, at midnight, and of a whole day", () => {
  const picture = (change, day) => clockPicture(planOf(change), civil(day));
  const lordHowe = { at: "2026-04-04T15:00:00Z", offsetBefore: 11 * hour, offsetAfter: 10.5 * hour };
  const half = picture({ ...lordHowe, day: civil("2026-04-05") }, "2026-04-05");
  assert.deepEqual([half.kind, half.from, half.to], ["fold", 1.5 * hour, 2 * hour]);
  // The last moment before is of the evening before: both days show the picture of the day whose hour is missing.
  const saoPaulo = { at: "2018-11-04T03:00:00Z", offsetBefore: -3 * hour, offsetAfter: -2 * hour };
  for (const day of ["2018-11-03", "2018-11-04"]) {
    const midnight = picture({ ...saoPaulo, day: civil("2018-11-03") }, day);
    assert.deepEqual([midnight.day, midnight.from, midnight.to], [civil("2018-11-04"), 0, hour]);
  }
  const apia = { at: "2011-12-30T10:00:00Z", offsetBefore: -10 * hour, offsetAfter: 14 * hour };
  const whole = picture({ ...apia, day: civil("2011-12-29") }, "2011-12-30");
  assert.deepEqual([whole.from, whole.to, whole.clocks[0].to, whole.clocks[1].from], [0, 86_400, 0, 86_400]);
});

test("many runs of a day are marks that do not cover each other", () => {
  const runs = Array.from({ length: 1440 }, (_, row) => ({ row, at: row * 60, clock: row < 120 ? 0 : 1 }));
  assert.equal(parts.apartRuns(runs).length, 96);
});

test("the words of a clock day name its hours and its runs, or count them", () => {
  const day = { day: "2026-03-29", from: "02:00", to: "03:00" };
  assert.equal(english.clockGap(day), "2026-03-29: local times from 02:00 to 03:00 do not exist.");
  assert.equal(english.clockFold(day), "2026-03-29: local times from 02:00 to 03:00 come twice.");
  assert.deepEqual(
    [english.clockRuns(0, []), english.clockRuns(1, ["03:30 +02:00"]), english.clockRuns(23, [])],
    ["No run on this day.", "Run at 03:30 +02:00.", "23 runs on this day."],
  );
});

test("intervals and due times share an axis, whose marks are midnights of the zone also beyond a clock change", () => {
  const dates = ["27", "28", "29"].map((day, at) => {
    const start = `2026-03-${day}T${at < 2 ? "23" : "22"}:00:00Z`;
    const next = `2026-03-${Number(day) + 1}T${at < 1 ? "23" : "22"}:00:00Z`;
    return { dataInterval: { start, end: next }, runAfter: next };
  });
  const axis = parts.intervalAxis(dates);
  assert.equal(parts.shareOf(axis, dates[0].dataInterval.start), 0);
  assert.equal(parts.shareOf(axis, dates[2].runAfter), 1);
  const marks = parts.intervalMarks(axis, "Europe/Berlin", english);
  assert.deepEqual(
    marks.map(({ at, text }) => [new Date(at).toISOString(), text]),
    [
      ["2026-03-27T23:00:00.000Z", "28 Mar"],
      ["2026-03-28T23:00:00.000Z", "29 Mar"],
      ["2026-03-29T22:00:00.000Z", "30 Mar"],
      ["2026-03-30T22:00:00.000Z", "31 Mar"],
    ],
  );
});

test("the marks of intervals of minutes are minutes", () => {
  const marks = (from, to) =>
    parts
      .intervalMarks({ from: Date.parse(from), to: Date.parse(to), bounds: [] }, "UTC", english)
      .map(({ text }) => text);
  assert.deepEqual(marks("2026-01-01T00:00Z", "2026-01-01T00:15Z"), ["1 Jan", "00:05", "00:10", "00:15"]);
  assert.deepEqual(marks("2026-01-01T00:30Z", "2026-01-01T02:00Z"), ["00:30", "01:00", "01:30", "02:00"]);
  assert.deepEqual(marks("2026-01-01T00:00:20Z", "2026-01-01T00:02Z"), ["00:01", "00:02"]);
});

test("weeks, months and years are marked where their intervals begin and end, as far as the words have room", () => {
  const marks = (...bounds) => {
    const dates = bounds
      .slice(1)
      .map((end, at) => ({ dataInterval: { start: bounds[at], end }, runAfter: end }));
    const axis = parts.intervalAxis(dates);
    return parts.intervalMarks(axis, "Europe/Berlin", english).map(({ at, text }) => {
      assert.ok(bounds.some((bound) => Date.parse(bound) === at));
      return text;
    });
  };
  const monday = (day) => `2026-01-${day}T05:00:00Z`;
  // Mondays at 06:00 in Berlin.
  assert.deepEqual(marks(...["05", "12", "19", "26"].map(monday)), ["5 Jan", "12 Jan", "19 Jan", "26 Jan"]);
  // The first of a month in Berlin is the last day of the month before in UTC.
  const months = ["2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"];
  const midnight = (day) => `${day}T${day > "2025-03-30" ? "22" : "23"}:00:00Z`;
  assert.deepEqual(marks(...months.map(midnight)), ["1 Jan", "1 Mar", "1 May"]);
  // Two dates that are near each other, and one that is far: the nearer one has no mark.
  assert.deepEqual(marks(...["02", "09", "11", "16"].map(monday)), ["2 Jan", "9 Jan", "16 Jan"]);
  const years = ["2023", "2024", "2025"].map((year) => `${year}-12-31T23:00:00Z`);
  assert.deepEqual(marks(...years), ["Jan 2024", "Jan 2025", "Jan 2026"]);
});

test("the marks of short intervals are hours, and a DAG without length has an axis, too", () => {
  const at = (time) => `2026-01-01T${time}:00Z`;
  const hours = parts.intervalAxis([
    { dataInterval: { start: at("00:00"), end: at("01:00") }, runAfter: at("01:00") },
    { dataInterval: { start: at("01:00"), end: at("02:00") }, runAfter: at("02:00") },
  ]);
  assert.deepEqual(
    parts.intervalMarks(hours, "Asia/Kolkata", english).map(({ text }) => text),
    ["06:00", "07:00"],
  );
  // 02:00 does not exist on the day on which the clock goes from 02:00 to 03:00.
  const gap = {
    from: Date.parse("2026-03-28T23:00:00Z"),
    to: Date.parse("2026-03-29T04:00:00Z"),
    bounds: [],
  };
  assert.deepEqual(
    parts.intervalMarks(gap, "Europe/Berlin", english).map(({ text }) => text),
    ["29 Mar", "04:00", "06:00"],
  );
  const point = parts.intervalAxis([
    { dataInterval: { start: at("00:00"), end: at("00:00") }, runAfter: at("00:00") },
  ]);
  assert.equal(parts.shareOf(point, at("00:00")), 0);
});

test("the chosen row is in the middle, where the plan reaches as far", () => {
  const first = (selected, total) => parts.firstAround(selected, total, 5);
  assert.deepEqual([first(null, 9), first(0, 9), first(4, 9), first(8, 9), first(1, 2)], [0, 0, 2, 4, 0]);
});

test("what would run when: dates that start, in turn over the lanes, and never more bars than can be seen", () => {
  const plan = { total: 6, tokens: Uint8Array.from([0, 2, 1, 0, 3, 0]), counts: { skip: 2 } };
  const { bars, laneCount, finish, beyond } = plannedRun(plan, { makespan: 200, peak: 3 }, null);
  assert.deepEqual(
    bars.map(({ row, lane, start, end }) => [row, lane, start, end]),
    [
      [0, 0, 0, 100],
      [2, 1, 0, 100],
      [3, 2, 0, 100],
      [5, 0, 100, 200],
    ],
  );
  assert.deepEqual([laneCount, finish, beyond], [3, null, 0]);
  // With a band the last run ends in its middle.
  const band = { early: 300, middle: 400, late: 500, samples: 9 };
  const banded = plannedRun(plan, { makespan: 200, peak: 3 }, band);
  assert.deepEqual([banded.bars.at(-1).end, banded.finish], [400, band]);
  const large = { total: 1_000_000, tokens: new Uint8Array(1_000_000), counts: { skip: 0 } };
  const first = plannedRun(large, { makespan: 1, peak: 4 }, band);
  assert.deepEqual([first.bars.length, first.beyond, first.finish], [2000, 998_000, null]);
});

test("a day of two schedules has its five counts, and other days have none", () => {
  const comparison = { day: Int32Array.of(3, 5), counts: Uint32Array.of(1, 0, 2, 0, 0, 0, 0, 0, 4, 1) };
  assert.deepEqual([...parts.comparedOn(comparison, 3)], [1, 0, 2, 0, 0]);
  assert.deepEqual([...parts.comparedOn(comparison, 5)], [0, 0, 0, 4, 1]);
  assert.deepEqual(
    [4, 6].map((day) => parts.comparedOn(comparison, day).length),
    [0, 0],
  );
  assert.deepEqual(parts.comparedTotals(comparison), [1, 0, 2, 4, 1]);
});

test("dates are grouped by day wherever their number or the offset changes, oldest or newest first", () => {
  const [rows, day] = [[], 86_400_000];
  // So many dates a day, and the offset from a row on: days as long as the one before, longer, shorter, empty, and a change within a day.
  const lengths = [4, 4, 4, 5, 5, 1, 1, 0, 4, 4, 24, 24, 24, 3];
  const changes = new Map([
    [6, 7200],
    [41, 3600],
    [66, 7200],
    [70, -3600],
  ]);
  let offset = 3600;
  for (const [at, length] of lengths.entries())
    for (let n = 0; n < length; n++) {
      offset = changes.get(rows.length) ?? offset;
      rows.push([20_000 * day + at * day + (n * day) / length, offset]);
    }
  // A clock that goes back from behind midnight: a date of the next day stands between two of one day.
  const hours = [0, 8, 16, 24, 24 + 23, 24 + 23.5, 48, 56, 64].map((at) => [
    20_100 * day + at * 3_600_000,
    0,
  ]);
  for (const row of [3, 4]) hours[row][1] = 3600;
  for (const list of [rows, rows.toReversed(), hours]) {
    const expected = [];
    for (const [row, [at, seconds]] of list.entries()) {
      const number = Math.floor((at + seconds * 1000) / day);
      const last = expected.at(-1);
      if (last?.day === number) last.count += 1;
      else expected.push({ day: number, first: row, count: 1 });
    }
    if (list[0][0] > list[1][0]) expected.reverse();
    const columns = [0, 1].map((column) => list.map((each) => each[column]));
    const found = parts.groupByDay(
      Float64Array.from(columns[0]),
      Int32Array.from(columns[1]),
      new Uint8Array(list.length),
    );
    const seen = Array.from(found.day, (number, at) => ({
      day: number,
      first: found.first[at],
      count: found.count[at],
    }));
    assert.deepEqual(seen, expected);
  }
});

test("dates of a second schedule are the same, moved, more or fewer on each day of the plan's zone", () => {
  const at = (text) => Date.parse(text);
  // 02:30 in Berlin: the clock moves on 29 March.
  const dates = ["2026-03-27T01:30Z", "2026-03-28T01:30Z", "2026-03-29T01:30Z", "2026-03-30T00:30Z"].map(at);
  const plan = { dates: Float64Array.from(dates), offsets: Int32Array.of(3600, 3600, 7200, 7200) };
  const second = [
    ...["2026-03-27T01:30Z", "2026-03-28T00:30Z", "2026-03-29T02:30Z"],
    ...["2026-03-30T00:30Z", "2026-03-30T12:00Z", "2026-03-30T22:30Z"],
  ].map(at);
  const expected = {
    day: [20_539, 20_540, 20_541, 20_542, 20_543],
    counts: [
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [1, 0, 0, 0, 1],
      [0, 0, 0, 0, 1],
    ].flat(),
  };
  const seen = [];
  const found = parts.compareDates(plan, second, (difference) => seen.push(difference));
  assert.deepEqual({ day: [...found.day], counts: [...found.counts] }, expected);
  assert.deepEqual(
    seen.map(({ day, removed, added }) => [day, removed.length, added.length]),
    [
      [20_540, 1, 1],
      [20_541, 1, 1],
      [20_542, 0, 1],
      [20_543, 0, 1],
    ],
  );
  // A plan whose newest date is the first is the same.
  const backwards = { dates: plan.dates.toReversed(), offsets: plan.offsets.toReversed() };
  assert.deepEqual([...parts.compareDates(backwards, second).counts], expected.counts);
  assert.deepEqual([...parts.compareDates(plan, []).counts].filter(Boolean), [1, 1, 1, 1]);
  const none = { dates: new Float64Array(), offsets: new Int32Array() };
  assert.deepEqual([...parts.compareDates(none, second.slice(0, 1)).counts], [0, 0, 0, 0, 1]);
});

test("a plan's end is a band of past runs, and a running backfill's one of its own", async (t) => {
  const store = new MemoryStore();
  const settings = { store, options: { startDate: "2026-01-01", endDate: "2026-01-04", maxParallelRuns: 2 } };
  const model = open(t, { ...settings, executeRun: () => {} });
  await ready(model);
  assert.equal(await model.finishBand(), null, "no past runs");
  const minutes = [4, 5, 6, 7, 8, 9];
  await store.apply(
    minutes.map((took, day) => ({
      type: "create-run",
      run: {
        runId: `scheduled__${day}`,
        dagId: "sales",
        executionDate: `2025-12-0${day + 1}T00:00:00Z`,
        dataInterval: { start: `2025-12-0${day + 1}T00:00:00Z`, end: `2025-12-0${day + 2}T00:00:00Z` },
        runType: "scheduled",
        state: "success",
        conf: {},
        attempt: 1,
        startedAt: "2025-12-20T00:00:00Z",
        finishedAt: `2025-12-20T00:0${took}:00Z`,
      },
    })),
  );
  model.replan();
  const { estimate } = await until(model, (one) => !one.isStale && one.estimate !== null);
  const { early, middle, late, samples } = await model.finishBand();
  assert.equal(samples, 6);
  assert.ok(
    8 * 60_000 <= early && early < middle && middle < late && late <= 18 * 60_000,
    `${early} ${middle} ${late}`,
  );
  assert.deepEqual([estimate.makespan, estimate.late.makespan, estimate.peak], [middle, late, 2]);
  await model.start();
  await until(model, ({ phase }) => phase === "finished");
  assert.equal(await model.finishBand(), null, "it has ended");
});
