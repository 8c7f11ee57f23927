// The schedules that every library expands. `count` dates from `start` on, both ends included; `rrule` says the same in
// the language of calendars.
const day = 86_400_000;

function range(start, end) {
  return { start: Date.parse(start), end: Date.parse(end) };
}

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
];
