import { KEEP_FAILED, rowOf, TOKEN_COUNT } from "dagfill/planning";
import { number } from "./days";
import type { PlanView, Samples } from "./model";

export const NO_SAMPLES: Samples = { dates: new Set(), isWhole: true };

/** Whether a row is left alone, or would run again, because of an earlier run that is made up. */
export function isMadeUp(plan: PlanView, { dates }: Samples, row: number): boolean {
  return dates.has(plan.dates[row] ?? Number.NaN) && (plan.tokens[row] ?? TOKEN_COUNT) <= KEEP_FAILED;
}

/** The number of rows of each token that are so because of a made-up run. */
export function madeUpBy(plan: PlanView, samples: Samples): number[] {
  const counts = new Array<number>(TOKEN_COUNT).fill(0);
  for (const date of samples.dates) {
    const row = rowOf(plan, date);
    const token = plan.tokens[row];
    if (token !== undefined && isMadeUp(plan, samples, row)) counts[token] = (counts[token] ?? 0) + 1;
  }
  return counts;
}

/** `82`, or `at least 2,000`. */
export const samplesText = (count: number, { isWhole }: Samples) =>
  `${isWhole ? "" : "at least "}${number(count)}`;
