// Plans of the DAGs downstream: which dates read what is run again, in days of 23 and 25 hours too, and against a slow model.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, dataIntervals, expandRange, MemoryStore, previewFrom } from "dagfill";
import { randomBy } from "../chaos/random.mjs";

const berlin = { timeZone: "Europe/Berlin" };
const hourly = { dagId: "hourly", schedule: "@hourly", ...berlin };
const reads = (dagId, map) => [{ dagId, map }];

async function plans(dags, options, store = new MemoryStore()) {
  const service = new BackfillService({ dags, store, now: () => Date.UTC(2026, 0, 1) });
  const preview = await service.preview({ cascade: true, ...options });
  return { service, preview, downstream: preview.downstream };
}

const touched = ({ runs }) => runs.map(({ executionDate }) => executionDate);

test("a day reads its 23, 24 or 25 hours", async () => {
  const daily = { dagId: "daily", schedule: "@daily", ...berlin, inputs: reads("hourly", "contained") };
  for (const [date, hours] of [
    ["2024-03-31", 23],
    ["2024-04-01", 24],
    ["2024-10-27", 25],
  ]) {
    const { downstream } = await plans([hourly, daily], { dagId: "hourly", startDate: date, endDate: date });
    const [{ dagId, runs }] = downstream;
    assert.deepEqual([dagId, runs.length, runs[0].localDate.slice(0, 10)], ["daily", 1, date]);
    assert.equal(runs[0].upstream[0].dates.length, hours);
  }
});

test("windows and offsets are counted on the calendar, containing is the other way round", async () => {
  const daily = { dagId: "daily", schedule: "@daily", ...berlin };
  const one = { dagId: "daily", startDate: "2024-03-31", endDate: "2024-03-31" };
  const first = async (dag) => (await plans([daily, dag], one)).downstream[0];
  const next = { dagId: "next", schedule: "@daily", ...berlin, inputs: reads("daily", { offset: "P1D" }) };
  assert.deepEqual(
    (await first(next)).runs.map(({ localDate }) => localDate),
    ["2024-04-01T00:00:00+02:00"],
  );
  // Twenty-four hours before the first of April is no date, for the day between has twenty-three.
  const late = { ...next, inputs: reads("daily", { offset: "PT24H" }) };
  assert.equal(await first(late), undefined);
  const week = { ...next, inputs: reads("daily", { window: "P7D" }) };
  const days = (await first(week)).runs.map(({ localDate }) => localDate.slice(0, 10));
  assert.deepEqual(
    days,
    ["03-31", "04-01", "04-02", "04-03", "04-04", "04-05", "04-06"].map((day) => `2024-${day}`),
  );
  const hours = { ...hourly, inputs: reads("daily", "containing") };
  assert.equal((await first(hours)).runs.length, 23);
  const same = { ...next, inputs: reads("daily", "identity") };
  assert.deepEqual(touched(await first(same)), ["2024-03-30T23:00:00Z"]);
  const monthly = { ...next, schedule: "@monthly", inputs: reads("daily", "contained") };
  assert.deepEqual(
    (await first(monthly)).runs.map(({ localDate }) => localDate),
    ["2024-03-01T00:00:00+01:00"],
  );
});

test("a diamond is planned once, behind both of its inputs, with the dates of each", async () => {
  const daily = (dagId, ...inputs) => ({
    dagId,
    schedule: "@daily",
    inputs: inputs.map((input) => ({ dagId: input, map: "identity" })),
  });
  const dags = [daily("end", "left", "right"), daily("right", "root"), daily("left", "root"), daily("root")];
  const { downstream, service } = await plans([...dags, daily("aside")], {
    dagId: "root",
    startDate: "2024-01-01",
    endDate: "2024-01-02",
  });
  assert.deepEqual(downstream.map(({ dagId }) => dagId).sort(), ["end", "left", "right"]);
  const [, , end] = downstream;
  assert.equal(end.dagId, "end");
  const both = ["right", "left"].map((dagId) => ({ dagId, dates: ["2024-01-01T00:00:00Z"] }));
  assert.deepEqual(
    end.runs[0].upstream.sort((a, b) => (a.dagId < b.dagId ? 1 : -1)),
    both,
  );
  const start = { dagId: "root", startDate: "2024-01-01", endDate: "2024-01-02", cascade: true };
  await assert.rejects(service.start(start), ({ code, field, hint }) => {
    assert.deepEqual([code, field], ["INVALID_OPTION", "cascade"]);
    assert.match(hint, /^start the DAGs one after the other: root, (left, right|right, left), end$/);
    return true;
  });
  await assert.rejects(service.backfill({ ...start, dagId: "aside" }), { hint: /leave cascade out/ });
});

