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

/** What `dates` (epoch milliseconds, ascending) of a second schedule make of each day of a plan, for `comparison` of the calendar. Days are
 *  those of the plan's zone; a date that only the second schedule has takes the offset of the next date of the plan. Where both have equally
 *  many dates on a day that are not the same, these are moved, `earlier` or `later`. `differs` is called for each day with such dates.
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
  const days = walk(plan, dates);
  const day = Int32Array.from(days.keys()).sort();
  const counts = new Uint32Array(day.length * SHIFTS.length);
  for (const [at, number] of day.entries()) {
    const { same, removed, added } = days.get(number) as Day;
    const isMoved = removed.length === added.length;
    const earlier = isMoved ? removed.filter((date, place) => (added[place] as number) < date).length : 0;
    const count: Record<Shift, number> = {
      ...{ same, earlier, later: isMoved ? removed.length - earlier : 0 },
      removed: isMoved ? 0 : removed.length,
      added: isMoved ? 0 : added.length,
    };
    counts.set(
      SHIFTS.map((shift) => count[shift]),
      at * SHIFTS.length,
    );
    if (removed.length + added.length > 0) differs?.({ day: number, removed, added });
  }
  return { day, counts };
}

/** Both lists in one walk. */
function walk(
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
