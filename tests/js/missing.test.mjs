// Planning over a history that is in no store: which dates are missing, and what a backfill would do about them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, expandRange, MemoryStore, missing, planBackfill } from "dagfill";

const daily = { dagId: "sales", schedule: "@daily" };
const second = (date) => new Date(date).toISOString().replace(".000Z", "Z");
const day = (n) => second(Date.UTC(2024, 0, n));
const week = { start: "2024-01-01", end: "2024-01-07" };
const run = (n, state, more = {}) => ({ executionDate: day(n), state, ...more });

test("missing dates are coalesced, with counts and reasons", () => {
  const existing = [
    run(1, "success"),
    run(3, "failed"),
    run(4, "failed"),
    run(5, "running"),
    run(6, "canceled"),
    { executionDate: "2024-01-02T06:00:00+00:00", state: "success" },
  ];
  assert.deepEqual(missing(daily, existing, week), {
    ranges: [
      { start: day(2), end: day(2), count: 1, reason: "missing" },
      { start: day(3), end: day(4), count: 2, reason: "failed" },
      { start: day(6), end: day(7), count: 2, reason: "missing" },
    ],
    count: 5,
    offGrid: 1,
    warnings: [
      {
        code: "schedule_mismatch",
        message: "1 run of the range stands on no date of the schedule: 2024-01-02T06:00:00Z",
        at: "2024-01-02T06:00:00Z",
        count: 1,
      },
    ],
  });
  const present = missing(daily, existing, week, { treatFailedAs: "present", now: "2024-01-07T12:00Z" });
  assert.deepEqual(
    present.ranges.map(({ start, end, reason }) => [start, end, reason]),
    [
      [day(2), day(2), "missing"],
      [day(6), day(6), "missing"],
    ],
  );
  assert.deepEqual(missing(daily, [], { start: "2024-01-07", end: "2024-01-01" }).ranges, []);
});

