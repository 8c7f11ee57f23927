// Counting goes page by page, and a page of many parts is a part of the range: the count is that of the dates themselves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { countRange, expandRange } from "dagfill";

const monthly = {
  cron: Array.from({ length: 300 }, (_, i) => `${i % 60} ${i % 24} ${1 + (i % 28)} * *`),
};
const schedules = {
  "300 cron texts": [monthly, {}],
  "300 cron texts with a day left out": [monthly, { exclude: ["2000-02-03"] }],
  "1,000 daily cron texts": [Array.from({ length: 1000 }, (_, i) => `${i % 60} ${i % 24} * * *`), {}],
  "one cron text with a day left out": [
    "*/5 * * * *",
    { exclude: ["2000-02-03"], timeZone: "Europe/Berlin" },
  ],
  "a union of dense and rare dates": [
    { union: [{ every: "PT7M" }, "0 0 29 2 *", "*/5 * * * *"] },
    { timeZone: "Europe/Berlin" },
  ],
};

for (const [what, [schedule, options]] of Object.entries(schedules)) {
  test(`${what}: as many are counted as there are`, () => {
    for (const [start, end] of [
      ["2000-01-01", "2024-12-31"],
      ["1999-03-28T01:30:00Z", "2003-10-26T01:00:00Z"],
      ["2000-02-03", "2000-02-03"],
    ]) {
      const dates = expandRange(schedule, start, end, options);
      assert.equal(new Set(dates).size, dates.length);
      assert.ok(dates.every((date, i) => i === 0 || date > dates[i - 1]));
      assert.equal(countRange(schedule, start, end, options), dates.length, `${start} to ${end}`);
    }
  });
}
