// The dates of a plan beside those of a second schedule, counted by civil day.
import { type Comparison, SHIFTS, type Shift } from "./comparison.js";
import { dayOf } from "./days.js";
import type { PlanColumns } from "./plan_columns.js";

/** The dates of one civil day that only one of two schedules has. Epoch milliseconds, ascending. */
export interface DayDifference {
  /** Days since 1970-01-01. */
  day: number;
  removed: readonly number[];
  added: readonly number[];
}

interface Day {
  same: number;
  removed: number[];
  added: number[];
}

/** Counts on each day how `dates` (epoch milliseconds, ascending) of a second schedule differ from a plan, for `comparison` of the calendar.
 *  Days are those of the plan's zone; a date that only the second schedule has takes the offset of the next date of the plan. Dates that only
 *  one of the schedules has count as moved, `earlier` or `later`, on a day on which both have equally many of them. `differs` is called for
 *  each day with such dates.
 *
 *  ```js
 *  const { start, end, timeZone } = backfill.plan;
 *  const second = expandRange("0 3 * * 1-5", start, end, { timeZone });
 *  return <DateCalendar backfill={backfill} comparison={compareDates(backfill.plan, second)} />;
 *  ``` */
export function compareDates(
  plan: Pick<PlanColumns, "dates" | "offsets">,
  dates: ArrayLike<number>,
  differs?: (difference: DayDifference) => void,
): Comparison {
  const days = byDay(plan, dates);
  const day = Int32Array.from(days.keys()).sort();
  const counts = new Uint32Array(day.length * SHIFTS.length);
  for (const [at, number] of day.entries()) {
    const found = days.get(number) as Day;
    const count = countsOf(found);
    counts.set(
      SHIFTS.map((shift) => count[shift]),
      at * SHIFTS.length,
    );
    const { removed, added } = found;
    if (removed.length + added.length > 0) differs?.({ day: number, removed, added });
  }
  return { day, counts };
}

function countsOf({ same, removed, added }: Day): Record<Shift, number> {
  if (removed.length !== added.length)
    return { same, earlier: 0, later: 0, removed: removed.length, added: added.length };
  const earlier = removed.filter((date, place) => (added[place] as number) < date).length;
  return { same, earlier, later: removed.length - earlier, removed: 0, added: 0 };
}

/** The dates of both schedules by day, by one walk along both. */
function byDay(
  { dates, offsets }: Pick<PlanColumns, "dates" | "offsets">,
  others: ArrayLike<number>,
): Map<number, Day> {
  const days = new Map<number, Day>();
  const last = dates.length - 1;
  const isDescending = last > 0 && (dates[0] as number) > (dates[last] as number);
  let [own, other] = [0, 0];
  while (own <= last || other < others.length) {
    const next = Math.min(own, last);
    const row = isDescending ? last - next : next;
    const left = own > last ? Number.POSITIVE_INFINITY : (dates[row] as number);
    const right = others[other] ?? Number.POSITIVE_INFINITY;
    const number = dayOf(Math.min(left, right), offsets[row] ?? 0);
    const day = days.get(number) ?? { same: 0, removed: [], added: [] };
    days.set(number, day);
    if (left === right) day.same += 1;
    else if (left < right) day.removed.push(left);
    else day.added.push(right);
    if (left <= right) own += 1;
    if (right <= left) other += 1;
  }
  return days;
}