test("what has succeeded is stale and is reset; what never ran is created; what is skipped upstream touches nothing", async () => {
  const store = new MemoryStore();
  const daily = { dagId: "daily", schedule: "@daily" };
  const weekly = { dagId: "weekly", schedule: "0 0 * * 1", inputs: reads("daily", "contained") };
  const done = new BackfillService({
    dags: [daily, weekly],
    store,
    executeRun: () => {},
    now: () => Date.UTC(2026, 0, 1),
  });
  await done.backfill({ dagId: "weekly", startDate: "2024-01-01", endDate: "2024-01-07" });
  await done.backfill({ dagId: "daily", startDate: "2024-01-01", endDate: "2024-01-14" });
  const again = { dagId: "daily", startDate: "2024-01-06", endDate: "2024-01-09" };
  const nothing = await plans([daily, weekly], again, store);
  assert.deepEqual(nothing.downstream, []);
  const { preview } = await plans([daily, weekly], { ...again, resetDagRun: true }, store);
  const copied = previewFrom(structuredClone(preview.toTransferable()));
  for (const [week] of [preview.downstream, copied.downstream]) {
    assert.deepEqual(
      week.runs.map(({ action }) => action),
      ["reset", "create"],
    );
    assert.deepEqual(week.stale, ["2024-01-01T00:00:00Z"]);
    assert.deepEqual(
      week.runs.map(({ upstream }) => upstream[0].dates.length),
      [2, 2],
    );
  }
  assert.equal(preview.stale, undefined);
  assert.equal(JSON.parse(JSON.stringify(preview)).downstream[0].dagId, "weekly");
});

test("a DAG downstream with more dates than maxRuns is refused, by its id", async () => {
  const minutely = { dagId: "minutely", schedule: "* * * * *", inputs: reads("hourly", "containing") };
  const range = { dagId: "hourly", startDate: "2024-01-01", endDate: "2024-01-02" };
  await assert.rejects(plans([hourly, minutely], { ...range, maxRuns: 1_000 }), {
    code: "RANGE_TOO_LARGE",
    field: "maxRuns",
    details: { dagId: "minutely", count: 2880, maxRuns: 1_000 },
  });
  const { downstream } = await plans([hourly, minutely], range);
  assert.equal(downstream[0].counts.total, 2880);
});

test("an input that is no DAG of the service is warned of, with the nearest name", async () => {
  const daily = { dagId: "daily", schedule: "@daily", inputs: reads("hourli", "contained") };
  const weekly = { dagId: "weekly", schedule: "@weekly", inputs: reads("elsewhere", "contained") };
  const range = { dagId: "hourly", startDate: "2024-01-01", endDate: "2024-01-02" };
  const { preview, downstream } = await plans([hourly, daily, weekly], range);
  const found = preview.warnings.filter(({ code }) => code === "unknown_input");
  assert.deepEqual(
    found.map(({ message, suggestion }) => [message.split(",")[0], suggestion]),
    [
      ["daily has the input hourli", "hourly"],
      ["weekly has the input elsewhere", undefined],
    ],
  );
  assert.deepEqual(downstream, []);
});

test("a chain of many DAGs overflows nothing, and costs each DAG its own inputs", async () => {
  const chain = (count) =>
    Array.from({ length: count }, (_, at) => ({
      dagId: `dag${at}`,
      schedule: "@daily",
      inputs: at === 0 ? [] : reads(`dag${at - 1}`, "identity"),
    }));
  const range = { startDate: "2024-01-01", endDate: "2024-01-01" };
  const long = new BackfillService({
    dags: chain(20_000),
    executeRun: () => {},
    now: () => Date.UTC(2026, 0, 1),
  });
  await assert.rejects(long.start({ dagId: "dag0", cascade: true, ...range }), {
    code: "INVALID_OPTION",
    field: "cascade",
  });
  const { downstream } = await plans(chain(100), { dagId: "dag0", ...range });
  assert.deepEqual([downstream.length, downstream.at(-1).dagId], [99, "dag99"]);
});

