// Questions that have too large an answer are refused at once, or answered without a look at every date. What is asserted is
// the answer; a case that is not bounded would run for minutes and into the limit of the test.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BackfillService,
  countRange,
  expandRange,
  explainSchedule,
  nextDates,
  planCatchup,
  previousDates,
  validateDag,
} from "dagfill";

const limit = { timeout: 60_000 };
const always = ["0001-01-01", "9999-12-31"];
const seconds = "* * * * * *";
const crons = Array.from({ length: 10_000 }, (_, i) => `${i % 60} ${Math.floor(i / 60) % 24} * * *`);
const dag = { dagId: "a", schedule: seconds, startDate: "0001-01-01", catchup: true };

const tooLarge = {
  "10,000 cron texts, next": [() => nextDates(crons, 0), 10_000],
  "10,000 cron texts, previous": [() => previousDates(crons, 0), 10_000],
  "10,000 cron texts, expanded": [() => expandRange(crons, "2024-01-01", "2024-12-31"), 10_000],
  "10,000 cron texts, explained": [() => explainSchedule(crons), 10_000],
  "10,000 cron texts of a DAG": [() => validateDag({ ...dag, schedule: crons }), 10_000],
  "a union of 10,000": [() => nextDates({ union: crons }, 0), 10_000],
  "unions of unions": [
    () => nextDates({ union: [crons.slice(0, 600), { union: crons.slice(600, 1200) }] }, 0),
    1200,
  ],
  "two texts counted over all years": [() => countRange([seconds, "*/2 * * * * *"], ...always), undefined],
  "a union counted over all years": [
    () => countRange({ union: [seconds, { every: "PT1S" }] }, ...always),
    undefined,
  ],
  "exclusions counted over all years": [
    () => countRange(seconds, ...always, { exclude: { cron: "0 0 * * *" } }),
    undefined,
  ],
  "all seconds, expanded": [() => expandRange(seconds, ...always), 315_537_897_600],
  "exclusions, expanded": [() => expandRange(seconds, ...always, { exclude: ["2024-01-01"] }), undefined],
  "millions of missed runs": [
    () => planCatchup({ ...dag, schedule: "* * * * *", startDate: "2012-01-01" }, { now: "2026-01-01" }),
    7_364_160,
  ],
};
for (const [name, [ask, count]] of Object.entries(tooLarge)) {
  test(`${name}: RANGE_TOO_LARGE`, limit, () => {
    assert.throws(ask, (error) => {
      assert.equal(error.code, "RANGE_TOO_LARGE", error.message);
      assert.ok(
        error.details.count > 0 && (count === undefined || error.details.count === count),
        error.message,
      );
      return true;
    });
  });
}

test("a plan over all seconds is refused with its count", limit, async () => {
  const service = new BackfillService({ dags: [dag] });
  await assert.rejects(service.preview({ dagId: "a", startDate: always[0], endDate: always[1] }), {
    code: "RANGE_TOO_LARGE",
  });
});

test("seconds of all years are counted, in a zone too", limit, () => {
  assert.equal(countRange(seconds, ...always), 315_537_897_600);
  // The zone's last day ends an hour earlier; its first begins before the first instant there is.
  assert.equal(countRange(seconds, ...always, { timeZone: "Europe/Berlin" }), 315_537_897_600 - 3600);
});

test("a schedule of 1,000 parts is taken", limit, () => {
  assert.deepEqual(nextDates(crons.slice(0, 1000), 0), ["1970-01-01T00:01:00Z"]);
});

test("dates of the far future follow the same rules", limit, () => {
  const options = { timeZone: "Europe/Berlin" };
  for (const year of [2400, 2510, 2800, 4000, 9998]) {
    const same = 2000 + (year % 400) + (year % 400 < 100 ? 400 : 0);
    const days = (of) =>
      Array.from(expandRange("30 2 * * *", `${of}-03-20`, `${of}-11-05`, options), (ms) =>
        new Date(ms).toISOString().slice(4),
      );
    assert.deepEqual(days(year), days(same), `${year} as ${same}`);
  }
});
