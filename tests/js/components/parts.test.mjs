// Computations behind the pictures and texts of the components.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DagfillError } from "dagfill";
import { opener, phase, ready, until } from "./opened.mjs";
import { componentModule } from "./source.mjs";

const parts = await componentModule(`
export { BackfillModel } from "./model/backfill_model.ts";
export { nextBar } from "./run/next_bar.ts";
export { timesBetween } from "./draw/time_axis.ts";
export { zoneMinute } from "./draw/interval_axis.ts";
export { zoneTime } from "./plan/zone_clock.ts";
export { errorHint, errorWords } from "./error_words.ts";
export { english, withEnglish } from "./english.ts";
export { calendarLayout } from "./draw/calendar_layout.ts";
export { drawDays } from "./draw/draw_calendar.ts";
export { drawBars } from "./draw/draw_lanes.ts";
export { drawTaskGrid } from "./draw/draw_task_grid.ts";
`);
const {
  BackfillModel,
  nextBar,
  timesBetween,
  zoneMinute,
  zoneTime,
  errorWords,
  errorHint,
  withEnglish,
  english,
} = parts;

test("keys lead along a lane, and to the nearest bar of another one", () => {
  const bar = (lane, start) => ({ lane, start, row: start });
  const bars = [bar(0, 0), bar(1, 1), bar(0, 10), bar(1, 12), bar(1, 30)];
  const [first, , second] = bars;
  const lead = (from, key) => nextBar(bars, from, key)?.start;
  assert.equal(lead(null, "ArrowRight"), 0);
  assert.equal(lead(first, "ArrowRight"), 10);
  assert.equal(lead(second, "ArrowLeft"), 0);
  assert.equal(lead(second, "ArrowDown"), 12);
  assert.equal(lead(second, "ArrowRight"), undefined, "the last of its lane");
  assert.equal(lead(first, "ArrowUp"), undefined, "there is no lane above");
  assert.deepEqual([lead(first, "End"), lead(second, "Home")], [30, 0]);
  assert.equal(lead(first, "a"), undefined);
});

test("times at an axis are round, and as far apart as their words need", () => {
  const elapsed = timesBetween(0, 60_000, 600 / 60_000, 0, english);
  assert.deepEqual(
    elapsed.map(({ text }) => text),
    ["0", "10 s", "20 s", "30 s", "40 s", "50 s"],
  );
  const start = Date.parse("2026-01-01T00:00:30Z");
  const clock = timesBetween(start, start + 3_600_000, 600 / 3_600_000, start, english);
  assert.deepEqual(
    clock.map(({ at }) => at % 600_000),
    [0, 0, 0, 0, 0],
  );
  assert.ok(clock.every(({ text }) => /^\d\d:\d\d$/.test(text)));
  assert.ok(timesBetween(start, start + 5e10, 600 / 5e10, start, english).length < 9, "years");
});

test("an interval is told on the schedule's clock, with its offset", () => {
  assert.equal(zoneTime("2026-03-29T00:30:00Z", "Europe/Berlin"), "2026-03-29 01:30 +01:00");
  assert.equal(zoneTime("2026-03-29T01:30:00Z", "Europe/Berlin"), "2026-03-29 03:30 +02:00");
  assert.equal(zoneTime("2026-03-29T01:30:15Z", "UTC"), "2026-03-29 01:30:15 +00:00");
  assert.equal(zoneTime("2026-03-29T01:30:00Z", "Moon/Tycho"), "2026-03-29 01:30Z");
  assert.equal(zoneMinute("2026-03-29T01:30:15Z", "Europe/Berlin"), "2026-03-29 03:30");
  assert.equal(zoneMinute("2026-03-29T01:30:15Z", "Moon/Tycho"), "2026-03-29 01:30Z");
  // The last millisecond of a day, where a range ends that was given as a day; also before 1970.
  assert.equal(zoneTime("2026-03-31T21:59:59.999Z", "Europe/Berlin"), "2026-03-31 23:59:59 +02:00");
  assert.equal(zoneTime("1969-12-31T22:59:59.999Z", "America/New_York"), "1969-12-31 17:59:59 -05:00");
  assert.equal(zoneTime("2026-01-02T22:59:59.999Z", "Europe/Berlin"), "2026-01-02 23:59:59 +01:00");
  assert.equal(zoneTime("2026-01-02T23:59:59.999Z", "UTC"), "2026-01-02 23:59:59 +00:00");
  assert.equal(zoneTime("1965-01-02T04:59:59.999Z", "America/New_York"), "1965-01-01 23:59:59 -05:00");
});

