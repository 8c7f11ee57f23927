// Comparison of two schedules by civil day: dates that stay, move, go or come.
import { findDay } from "./day_columns.js";

/** The fates of a date when the second schedule takes the place of the first, in the order of the counts of a `Comparison`. */
export const SHIFTS = ["same", "earlier", "later", "removed", "added"] as const;
export type Shift = (typeof SHIFTS)[number];

/** The dates of two schedules by civil day, for a calendar that shows both. */
export interface Comparison {
  /** Days since 1970-01-01, ascending. */
  day: Int32Array;
  /** The counts of each day, one for each of the `SHIFTS` in their order. */
  counts: Uint32Array;
}

/** Counts of one day; empty where neither schedule has a date. */
export function comparedOn({ day: days, counts }: Comparison, day: number): Uint32Array {
  const at = findDay({ day: days }, day);
  return days[at] === day ? counts.subarray(at * SHIFTS.length, (at + 1) * SHIFTS.length) : new Uint32Array();
}

/** Dates of each kind over all days. */
export function comparedTotals({ counts }: Comparison): number[] {
  const sums = SHIFTS.map(() => 0);
  counts.forEach((count, at) => {
    sums[at % SHIFTS.length] = (sums[at % SHIFTS.length] as number) + count;
  });
  return sums;
}
