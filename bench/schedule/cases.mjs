// The schedules that every library expands. `count` dates from `start` on, both ends included; `rrule` says the same in
// the language of calendars. `rule` marks what only some of the libraries have. A calendar is `options` of dagfill, and
// `settle` of the others: what their users write around the `raw` dates that a library gives.
const day = 86_400_000;

function range(start, end) {
  return { start: Date.parse(start), end: Date.parse(end) };
}

/** The closing days of the New York stock exchange that fall on weekdays most years, for twenty years. */
const holidays = Array.from({ length: 20 }, (_, i) => 2005 + i).flatMap((year) => {
  const nth = (month, weekday, n) => {
    const first = new Date(Date.UTC(year, month, 1)).getUTCDay();
    return new Date(Date.UTC(year, month, 1 + ((weekday - first + 7) % 7) + 7 * (n - 1)));
  };
  const fixed = [`${year}-01-01`, `${year}-07-04`, `${year}-12-25`];
  return [...fixed, ...[nth(0, 1, 3), nth(1, 1, 3), nth(8, 1, 1), nth(10, 4, 4)].map(isoDay)].sort();
});
const closed = new Set(holidays);
const nyse = { weekend: ["SAT", "SUN"], holidays };

function isoDay(date) {
  return date.toISOString().slice(0, 10);
}

/** Nine in the morning of New York is the same day in UTC. */
const isOpen = (date) => date.getUTCDay() % 6 !== 0 && !closed.has(isoDay(date));

/** One day at a time, back to a business day; the hour of the wall clock stays, as far as the library's date knows it. */
function previousOpen(date) {
  let at = date;
  while (!isOpen(at)) at = new Date(at.getTime() - day);
  return at;
}

const newYork = {
  timeZone: "America/New_York",
  ...range("2005-01-01T05:00:00Z", "2025-01-01T04:59:59Z"),
};
const rule = (name, cron, count, rrule) => ({
  name: `${name}, New York, 20 years`,
  cron,
  ...newYork,
  count,
  rule: true,
  rrule: rrule && `DTSTART;TZID=America/New_York:${rrule}`,
});

export const cases = [
  {
    name: "daily, 1 year",
    cron: "0 0 * * *",
    timeZone: "UTC",
    ...range("2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"),
    count: 366,
    step: day,
    rrule: "DTSTART:20240101T000000Z\nRRULE:FREQ=DAILY",
  },
  {
    name: "hourly, 10 years",
    cron: "0 * * * *",
    timeZone: "UTC",
    ...range("2015-01-01T00:00:00Z", "2024-12-31T23:59:59Z"),
    count: 87_672,
    step: 3_600_000,
    rrule: "DTSTART:20150101T000000Z\nRRULE:FREQ=HOURLY",
  },
  {
    name: "every 5 min, 1 year",
    cron: "*/5 * * * *",
    timeZone: "UTC",
    ...range("2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"),
    count: 105_408,
    step: 300_000,
    rrule: "DTSTART:20240101T000000Z\nRRULE:FREQ=MINUTELY;INTERVAL=5",
  },
  {
    name: "every minute, 1 year",
    cron: "* * * * *",
    timeZone: "UTC",
    ...range("2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"),
    count: 527_040,
    step: 60_000,
    rrule: "DTSTART:20240101T000000Z\nRRULE:FREQ=MINUTELY",
  },
  {
    name: "every 5 min, 1 year, New York",
    cron: "*/5 * * * *",
    timeZone: "America/New_York",
    ...range("2024-01-01T05:00:00Z", "2025-01-01T04:59:59Z"),
    count: 105_408,
    step: 300_000,
    rrule: "DTSTART;TZID=America/New_York:20240101T000000\nRRULE:FREQ=MINUTELY;INTERVAL=5",
  },
  {
    name: "0 9 * * 1-5, New York, 20 years",
    cron: "0 9 * * 1-5",
    timeZone: "America/New_York",
    ...range("2005-01-01T05:00:00Z", "2025-01-01T04:59:59Z"),
    count: 5_217,
    rrule: "DTSTART;TZID=America/New_York:20050103T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
  },
  {
    name: "30 2 * * *, New York, 20 years",
    cron: "30 2 * * *",
    timeZone: "America/New_York",
    ...range("2005-01-01T05:00:00Z", "2025-01-01T04:59:59Z"),
    count: 7_305,
    rrule: "DTSTART;TZID=America/New_York:20050101T023000\nRRULE:FREQ=DAILY",
  },
  {
    name: "0 0 29 2 *, 1900 to 2100",
    cron: "0 0 29 2 *",
    timeZone: "UTC",
    ...range("1900-01-01T00:00:00Z", "2100-12-31T23:59:59Z"),
    count: 49,
    rrule: "DTSTART:19040229T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
  },
  rule("0 9 L * *", "0 9 L * *", 240, "20050131T090000\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1"),
  rule(
    "0 9 LW * *",
    "0 9 LW * *",
    240,
    "20050131T090000\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
  ),
  rule("0 9 15W * *", "0 9 15W * *", 240),
  rule("0 9 * * 5L", "0 9 * * 5L", 240, "20050128T090000\nRRULE:FREQ=MONTHLY;BYDAY=-1FR"),
  rule("0 9 * * 1#2", "0 9 * * 1#2", 240, "20050110T090000\nRRULE:FREQ=MONTHLY;BYDAY=2MO"),
  rule(
    "0 9 1-15 * +5",
    "0 9 1-15 * +5",
    516,
    `20050107T090000\nRRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=${Array.from({ length: 15 }, (_, i) => i + 1)}`,
  ),
  {
    ...rule(
      "0 9 * * 1-5 without holidays",
      "0 9 * * 1-5",
      5_095,
      `20050103T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\nEXDATE;TZID=America/New_York:${holidays
        .map((date) => `${date.replaceAll("-", "")}T090000`)
        .join()}`,
    ),
    options: { calendars: { nyse }, exclude: { calendar: "nyse" } },
    raw: 5_217,
    settle: (dates) => dates.filter(isOpen),
  },
  {
    ...rule("0 9 L * * on the business day before", "0 9 L * *", 240),
    options: { calendars: { nyse }, roll: { calendar: "nyse", to: "previous" } },
    raw: 240,
    settle: (dates) => dates.map(previousOpen),
  },
];
