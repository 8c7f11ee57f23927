// The short form of `npm run chaos`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { survive } from "../chaos/kills.mjs";
import { race } from "../chaos/race.mjs";

test("10 kills: nothing missing, nothing acknowledged repeated, never too many at once", {
  timeout: 180_000,
}, async (t) => {
  const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const figures = await survive({ kills: 10, seed });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(figures.problems, []);
  assert.ok(figures.kills >= 10);
});

test("8 processes start the same backfill at the same moment: one drives it", {
  timeout: 180_000,
}, async (t) => {
  const figures = await race({ processes: 8, rounds: 5 });
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(figures.problems, []);
});
