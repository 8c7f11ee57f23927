// The dates of a plan by civil day, with the counts of each day's tokens.
import { DAY, dayOf } from "./days.js";
import { TOKEN_COUNT } from "./tokens.js";

/** One entry a civil day that has dates, ascending. */
export interface DayColumns {
  /** Days since 1970-01-01. */
  readonly day: Int32Array;
  /** Lowest row of each day; its rows are neighbours. */
  readonly first: Uint32Array;
  readonly count: Uint32Array;
  /** `TOKENS.length` counts a day. */
  readonly tokens: Uint32Array;
}

/** Rows by day. They must be in order of their dates, in either direction. */
export function groupByDay(dates: Float64Array, offsets: Int32Array, tokens: Uint8Array): DayColumns {
  const day: number[] = [];
  const first: number[] = [];
  let [from, to] = [0, 0];
  const isIn = (row: number) => {
    const local = (dates[row] as number) + (offsets[row] as number) * 1000;
    return local >= from && local < to;
  };
  for (let row = 0, length = 0; row < dates.length; row += length) {
    const here = dayOf(dates[row] as number, offsets[row] as number);
    [from, to] = [here * DAY, (here + 1) * DAY];
    day.push(here);
    first.push(row);
    // Reading each of a million rows would take most of the time, and most days have as many dates as the one before: only the ends of such a
    // day are read. With the same offset at both ends all dates between them are of this day: no clock changes twice within one.
    const next = row + length;
    const isAsLong = length > 0 && next < dates.length && isIn(next - 1) && !isIn(next);
    if (isAsLong && offsets[row] === offsets[next - 1]) continue;
    length = 1;
    while (row + length < dates.length && isIn(row + length)) length += 1;
  }
  const count = first.map((row, at) => (first[at + 1] ?? dates.length) - row);
  if (day.length > 1 && (day[0] as number) > (day[1] as number))
    for (const column of [day, first, count]) column.reverse();
  const columns = {
    day: Int32Array.from(day),
    first: Uint32Array.from(first),
    count: Uint32Array.from(count),
  };
  return { ...columns, tokens: countTokens(columns, tokens) };
}

/** The counts of every day, from the tokens of its rows. */
export function countTokens(
  { day, first, count }: Omit<DayColumns, "tokens">,
  tokens: Uint8Array,
): Uint32Array {
  const shares = new Uint32Array(day.length * TOKEN_COUNT);
  for (let at = 0; at < day.length; at++) {
    const end = (first[at] as number) + (count[at] as number);
    for (let row = first[at] as number; row < end; row++) {
      const share = at * TOKEN_COUNT + (tokens[row] as number);
      shares[share] = (shares[share] as number) + 1;
    }
  }
  return shares;
}

/** Index of a civil day, or of the first one behind it. */
export function findDay({ day: days }: { day: ArrayLike<number> }, day: number): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle] as number) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lowest row of a civil day; null when it has no date. */
export function firstRow(days: DayColumns, day: number): number | null {
  const at = findDay(days, day);
  return days.day[at] === day ? (days.first[at] ?? null) : null;
}

/** The civil day of a row. */
export function dayOfRow(plan: { dates: Float64Array; offsets: Int32Array }, row: number): number {
  return dayOf(plan.dates[row] ?? 0, plan.offsets[row] ?? 0);
}

/** Counts of all tokens over the whole plan. */
export function totals(days: DayColumns): number[] {
  const sums = new Array<number>(TOKEN_COUNT).fill(0);
  days.tokens.forEach((count, at) => {
    sums[at % TOKEN_COUNT] = (sums[at % TOKEN_COUNT] as number) + count;
  });
  return sums;
}
