// How each library is asked for the first `count` dates of a case. An adapter is made once for its process and returns a
// function that does one whole request, parsing included, and gives dates as the library gives them; `ms` reads one.
const second = 1_000;

export const libraries = {
  dagfill: {
    async open() {
      const { expandRange } = await import("../../dist/index.js");
      return ({ cron, start, end, timeZone }, count, full) =>
        expandRange(cron, start, end, full ? { timeZone } : { timeZone, limit: count });
    },
    ms: (ms) => ms,
  },
  "dagfill as Date[]": {
    async open() {
      const { expandRange } = await import("../../dist/index.js");
      return ({ cron, start, end, timeZone }, count, full) => {
        const dates = expandRange(cron, start, end, full ? { timeZone } : { timeZone, limit: count });
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
      return ({ cron, start, timeZone }, count) =>
        new Cron(cron, { timezone: timeZone, paused: true }).nextRuns(count, new Date(start - second));
    },
    ms: (date) => date.getTime(),
  },
  "cron-parser": {
    zoneByOption: true,
    async open() {
      const { CronExpressionParser } = await import("cron-parser");
      return ({ cron, start, timeZone }, count) => {
        const dates = CronExpressionParser.parse(cron, {
          currentDate: new Date(start - second),
          tz: timeZone,
        });
        return Array.from({ length: count }, () => dates.next());
      };
    },
    ms: (date) => date.getTime(),
  },
  "cron-schedule": {
    // It has no zone option: it runs in the zone of its process, which $TZ sets.
    async open() {
      const { parseCronExpression } = await import("cron-schedule");
      return ({ cron, start }, count) =>
        parseCronExpression(cron).getNextDates(count, new Date(start - second));
    },
    ms: (date) => date.getTime(),
  },
  "rrule-rust": {
    native: true,
    zoneByOption: true,
    async open() {
      const { RRuleSet } = await import("rrule-rust");
      return ({ rrule }, count) => RRuleSet.parse(rrule).all(count);
    },
    // It gives what the wall shows, not an instant.
    wall: true,
    ms: ({ year, month, day, hour, minute, second }) => Date.UTC(year, month - 1, day, hour, minute, second),
  },
  cronosjs: {
    zoneByOption: true,
    async open() {
      const { CronosExpression } = await import("cronosjs");
      return ({ cron, start, timeZone }, count) =>
        CronosExpression.parse(cron, { timezone: timeZone }).nextNDates(new Date(start - second), count);
    },
    ms: (date) => date.getTime(),
  },
};
