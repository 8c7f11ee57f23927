// The kept ratios of benchmarks: the last record is no regression. Nothing is measured here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRecords, regressions } from "../../scripts/bench_ratios.mjs";

test("the last record of bench/ratios.json is not slower than the one before", () => {
  const records = readRecords();
  assert.ok(records.length > 0, "nothing is recorded");
  assert.deepEqual(regressions(records), []);
});

test("a ratio that fell by more than three tenths is named, beside the newest record that has it", () => {
  const record = (date, ratios) => ({ date, ratios });
  const records = [
    record("2026-01-01", { a: 10, b: 10, c: 10 }),
    record("2026-01-02", { a: 8, b: 8 }),
    record("2026-01-03", { a: 5.6, b: 5.5, c: 6.9, d: 1 }),
  ];
  assert.deepEqual(regressions(records), [
    "b: 5.5 times as fast as its peer, 8 on 2026-01-02",
    "c: 6.9 times as fast as its peer, 10 on 2026-01-01",
  ]);
  assert.deepEqual(regressions([]), []);
});
