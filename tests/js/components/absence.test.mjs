// Why a day has no date in a plan: of the day, not of its midnight.
import assert from "node:assert/strict";
import { test } from "node:test";
import { opener, phase, ready } from "./opened.mjs";
import { componentModule } from "./source.mjs";

const { BackfillModel, english } = await componentModule(`
export { BackfillModel } from "./model/backfill_model.ts";
export { english } from "./english.ts";
`);
const open = opener(BackfillModel);

for (const [schedule, timeZone, day, reason] of [
  ["0 6 * * *", "UTC", "2026-02-17", /06:00 in UTC is after the range/],
  ["0 6 * * *", "UTC", "2025-12-17", /is before the range/],
  ["0 6 * * *", "Asia/Tokyo", "2026-02-17", /06:00 in Asia\/Tokyo is after the range/],
  ["0 6 * * 1-5", "UTC", "2026-01-03", /06:00 in UTC is no date of this schedule: that is a Saturday/],
  ["30 23 * * 1-5", "America/New_York", "2026-01-03", /23:30 in America\/New_York .* that is a Saturday/],
])
  test(`${schedule} in ${timeZone} on ${day}`, async (t) => {
    const dag = { dagId: "sales", schedule, timeZone };
    const model = open(t, { dag, options: { startDate: "2026-01-01", endDate: "2026-01-05" } });
    await ready(model);
    assert.match(await model.absence(day), reason);
  });

test("a canceled backfill counts what did not run", async (t) => {
  const model = open(t, {
    options: { startDate: "2026-01-01", endDate: "2026-01-04", maxFailures: 1, maxParallelRuns: 1 },
    executeRun: () => {
      throw new Error("no rows");
    },
  });
  await ready(model);
  await model.start();
  const { progress } = await phase(model, "finished");
  assert.deepEqual([progress.failed, progress.canceled], [1, 3]);
  assert.equal(english.canceledCount(2, 8), "canceled: 2 stopped, 8 did not run");
  model.close();
  await ready(model);
  assert.equal((await model.detail(0)).existing.error, "no rows");
});
