// Unions, windows and calendars through the built package: what only the face can get wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BackfillService,
  countRange,
  DagfillError,
  expandRange,
  explainDate,
  explainSchedule,
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

const bank = {
  timeZone: "America/New_York",
  holidays: ["2024-01-01", "2024-05-27", "2024-07-04", new Date("2024-12-25T12:00Z")],
};
const rolled = (to, more = {}) => ({
  timeZone: "America/New_York",
  calendars: { bank },
  roll: { calendar: "bank", to },
  ...more,
});

test("dates on closed days move, or are dropped", () => {
  const days = (schedule, start, end, options) =>
    Array.from(expandRange(schedule, start, end, options), (ms) => new Date(ms).toISOString().slice(0, 10));
  // 31 August and 30 November 2024 are Saturdays, 30 June is a Sunday.
  const months = ["2024-06-01", "2024-12-31"];
  const month = (to) => days("0 9 L * *", ...months, rolled(to));
  const [plain, sep] = [["2024-07-31", "2024-09-30", "2024-10-31"], "2024-12-31"];
  assert.deepEqual(month("next"), [
    "2024-07-01",
    "2024-07-31",
    "2024-09-02",
    "2024-09-30",
    "2024-10-31",
    "2024-12-02",
    sep,
  ]);
  assert.deepEqual(month("previous"), [
    "2024-06-28",
    "2024-07-31",
    "2024-08-30",
    "2024-09-30",
    "2024-10-31",
    "2024-11-29",
    sep,
  ]);
  assert.deepEqual(month("modified"), month("previous"));
  assert.deepEqual(month("skip"), [...plain, sep]);
  // The bounds hold for the days that dates move to.
  assert.deepEqual(days("0 9 30 6 *", "2024-06-30", "2024-06-30", rolled("next")), []);
  assert.deepEqual(days("0 9 30 6 *", "2024-07-01", "2024-07-01", rolled("next")), ["2024-07-01"]);
  // An instant closes its day in the calendar's zone.
  assert.deepEqual(days("0 9 25 12 *", "2024-12-20", "2024-12-31", rolled("next")), ["2024-12-26"]);
});

test("a time that a clock change removes on a closed Sunday is there on Monday", () => {
  for (const calendar of [bank, { ...bank, timeZone: "US/Eastern" }]) {
    const options = rolled("next", { calendars: { bank: calendar } });
    const found = nextDates("30 2 * * 0", "2024-03-05", 1, options);
    assert.deepEqual(found, ["2024-03-11T06:30:00Z"]);
  }
});

test("calendars of another zone close the day that it is there", () => {
  // 06:00 on Saturday in Tokyo is Friday afternoon in New York.
  const options = { timeZone: "Asia/Tokyo", calendars: { bank }, exclude: [{ calendar: "bank" }] };
  assert.deepEqual(nextDates("0 6 * * *", "2024-05-24", 3, options), [
    "2024-05-23T21:00:00Z",
    "2024-05-24T21:00:00Z",
    "2024-05-28T21:00:00Z",
  ]);
});

test("exclusions of every kind in one list", () => {
  const exclude = ["2024-05-22", { cron: "* * * * 4" }, { calendar: "bank" }, new Date("2024-05-24T13:00Z")];
  const options = { timeZone: "America/New_York", calendars: { bank }, exclude };
  assert.equal(countRange("0 9 * * *", "2024-05-20", "2024-05-31", options), 2 + 3);
  assert.match(
    explainSchedule("0 9 * * *", { ...options, now: "2024-05-20" }).text,
    /the dates of "\* \* \* \* 4" excluded; days that "bank" closes excluded; 2 dates excluded$/,
  );
  const why = (date) => explainDate("0 9 * * *", date, options);
  assert.equal(why("2024-05-27T09:00").text.split(": ")[1], '"bank" closes that day');
  assert.equal(why("2024-05-27T09:00").reason, "excluded");
  // One alone needs no list.
  assert.equal(
    countRange("0 9 * * *", "2024-05-25", "2024-05-31", { ...options, exclude: { calendar: "bank" } }),
    4,
  );
});

test("what is excluded is excluded before it moves and after", () => {
  const next = (exclude) =>
    nextDates("0 9 25 12 *", "2024-12-01", 1, rolled("next", { exclude }))[0]?.slice(0, 10);
  assert.equal(next([]), "2024-12-26");
  for (const exclude of [["2024-12-25"], ["2024-12-26"], ["2024-12-26T09:00"]])
    assert.equal(next(exclude), "2025-12-25", JSON.stringify(exclude));
  assert.equal(next([{ cron: "* * 25 12 *" }]), undefined);
  assert.equal(next([{ cron: "* * 26 12 *" }]), "2025-12-25");
});