test("circles and wrong inputs are refused", async () => {
  const daily = (dagId, input) => ({ dagId, schedule: "@daily", inputs: reads(input, "identity") });
  const range = { startDate: "2024-01-01", endDate: "2024-01-02" };
  await assert.rejects(plans([daily("a", "b"), daily("b", "a")], { dagId: "a", ...range }), {
    code: "CYCLE",
    message: "DAGs read each other in a circle: a -> b -> a",
  });
  // A DAG of another host is none of ours.
  assert.deepEqual((await plans([daily("a", "elsewhere")], { dagId: "a", ...range })).downstream, []);
  for (const [inputs, field, code = "INVALID_OPTION"] of [
    [[{ dagId: "a" }], "dags[0].inputs[0]"],
    [reads("a", "same"), "dags[0].inputs[0].map"],
    [reads("a", { window: "P1D", offset: "P1D" }), "dags[0].inputs[0].map"],
    [reads("a", { offset: "soon" }), "dags[0].inputs[0].map.offset", "INVALID_DURATION"],
    [reads("a", { offset: -1 }), "dags[0].inputs[0].map.offset", "INVALID_DURATION"],
  ]) {
    const dags = [{ dagId: "x", schedule: "@daily", inputs }];
    assert.throws(() => new BackfillService({ dags }), { code, field });
  }
});

/** What each map means, said of one date and one date of the input. */
function needs(map, own, theirs, earlier) {
  const [start, end] = own.interval;
  const [from, to] = theirs.interval;
  const inside = (a, b, x, y) => a <= x && (x === y && a < b ? y < b : y <= b);
  if (map === "identity") return own.date === theirs.date;
  if (map === "contained") return inside(start, end, from, to);
  if (map === "containing") return inside(from, to, start, end);
  if (map.window) return to > earlier && to <= end;
  return theirs.date === earlier;
}

const schedules = ["@daily", "@hourly", "0 */6 * * *", "30 2 * * *", "0 0 * * 1", "@monthly", "15 5 * * 1-5"];
const maps = [
  "identity",
  "containing",
  "contained",
  { window: "PT36H" },
  { window: "P3D" },
  { offset: "PT12H" },
  { offset: "P1D" },
];
const hour = 3_600_000;
const zones = ["UTC", "Europe/Berlin", "America/New_York"];
/** Around a change of the clocks, in spring and in autumn. */
const centers = [Date.UTC(2024, 2, 31), Date.UTC(2024, 9, 27), Date.UTC(2024, 10, 3), Date.UTC(2024, 5, 15)];

/** A date so much earlier, on the zone's calendar: the start of a window that long. */
const before = (dates, duration, timeZone) =>
  dataIntervals("@daily", dates, { timeZone, interval: duration }).start;

function model(dags, root, starting, from, to) {
  const all = ({ schedule, timeZone, kind, interval }) => {
    const options = { timeZone, ...(kind && { kind }), ...(interval && { interval }) };
    const dates = expandRange(schedule, from, to, options);
    const { start, end } = dataIntervals(schedule, dates, options);
    return Array.from(dates, (date, row) => ({ date, interval: [start[row], end[row]] }));
  };
  const rerun = new Map();
  const found = new Map();
  // DAGs are listed behind their inputs.
  for (const dag of dags) {
    const own = all(dag);
    if (dag.dagId === root) {
      rerun.set(
        root,
        own.filter(({ date }) => starting.has(date)),
      );
      continue;
    }
    const dates = new Map();
    for (const { dagId, map } of dag.inputs) {
      const theirs = rerun.get(dagId) ?? [];
      const duration = map.window ?? map.offset;
      const shifted = Float64Array.from(own, ({ date, interval }) => (map.window ? interval[1] : date));
      const earlier = duration && before(shifted, duration, dag.timeZone);
      for (const [row, one] of own.entries()) {
        const hits = theirs.filter((other) => needs(map, one, other, earlier?.[row]));
        if (hits.length > 0) dates.set(one.date, (dates.get(one.date) ?? 0) + hits.length);
      }
    }
    if (dates.size === 0) continue;
    rerun.set(
      dag.dagId,
      own.filter(({ date }) => dates.has(date)),
    );
    found.set(dag.dagId, dates);
  }
  return found;
}