test("warnings say their instants on the schedule's clock, and one that says what an instant of UTC is there keeps it", async (t) => {
  const dag = { dagId: "sales", schedule: "@hourly", timeZone: "Europe/Berlin" };
  const warned = async (options, code) => {
    const model = opener(BackfillModel)(t, { dag, options });
    const { warnings } = await ready(model);
    return warnings.find((warning) => warning.code === code)?.message;
  };
  assert.match(
    await warned({ startDate: "2026-01-02", endDate: "2026-01-02" }, "end_is_whole_day"),
    /the whole day until 2026-01-02 23:59:59 \+01:00 is in/,
  );
  assert.match(
    await warned({ startDate: new Date("2026-01-01"), endDate: "2026-01-02" }, "bounds_cut_day"),
    /^startDate 2026-01-01T00:00:00Z is 2026-01-01T01:00:00 in Europe\/Berlin/,
  );
  assert.match(
    await warned({ startDate: "2026-01-03", endDate: "2026-01-01" }, "inverted_range"),
    /^the range ends at 2026-01-01 23:59:59 \+01:00, before it starts at 2026-01-03: /,
  );
});

test("a page says an error of a code in its own words", () => {
  const error = new DagfillError("INVALID_CRON", "hour 24: use 0 to 23", { hint: "use 0" });
  assert.deepEqual(
    [errorWords(english, error), errorHint(english, error)],
    ["hour 24: use 0 to 23", "use 0"],
  );
  const german = withEnglish({ errors: { INVALID_CRON: ({ message }) => `Kein Zeitplan: ${message}` } });
  assert.equal(errorWords(german, error), "Kein Zeitplan: hour 24: use 0 to 23");
  assert.equal(errorHint(german, error), null, "an English hint below a German error");
  assert.equal(errorWords(german, new Error("else")), "else");
});

test("an estimate names the later finish only where that is another time", () => {
  const parts = { duration: "1 h", finish: "08:43", samples: 0 };
  assert.equal(english.estimate({ ...parts, late: "08:43" }), "About 1 h (finish 08:43).");
  assert.equal(english.estimate({ ...parts, late: "08:50" }), "About 1 h (finish 08:43; 9 of 10 by 08:50).");
});

test("a band whose ends are the same in words is told as one time", () => {
  const band = { early: "2 s", middle: "2 s", late: "2 s", samples: 17 };
  assert.equal(english.leftBand(band), "It ends in about 2 s, from its 17 runs so far.");
  assert.equal(english.finishBand(band), "The last run ends after about 2 s, from 17 past runs.");
  const wide = { ...band, late: "3 s" };
  assert.equal(
    english.leftBand(wide),
    "It ends in 2 s to 3 s in 8 of 10 outcomes, in half of them within 2 s, from its 17 runs so far.",
  );
});

test("one date that failed is run again, alone", async (t) => {
  let isBroken = true;
  const executeRun = ({ executionDate }) => {
    if (isBroken && !executionDate.startsWith("2026-01-01")) throw new Error("no disk");
  };
  const model = opener(BackfillModel)(t, { executeRun });
  await ready(model);
  await model.start();
  const { run, progress } = await phase(model, "finished");
  assert.equal(progress.failed, 3);
  isBroken = false;
  await model.retry(2);
  const again = await until(model, (one) => one.phase === "finished" && one.run !== run);
  assert.deepEqual([again.plan.total, again.progress.completed], [1, 1]);
  assert.equal(new Date(again.plan.dates[0]).toISOString().slice(0, 10), "2026-01-03");
  model.close();
  const { counts } = await until(model, (one) => one.phase === "ready" && one.counts[3] === 2);
  assert.equal(counts[2], 2);
});