test("a store that keeps several runs of a date is read like a history that has them", async () => {
  const runs = [run(1, "success"), run(1, "failed"), run(2, "failed"), run(2, "canceled"), run(3, "success")];
  const store = new Proxy(new MemoryStore(), {
    get: (target, name) => {
      if (name === "listHistory") return undefined;
      if (name === "listRuns")
        return async () =>
          runs.map(({ executionDate, state }, at) => ({
            runId: `manual__${at}`,
            dagId: "sales",
            executionDate,
            dataInterval: { start: executionDate, end: executionDate },
            runType: "manual",
            state,
            conf: {},
            attempt: 1,
          }));
      const member = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const range = { start: "2024-01-01", end: "2024-01-03" };
  const found = await missing(daily, store, range);
  assert.deepEqual(found, missing(daily, runs, range));
  assert.deepEqual(found.ranges, [{ start: day(2), end: day(2), count: 1, reason: "missing" }]);
  assert.equal(found.warnings[0].code, "several_runs");
});

test("of several runs of one date the last success counts; any order, any iterable, read once", () => {
  let read = 0;
  function* history() {
    read += 1;
    yield run(3, "success");
    yield run(2, "failed");
    yield run(2, "success");
    yield run(2, "running");
    yield run(1, "failed");
  }
  const found = missing(daily, history(), { start: "2024-01-01", end: "2024-01-03" });
  assert.deepEqual([read, found.count, found.ranges[0].reason], [1, 1, "failed"]);
  const plan = planBackfill(
    daily,
    { startDate: "2024-01-01", endDate: "2024-01-03" },
    history(),
    "2024-02-01",
  );
  assert.deepEqual(
    plan.runs.map((row) => row.reason),
    ["exists_failed", "exists_success", "exists_success"],
  );
  assert.deepEqual(
    plan.warnings.map(({ code, count }) => [code, count]),
    [
      ["several_runs", 2],
      ["unfinished_left_alone", 1],
    ],
  );
});

test("with coverage interval a date that runs cover only in part is partial", () => {
  const hour = { dataInterval: { start: day(2), end: "2024-01-02T01:00:00Z" } };
  const existing = [run(1, "success"), run(2, "success", hour), run(3, "success")];
  const range = { start: "2024-01-01", end: "2024-01-03" };
  assert.equal(missing(daily, existing, range).count, 0);
  assert.deepEqual(missing(daily, existing, range, { coverage: "interval" }).ranges, [
    { start: day(2), end: day(2), count: 1, reason: "partial" },
  ]);
});

test("a range that ends before it starts, and holidays that end before it, are warned of", () => {
  const inverted = { start: "2024-01-07", end: "2024-01-01" };
  const found = missing(daily, [], inverted);
  assert.deepEqual([found.count, found.warnings.map(({ code }) => code)], [0, ["inverted_range"]]);
  assert.match(found.warnings[0].message, /ends at 2024-01-01T23:59:59.999Z, before it starts at 2024-01-07/);
  // A day that the zone left out is empty, and not inverted.
  const samoa = { ...daily, timeZone: "Pacific/Apia" };
  assert.equal(missing(samoa, [], { start: "2011-12-30", end: "2011-12-30" }).warnings, undefined);
  const calendars = { bank: { holidays: ["2022-12-26"] } };
  const closing = { ...daily, calendars, exclude: [{ calendar: "bank" }] };
  assert.deepEqual(
    missing(closing, [], week).warnings.map(({ code }) => code),
    ["holidays_end"],
  );
});

test("29 February, and days of 23 and 25 hours, are single dates", () => {
  const berlin = { ...daily, timeZone: "Europe/Berlin" };
  const done = (date) => ({ executionDate: date, state: "success" });
  for (const [date, start] of [
    ["2024-02-29", "2024-02-28T23:00:00Z"],
    ["2024-03-31", "2024-03-30T23:00:00Z"],
    ["2024-10-27", "2024-10-26T22:00:00Z"],
  ]) {
    const range = { start: date, end: date };
    assert.deepEqual(missing(berlin, [], range).ranges, [{ start, end: start, count: 1, reason: "missing" }]);
    assert.equal(missing(berlin, [done(date)], range).count, 0);
  }
});

test("what cannot be read is named", () => {
  const refused = (existing, field, code = "INVALID_OPTION") =>
    assert.throws(() => missing(daily, existing, week), { code, field });
  refused(null, "existing");
  refused([run(1, "success"), { state: "success" }], "existing[1].executionDate");
  refused([{ executionDate: day(1) }], "existing[0].state");
  refused([run(1, "done")], "existing[0].state");
  refused([run(1, "success", { executionDate: "2024-02-30" })], "existing[0].executionDate", "INVALID_DATE");
  const broken = {
    get state() {
      throw new Error("gone");
    },
  };
  refused([run(1, "success"), broken], "existing[1]");
  refused(
    [run(1, "success", { dataInterval: { start: 1e300, end: 0 } })],
    "existing[0].dataInterval.start",
    "INVALID_DATE",
  );
  const reversed = { dataInterval: { start: day(2), end: day(1) } };
  refused([run(1, "success"), run(2, "success", reversed)], "existing[1].dataInterval.end");
  refused([run(1, "success", { dataInterval: { start: day(1) } })], "existing[0].dataInterval");
  const wrong = (range, options, field) =>
    assert.throws(() => missing(daily, [], range, options), { code: "INVALID_DATE", field });
  wrong({ ...week, start: "2024-02-30" }, {}, "range.start");
  // Relative bounds are a backfill's, and the command line's.
  wrong({ ...week, end: "yesterday" }, {}, "range.end");
  wrong({ ...week, start: "-P7D" }, {}, "range.start");
  wrong(week, { now: "noon" }, "now");
  assert.throws(() => planBackfill(daily, { startDate: day(1), endDate: day(2) }, [], "noon"), {
    code: "INVALID_DATE",
    field: "now",
  });
});

/** A small generator: the same numbers every time. */
function random(seed) {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

test("10,000 random histories: missing is the set difference, and planBackfill what a store's preview says", async () => {
  const next = random(7);
  const schedules = ["@daily", "0 */6 * * *", "0 9 * * 1-5", "0 0 1,15 * *"];
  const states = ["success", "failed", "canceled", "running", "queued"];
  for (let round = 0; round < 10_000; round++) {
    const dag = { dagId: "sales", schedule: schedules[next(schedules.length)] };
    const bounds = { startDate: day(1 + next(40)), endDate: day(20 + next(40)) };
    const options = { ...bounds, reprocess: "failed" };
    const grid = Array.from(expandRange(dag.schedule, bounds.startDate, bounds.endDate), second);
    const known = new Map();
    for (let at = next(12); at > 0; at--) {
      const date = grid.length > 0 && next(4) > 0 ? grid[next(grid.length)] : day(next(60));
      known.set(date, states[next(states.length)]);
    }
    const existing = [...known].map(([executionDate, state]) => ({ executionDate, state }));
    const found = missing(dag, existing, { start: bounds.startDate, end: bounds.endDate });
    const expected = grid.filter((date) => [undefined, "failed", "canceled"].includes(known.get(date)));
    assert.equal(found.count, expected.length);
    if (round % 10 > 0) continue;
    const plan = planBackfill(dag, options, existing, "2024-06-01");
    assert.equal(plan.counts.total - plan.counts.skip, expected.length);
    if (round % 50 > 0) continue;
    const store = new MemoryStore();
    const [from, to] = [Date.parse(bounds.startDate), Date.parse(bounds.endDate)];
    const intervals = new Map(plan.runs.map((row) => [row.executionDate, row.dataInterval]));
    await store.apply(
      existing
        .filter(({ executionDate }) => Date.parse(executionDate) >= from && Date.parse(executionDate) <= to)
        .map(({ executionDate, state }) => ({
          type: "create-run",
          run: {
            runId: `backfill__${executionDate.replace("Z", "+00:00")}`,
            dagId: "sales",
            executionDate,
            dataInterval: intervals.get(executionDate) ?? { start: executionDate, end: executionDate },
            runType: "backfill",
            state,
            conf: {},
            attempt: 1,
          },
        })),
    );
    const service = new BackfillService({ dags: [dag], store, now: () => Date.parse("2024-06-01") });
    const stored = await service.preview({ ...options, dagId: "sales" });
    assert.deepEqual(stored.runs, plan.runs);
    assert.equal(stored.planHash, plan.planHash);
    // A store in the place of the history.
    const range = { start: bounds.startDate, end: bounds.endDate };
    const inRange = existing.filter(
      ({ executionDate }) => Date.parse(executionDate) >= from && Date.parse(executionDate) <= to,
    );
    assert.deepEqual(await missing(dag, store, range), missing(dag, inRange, range));
  }
});

test("runs that share a date and runs off the grid are named, the first few of them", () => {
  const beside = Array.from({ length: 5 }, (_, hour) =>
    run(3, "success", { executionDate: `2024-01-03T0${hour + 1}:00Z` }),
  );
  const twice = [run(1, "success"), run(1, "failed"), run(1, "failed"), run(2, "failed"), run(2, "running")];
  const { warnings } = missing(daily, [...twice, ...beside], week);
  assert.deepEqual(warnings, [
    {
      code: "several_runs",
      message:
        "3 runs stand beside another one of their date, 2024-01-01T00:00:00Z, 2024-01-02T00:00:00Z: of each date the last success counts, else the last run",
      at: "2024-01-01T00:00:00Z",
      count: 3,
    },
    {
      code: "schedule_mismatch",
      message:
        "5 runs of the range stand on no date of the schedule: 2024-01-03T01:00:00Z, 2024-01-03T02:00:00Z, 2024-01-03T03:00:00Z, ...",
      at: "2024-01-03T01:00:00Z",
      count: 5,
    },
  ]);
});

test("a store that fails ends in STORE_FAILED, with what it threw", async () => {
  const cause = new TypeError("boo");
  const broken = {
    listRuns() {
      throw cause;
    },
  };
  await assert.rejects(missing(daily, broken, week), (error) => {
    assert.deepEqual([error.code, error.cause], ["STORE_FAILED", cause]);
    return true;
  });
});

test("a number that no date has is refused, by its place", () => {
  for (const executionDate of [8.64e15 + 1, -1e14, 1e15]) {
    const existing = [run(1, "success"), { executionDate, state: "success" }];
    const refused = { code: "INVALID_DATE", field: "existing[1].executionDate" };
    assert.throws(() => missing(daily, existing, week), refused);
    assert.throws(() => planBackfill(daily, { startDate: day(1), endDate: day(2) }, existing), refused);
  }
});
