// How each library is asked for the first `count` dates of a case. An adapter is made once for its process and returns a
// function that does one whole request, parsing included, and gives dates as the library gives them; `ms` reads one.
const second = 1_000;

/** The dates of a library that has no calendars, with what its users write for one. */
function settled({ raw, settle }, count, dates) {
  return settle === undefined ? dates(count) : settle(dates(raw)).slice(0, count);
}

export const libraries = {
  dagfill: {
    async open() {
      const { expandRange } = await import("../../dist/index.js");
      return ({ cron, start, end, timeZone, options }, count, full) =>
        expandRange(cron, start, end, { timeZone, ...options, ...(full ? {} : { limit: count }) });
    },
    ms: (ms) => ms,
  },
  "dagfill as Date[]": {
    async open() {
      const { expandRange } = await import("../../dist/index.js");
      return ({ cron, start, end, timeZone, options }, count, full) => {
        const dates = expandRange(cron, start, end, {
          timeZone,
          ...options,
          ...(full ? {} : { limit: count }),
        });
        const objects = new Array(dates.length);
        for (let i = 0; i < dates.length; i++) objects[i] = new Date(dates[i]);
        return objects;
      };
    },
    ms: (date) => date.getTime(),
  },
  "plain loop": {
    // The ceiling: what it costs to fill the memory. It knows neither cron nor zones, so only fixed steps can be compared.
    async open() {
      return ({ start, step }, count) => {
        if (step === undefined) return null;
        const dates = new Float64Array(count);
        for (let i = 0, at = start; i < count; i++, at += step) dates[i] = at;
        return dates;
      };
    },
    ms: (ms) => ms,
  },
  croner: {
    zoneByOption: true,
    async open() {
      const { Cron } = await import("croner");
      return (asked, count) => {
        const { cron, start, timeZone } = asked;
        const next = (n) =>
          new Cron(cron, { timezone: timeZone, paused: true }).nextRuns(n, new Date(start - second));
        return settled(asked, count, next);
      };
    },
    ms: (date) => date.getTime(),
  },
  "cron-parser": {
    zoneByOption: true,
    async open() {
      const { CronExpressionParser } = await import("cron-parser");
      return (asked, count) => {
        const { cron, start, timeZone, settle } = asked;
        const dates = CronExpressionParser.parse(cron, {
          currentDate: new Date(start - second),
          tz: timeZone,
        });
        const next = () => (settle === undefined ? dates.next() : dates.next().toDate());
        return settled(asked, count, (n) => Array.from({ length: n }, next));
      };
    },
    ms: (date) => date.getTime(),
  },
  "cron-schedule": {
    // It has no zone option: it runs in the zone of its process, which $TZ sets.
    async open() {
      const { parseCronExpression } = await import("cron-schedule");
      return (asked, count) =>
        settled(asked, count, (n) =>
          parseCronExpression(asked.cron).getNextDates(n, new Date(asked.start - second)),
        );
    },
    ms: (date) => date.getTime(),
  },
  "rrule-rust": {
    native: true,
    zoneByOption: true,
    async open() {
      const { RRuleSet } = await import("rrule-rust");
      return ({ rrule }, count) => (rrule === undefined ? null : RRuleSet.parse(rrule).all(count));
    },
    // It gives what the wall shows, not an instant.
    wall: true,
    ms: ({ year, month, day, hour, minute, second }) => Date.UTC(year, month - 1, day, hour, minute, second),
  },
  cronosjs: {
    zoneByOption: true,
    async open() {
      const { CronosExpression } = await import("cronosjs");
      return (asked, count) => {
        const { cron, start, timeZone } = asked;
        const expression = CronosExpression.parse(cron, { timezone: timeZone });
        return settled(asked, count, (n) => expression.nextNDates(new Date(start - second), n));
      };
    },
    ms: (date) => date.getTime(),
  },
};