test("explanations say which calendar moved a date, and which dates are one", () => {
  const why = (date, to = "next") => explainDate("0 9 * * *", date, rolled(to));
  assert.deepEqual(
    [why("2024-07-04T09:00").reason, why("2024-07-04T09:00").text],
    ["rolled", '2024-07-04 09:00 in America/New_York moves to 2024-07-05 09:00: "bank" closes 2024-07-04'],
  );
  assert.match(
    why("2024-07-05T09:00").text,
    /2024-07-04 09:00 moves here, because "bank" is closed then; dates that meet are one$/,
  );
  assert.deepEqual(
    [why("2024-07-06T09:00", "skip").included, why("2024-07-06T09:00", "skip").reason],
    [false, "closed"],
  );
  const { text, warnings } = explainSchedule("0 9 * * *", { ...rolled("next"), now: "2024-12-30" });
  assert.equal(text, 'At 09:00, every day; a date on a day that "bank" closes moves to the next open day');
  assert.deepEqual(
    warnings.map(({ code, message }) => [code, message]),
    [
      [
        "holidays_end",
        'The holidays of "bank" end on 2024-12-25, before 2025-01-03: later years have weekends only.',
      ],
      [
        "rolled_dates_meet",
        '2024-12-28 09:00 moves to 2024-12-30 09:00, because "bank" closes that day, and meets another date there: they are one date.',
      ],
    ],
  );
});

test("a plan warns of dates that meet and of holidays that end", async () => {
  const dag = { dagId: "d", schedule: "0 9 * * *", ...rolled("next") };
  const service = new BackfillService({ dags: [dag], now: () => Date.parse("2026-01-01T00:00Z") });
  const codes = async (startDate, endDate) =>
    (await service.preview({ dagId: "d", startDate, endDate })).warnings.map(({ code }) => code);
  assert.deepEqual(await codes("2024-07-02", "2024-07-03T12:00"), []);
  assert.deepEqual(await codes("2024-07-02", "2024-07-05T12:00"), ["rolled_dates_meet"]);
  assert.deepEqual(await codes("2025-07-02", "2025-07-03T12:00"), ["holidays_end"]);
});

test("data intervals of rolled dates go from one to the next", async () => {
  const dag = { dagId: "d", schedule: "0 9 * * *", ...rolled("skip") };
  const service = new BackfillService({ dags: [dag], now: () => Date.parse("2026-01-01T00:00Z") });
  const { runs } = await service.preview({ dagId: "d", startDate: "2024-07-03", endDate: "2024-07-07" });
  assert.deepEqual(
    runs.map(({ dataInterval: { start, end } }) => [start.slice(0, 10), end.slice(0, 10)]),
    [
      ["2024-07-03", "2024-07-05"],
      ["2024-07-05", "2024-07-08"],
    ],
  );
});

test("calendars of the host are there for every DAG, and a DAG's own go before", async () => {
  const dag = (dagId, more) => ({ dagId, schedule: "0 9 * * *", exclude: [{ calendar: "bank" }], ...more });
  const open = { bank: { weekend: [], holidays: [] } };
  const service = new BackfillService({
    dags: [dag("a"), dag("b", { calendars: open })],
    calendars: { bank },
  });
  const total = async (dagId) =>
    (await service.preview({ dagId, startDate: "2024-07-01", endDate: "2024-07-07" })).counts.total;
  assert.deepEqual([await total("a"), await total("b")], [4, 7]);
});

test("what is wrong with a calendar is refused by its place", () => {
  const check = (more, code, field) =>
    refused(() => next("@daily", { ...rolled("next"), ...more }), code, field);
  check({ calendars: {} }, "INVALID_OPTION", "roll.calendar");
  check({ exclude: [{ calendar: "nise" }] }, "INVALID_OPTION", "exclude[0].calendar");
  check({ exclude: ["2024-01-01", { corn: "@daily" }] }, "INVALID_OPTION", "exclude[1].corn");
  check({ exclude: ["2024-01-01", { cron: "61 * * * *" }] }, "INVALID_CRON", "exclude[1].cron");
  check({ exclude: ["2024-01-01", { cron: "@daily" }, "2024-02-30"] }, "INVALID_DATE", "exclude[2]");
  check({ exclude: {} }, "INVALID_OPTION", "exclude");
  check({ roll: { calendar: "bank" } }, "INVALID_OPTION", "roll");
  check({ roll: { calendar: "bank", to: "nearest" } }, "INVALID_OPTION", "roll.to");
  check({ calendars: [] }, "INVALID_OPTION", "calendars");
  check({ calendars: { bank: {} } }, "INVALID_OPTION", "calendars.bank.holidays");
  check(
    { calendars: { bank: { ...bank, weekend: ["SATURDAY"] } } },
    "INVALID_OPTION",
    "calendars.bank.weekend[0]",
  );
  check(
    { calendars: { bank: { ...bank, timeZone: "Mars/Base" } } },
    "UNKNOWN_TIME_ZONE",
    "calendars.bank.timeZone",
  );
  check(
    { calendars: { bank: { holidays: ["2024-01-01", "2024-02-30"] } } },
    "INVALID_DATE",
    "calendars.bank.holidays[1]",
  );
  const all = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
  check({ calendars: { bank: { holidays: [], weekend: all } } }, "INVALID_OPTION", "calendars.bank.weekend");
  const dag = { dagId: "d", schedule: "@daily", exclude: { calendar: "bnak" }, calendars: { bank } };
  assert.throws(() => planCatchup(dag, { now: "2024-01-01" }), {
    field: "dag.exclude.calendar",
    hint: "Did you mean bank?",
  });
  const odd = { ["__proto__"]: bank, constructor: bank };
  assert.equal(
    next("0 9 6 1 *", { calendars: odd, roll: { calendar: "constructor", to: "next" } })[0],
    "2024-01-08T09:00:00Z",
  );
});
