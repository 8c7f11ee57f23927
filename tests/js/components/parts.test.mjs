// Computations behind the pictures and texts of the components.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DagfillError } from "dagfill";
import { opener, phase, ready, until } from "./opened.mjs";
import { componentModule } from "./source.mjs";

const { BackfillModel, nextBar, timesBetween, zoneTime, errorWords, errorHint, withEnglish, english } =
  await componentModule(`
export { BackfillModel } from "./model/backfill_model.ts";
export { nextBar } from "./run/next_bar.ts";
export { timesBetween } from "./draw/time_axis.ts";
export { zoneTime } from "./plan/zone_clock.ts";
export { errorHint, errorWords } from "./error_words.ts";
export { english, withEnglish } from "./english.ts";
`);

test("keys lead along a lane, and to the nearest bar of another one", () => {
  const bar = (lane, start) => ({ lane, start, row: start });
  const bars = [bar(0, 0), bar(1, 1), bar(0, 10), bar(1, 12), bar(1, 30)];
  const [first, , second] = bars;
  const lead = (from, key) => nextBar(bars, from, key)?.start;
  assert.equal(lead(null, "ArrowRight"), 0);
  assert.equal(lead(first, "ArrowRight"), 10);
  assert.equal(lead(second, "ArrowLeft"), 0);
  assert.equal(lead(second, "ArrowDown"), 12);
  assert.equal(lead(second, "ArrowRight"), undefined, "the last of its lane");
  assert.equal(lead(first, "ArrowUp"), undefined, "there is no lane above");
  assert.deepEqual([lead(first, "End"), lead(second, "Home")], [30, 0]);
  assert.equal(lead(first, "a"), undefined);
});

test("times at an axis are round, and as far apart as their words need", () => {
  const elapsed = timesBetween(0, 60_000, 600 / 60_000, 0, english);
  assert.deepEqual(
    elapsed.map(({ text }) => text),
    ["0 ms", "10 s", "20 s", "30 s", "40 s", "50 s"],
  );
  const start = Date.parse("2026-01-01T00:00:30Z");
  const clock = timesBetween(start, start + 3_600_000, 600 / 3_600_000, start, english);
  assert.deepEqual(
    clock.map(({ at }) => at % 600_000),
    [0, 0, 0, 0, 0],
  );
  assert.ok(clock.every(({ text }) => /^\d\d:\d\d$/.test(text)));
  assert.ok(timesBetween(start, start + 5e10, 600 / 5e10, start, english).length < 9, "years");
});

test("an interval is told on the schedule's clock, with its offset", () => {
  assert.equal(zoneTime("2026-03-29T00:30:00Z", "Europe/Berlin"), "2026-03-29 01:30 +01:00");
  assert.equal(zoneTime("2026-03-29T01:30:00Z", "Europe/Berlin"), "2026-03-29 03:30 +02:00");
  assert.equal(zoneTime("2026-03-29T01:30:15Z", "UTC"), "2026-03-29 01:30:15 +00:00");
  assert.equal(zoneTime("2026-03-29T01:30:00Z", "Moon/Tycho"), "2026-03-29 01:30Z");
});

test("a page says an error of a code in its own words", () => {
  const error = new DagfillError("INVALID_CRON", "hour 24: use 0 to 23", { hint: "use 0" });
  assert.deepEqual(
    [errorWords(english, error), errorHint(english, error)],
    ["hour 24: use 0 to 23", "use 0"],
  );
  const german = withEnglish({ errors: { INVALID_CRON: ({ message }) => `Kein Zeitplan: ${message}` } });
  assert.equal(errorWords(german, error), "Kein Zeitplan: hour 24: use 0 to 23");
  assert.equal(errorHint(german, error), null, "an English hint below a German error");
  assert.equal(errorWords(german, new Error("else")), "else");
});

test("one date that failed is run again, alone", async (t) => {
  let isBroken = true;
  const executeRun = ({ executionDate }) => {
    if (isBroken && !executionDate.startsWith("2026-01-01")) throw new Error("no disk");
  };
  const model = opener(BackfillModel)(t, { executeRun });
  await ready(model);
  await model.start();
  const { run, progress } = await phase(model, "finished");
  assert.equal(progress.failed, 3);
  isBroken = false;
  await model.retry(2);
  const again = await until(model, (one) => one.phase === "finished" && one.run !== run);
  assert.deepEqual([again.plan.total, again.progress.completed], [1, 1]);
  assert.equal(new Date(again.plan.dates[0]).toISOString().slice(0, 10), "2026-01-03");
  model.close();
  const { counts } = await until(model, (one) => one.phase === "ready" && one.counts[3] === 2);
  assert.equal(counts[2], 2);
});