test("random DAG sets: what is touched, and by how many dates, is what a slow model says", async (t) => {
  const seed = Number(process.env.CASCADE_SEED ?? Date.now() % 2 ** 31);
  const sets = Number(process.env.CASCADE_SETS ?? 150);
  t.diagnostic(`${sets} sets, seed ${seed}`);
  const random = randomBy(seed);
  let dates = 0;
  for (let set = 0; set < sets; set += 1) {
    const dags = Array.from({ length: random.integer(2, 4) }, (_, index) => ({
      dagId: `dag${index}`,
      schedule: random.pick(schedules),
      timeZone: random.pick(zones),
      ...(random.chance(0.2) && { kind: "trigger" }),
      ...(random.chance(0.1) && { interval: "P2D" }),
      // One input each at most once: two windows of one input are told as one.
      inputs: Array.from({ length: index }, (_, input) => ({
        dagId: `dag${input}`,
        map: random.pick(maps),
      })).filter(() => random.chance(0.7)),
    }));
    const startDate = random.pick(centers) + random.integer(-48, 48) * hour;
    const endDate = startDate + random.integer(0, 60) * hour;
    const { preview, downstream } = await plans(dags, { dagId: "dag0", startDate, endDate });
    const starting = new Set(preview.columns().executionDate);
    const expected = model(dags, "dag0", starting, startDate - 70 * 24 * hour, endDate + 70 * 24 * hour);
    const shown = JSON.stringify({ seed, set, dags, startDate, endDate });
    assert.deepEqual(downstream.map(({ dagId }) => dagId).sort(), [...expected.keys()].sort(), shown);
    for (const plan of downstream) {
      const counts = plan.runs.map(({ executionDate, upstream }) => [
        Date.parse(executionDate),
        upstream.reduce((sum, cause) => sum + cause.dates.length, 0),
      ]);
      assert.deepEqual(
        counts,
        [...expected.get(plan.dagId)].sort(([a], [b]) => a - b),
        shown,
      );
      dates += counts.length;
    }
  }
  t.diagnostic(`${dates} dates`);
  assert.ok(dates > 0);
});

test("a DAG downstream that is not planned is warned of, with the reason", async () => {
  const daily = { dagId: "d", schedule: "@daily" };
  const range = { dagId: "d", startDate: "2024-03-09", endDate: "2024-03-10" };
  const identity = reads("d", "identity");
  const behind = { dagId: "c", schedule: "@daily", inputs: reads("b", "identity") };
  for (const [b, why] of [
    [{ schedule: null, inputs: identity }, "it has no schedule"],
    [{ schedule: "0 1 * * *", inputs: identity }, "none of its dates reads one that starts of d (identity)"],
    [
      { schedule: "@daily", kind: "trigger", inputs: reads("d", "contained") },
      "none of its dates reads one that starts of d (contained); its data intervals are empty (kind trigger)",
    ],
    [
      { schedule: "@daily", inputs: reads("d", { window: 0 }) },
      "none of its dates reads one that starts of d (window PT0.000S)",
    ],
    [
      { schedule: "@daily", startDate: "2025-01-01", inputs: identity },
      "its startDate or endDate leaves those dates out",
    ],
    [
      { schedule: "@daily", endDate: "2024-01-01", inputs: identity },
      "its startDate or endDate leaves those dates out",
    ],
  ]) {
    const { preview, downstream } = await plans([daily, { dagId: "b", ...b }, behind], range);
    assert.deepEqual(downstream, []);
    assert.deepEqual(preview.warnings, [
      { code: "downstream_untouched", message: `b reads d and is not planned: ${why}` },
      { code: "downstream_untouched", message: "c reads b and is not planned: no input of it starts a run" },
    ]);
  }
  const planned = await plans([daily, { ...behind, inputs: identity }], range);
  assert.deepEqual([planned.downstream.length, planned.preview.warnings], [1, []]);
});
