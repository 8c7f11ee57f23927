// Data of the gallery's scenes that no step leads to: errors, a backfill that has not ended, a band, a comparison.
import { SHIFTS } from "dagfill/react";

export const refused = Object.assign(new Error("dagId: another backfill of this DAG runs"), {
  code: "BACKFILL_ACTIVE",
});
export const storeFailed = Object.assign(new Error("the store failed: no connection"), {
  code: "STORE_FAILED",
});
export const unfinished = [
  {
    backfillId: "b1",
    state: "interrupted",
    progress: { total: 90, skipped: 0, completed: 31, failed: 2, canceled: 0, remaining: 57, running: 0 },
  },
];
export const band = { early: 3_420_000, middle: 4_050_000, late: 5_100_000, samples: 42 };
export const compared = () => {
  const [first, count] = [20_454, 90];
  const day = Int32Array.from({ length: count }, (_, at) => first + at);
  const kinds = SHIFTS.length;
  const counts = new Uint32Array(count * kinds);
  for (let at = 0; at < count; at++)
    counts[at * kinds + (at < 20 ? 0 : at < 40 ? 1 : at < 60 ? 2 : at < 75 ? 3 : 4)] = 1;
  counts[89 * kinds] = 1;
  return { day, counts };
};