for (const row of [77, -1, 1.5, Number.NaN, "x", "0", "length", null, {}, Symbol("row")])
  test(`a row that the plan does not have starts nothing, and is not chosen: ${String(row)} (${typeof row})`, async (t) => {
    const calls = [];
    const model = opener(BackfillModel)(t, { executeRun: (run) => void calls.push(run.executionDate) });
    await ready(model);
    await model.retry(row);
    const { failure, run } = model.getSnapshot();
    assert.deepEqual([failure?.code, failure?.field, run, calls], ["INVALID_OPTION", "row", null, []]);
    model.select(row);
    assert.deepEqual([model.getSnapshot().selected, model.getSnapshot().selectedDay], [null, null]);
    assert.equal(await model.detail(row), null);
    if (Number.isInteger(row)) return;
    model.selectDay(row);
    assert.deepEqual([model.getSnapshot().selected, model.getSnapshot().selectedDay], [null, null]);
  });

/** A calendar of a range in civil days, 900 px wide unless it is said. */
function layoutOf(from, to, more = {}) {
  const day = (text) => Date.parse(`${text}T00:00Z`) / 864e5;
  const sheet = { width: 900, isNarrow: false, hasHours: false, locale: english, ...more };
  return { day, ...parts.calendarLayout({ first: day(from), last: day(to), ...sheet }) };
}

test("a short range has larger cells, also over a new year, and each day is found where it stands", () => {
  const width = (from, to) => {
    const { box, day } = layoutOf(from, to);
    return box(day(from)).width;
  };
  assert.deepEqual(
    [
      width("2026-01-01", "2026-01-31"),
      width("2025-12-15", "2026-01-13"),
      width("2026-01-01", "2026-05-31"),
      width("2025-06-01", "2026-05-31"),
      width("2024-01-01", "2026-12-31"),
    ],
    [32, 24, 24, 14, 13],
  );
  for (const [from, to] of [
    ["2025-12-15", "2026-01-13"],
    ["2024-11-05", "2026-02-03"],
  ]) {
    const layout = layoutOf(from, to);
    for (let day = layout.day(from); day <= layout.day(to); day++) {
      const { x, y, width, height } = layout.box(day);
      assert.equal(layout.hit(x + width / 2, y + height / 2), day);
      assert.ok(x >= 0 && x + width <= 900 && y + height <= layout.height);
    }
    assert.ok(layout.box(layout.day("2030-01-01")).x > 900, "a day beyond the range is out of sight");
  }
  const { labels } = layoutOf("2025-12-15", "2026-01-13");
  assert.deepEqual(
    labels(0, 10).flatMap(({ text, y }) => (y < 20 ? [text] : [])),
    ["2025", "Dec", "Jan 2026"],
  );
});

/** A context that notes where it draws, and what it writes. */
function drawing() {
  const points = [];
  const texts = [];
  const at = (x, y) => points.push([x, y]);
  return {
    ...{ points, texts, strokes: 0, moveTo: at, lineTo: at },
    ...{ save() {}, restore() {}, rect() {}, clip() {}, beginPath() {}, fill() {}, fillRect() {}, arc() {} },
    strokeRect() {},
    stroke() {
      this.strokes += 1;
    },
    fillText: (text) => void texts.push(text),
    measureText: (text) => ({ width: text.length * 7 }),
  };
}
const palette = { token: ["0", "1", "2", "3", "4", "5", "6", "7", "8"], onToken: [] };

test("one failure among hundreds of dates of a day is 3 px high", () => {
  const { CREATE, SUCCESS, FAILED, KEEP, KEEP_FAILED } = {
    CREATE: 0,
    KEEP: 2,
    KEEP_FAILED: 3,
    SUCCESS: 6,
    FAILED: 7,
  };
  for (const [most, failure] of [
    [SUCCESS, FAILED],
    [CREATE, KEEP_FAILED],
    [KEEP, KEEP_FAILED],
  ]) {
    const tokens = new Uint32Array(9);
    [tokens[most], tokens[failure]] = [287, 1];
    const day = 20_000;
    const days = { day: [day], first: [0], count: [288], tokens };
    const data = { plan: { days }, first: day, last: day, comparison: null };
    const filled = [];
    const edges = {};
    const context = {
      ...drawing(),
      fillRect(...[, y, , height]) {
        filled.push([this.fillStyle, height]);
        edges[this.fillStyle] = [y, y + height];
      },
    };
    const none = new Set();
    const layout = parts.calendarLayout({
      first: day,
      last: day,
      width: 900,
      isNarrow: false,
      hasHours: false,
      locale: english,
    });
    parts.drawDays(context, layout, { ...data, hidden: none, excluded: none, changes: none }, palette, {
      top: 0,
      height: 300,
    });
    assert.deepEqual(
      filled.filter(([color]) => color === String(failure)),
      [[String(failure), 3]],
    );
    // It is seen without its colour, too: one pixel of the background lies between it and the others.
    if (most !== KEEP) assert.equal(edges[most][1], edges[failure][0] - 1);
  }
});

