import { type DayColumns, type PlanView, TOKEN_COUNT } from "./model";

/** Index in the day columns of a civil day, or of the first one behind it. */
export function findDay(days: DayColumns, day: number): number {
  let low = 0;
  let high = days.day.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days.day[middle] ?? 0) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function dayOfRow(plan: PlanView, row: number): number {
  return Math.floor(((plan.dates[row] ?? 0) + (plan.offsets[row] ?? 0) * 1000) / 86_400_000);
}

/** `TOKEN_COUNT` counts a day. */
export function countDays({ days: { first, count, day } }: PlanView, tokens: Uint8Array): Uint32Array {
  const shares = new Uint32Array(day.length * TOKEN_COUNT);
  for (let at = 0; at < day.length; at++) {
    const end = (first[at] ?? 0) + (count[at] ?? 0);
    for (let row = first[at] ?? 0; row < end; row++) {
      const share = at * TOKEN_COUNT + (tokens[row] ?? 0);
      shares[share] = (shares[share] ?? 0) + 1;
    }
  }
  return shares;
}

/** Counts of all tokens over the whole plan. */
export function totals(days: DayColumns): number[] {
  const sums = new Array<number>(TOKEN_COUNT).fill(0);
  for (let at = 0; at < days.tokens.length; at++) {
    const token = at % TOKEN_COUNT;
    sums[token] = (sums[token] ?? 0) + (days.tokens[at] ?? 0);
  }
  return sums;
}