test("the mark of a clock change stays in its day where days are rows of hours", () => {
  const day = 20_541;
  const sheet = {
    first: day - 3,
    last: day + 3,
    width: 380,
    isNarrow: true,
    hasHours: true,
    locale: english,
  };
  const layout = parts.calendarLayout(sheet);
  const none = new Set();
  const plan = { days: { day: [], first: [], count: [], tokens: new Uint32Array() } };
  const data = { plan, first: day - 3, last: day + 3, comparison: null, hidden: none, excluded: none };
  const context = drawing();
  parts.drawDays(context, layout, { ...data, changes: new Set([day]) }, palette, { top: 0, height: 300 });
  const { x, y, width, height } = layout.box(day);
  assert.ok(context.points.length > 3);
  for (const [px, py] of context.points)
    assert.ok(px >= x && px <= x + width && py >= y && py <= y + height, `${px} ${py}`);
});

test("a bar with words has the mark of its state, too", () => {
  const bar = (token, end) => ({ row: 0, lane: 0, start: 0, end, token });
  const plan = { dates: [Date.UTC(2026, 0, 5)], offsets: [0] };
  const strokes = (token) => {
    const context = drawing();
    const size = { width: 600, height: 46, lanes: 1, pitch: 24, isLive: false, until: null, locale: english };
    const run = {
      plan,
      bars: [bar(token, 60_000)],
      startedAt: 0,
      median: 60_000,
      laneCount: 1,
      phase: "finished",
    };
    parts.drawBars(context, run, { ...size, cursor: null }, palette);
    assert.ok(context.texts.includes("01-05"));
    return context.strokes;
  };
  const [created, succeeded, failed] = [0, 6, 7].map(strokes);
  assert.deepEqual([created, succeeded, failed], [0, 1, 1]);
});

test("lanes of a backfill of milliseconds reach the end of their picture", () => {
  const plan = { dates: [Date.UTC(2026, 0, 5)], offsets: [0] };
  const run = {
    plan,
    bars: [{ row: 0, lane: 0, start: 1_000, end: 1_150, token: 6 }],
    startedAt: 1_000,
    median: 150,
    laneCount: 1,
    phase: "finished",
  };
  const size = { width: 600, height: 46, lanes: 1, pitch: 24, isLive: false, until: null, locale: english };
  const { from, scale } = parts.drawBars(drawing(), run, { ...size, cursor: null }, palette);
  // 48 pixels of names, 8 of margin.
  assert.deepEqual([from, Math.round(scale * 150)], [1_000, 600 - 48 - 8]);
});

test("the first date that a grid names has its month, also where a part of a column is scrolled away", () => {
  const days = Array.from({ length: 40 }, (_, at) => Date.UTC(2026, 0, 1 + at));
  const plan = { total: 40, dates: days, offsets: days.map(() => 0), tokens: new Uint8Array(40) };
  const named = (left) => {
    const context = drawing();
    const view = { left, top: 0, width: 400, height: 60, names: 120 };
    const data = { plan, order: ["load"], tokenAt: () => 0, locale: english, cursor: null };
    parts.drawTaskGrid(context, data, view, palette);
    return context.texts.filter((text) => text !== "load").slice(0, 2);
  };
  assert.deepEqual(named(0), ["1 Jan", "4"]);
  assert.deepEqual(named(200), ["11 Jan", "14"]);
  assert.deepEqual(named(207), ["12 Jan", "15"]);
});

test("names of tasks that are cut keep their ends, by which they differ", () => {
  const order = ["load_a_table_with_a_long_name_1", "load_a_table_with_a_long_name_2"];
  const context = drawing();
  const plan = { total: 0, dates: [], offsets: [], tokens: [] };
  const view = { left: 0, top: 0, width: 400, height: 100, names: 120 };
  parts.drawTaskGrid(
    context,
    { plan, order, tokenAt: () => 0, locale: english, cursor: null },
    view,
    palette,
  );
  assert.equal(new Set(context.texts).size, 2);
  for (const text of context.texts) assert.match(text, /^load_.*….*_[12]$/);
});
