import { compareSchedules, expandRange, explainSchedule } from "dagfill";
import { clock } from "dagfill/planning";
import { SHIFTS, type Shift } from "dagfill/react";
import { failureOf } from "../failure";
import type { CompareView, Draft, PlanView } from "../model";
import { HARD_LIMIT, scheduleOf } from "../request";

/** So many days with differences are told in words, with so many times each. */
const FIRST = 5;
const TIMES = 4;

/** Dates of the plan's schedule beside those of a second one, over the same instants. Days are those of zone A, whose
 *  offsets come with the plan; a date that only B has takes the offset of the nearest date of A. */
export function compare(draft: Draft, plan: PlanView): CompareView {
  const { start, end, dates, offsets } = plan;
  const view: CompareView = {
    removed: 0,
    added: 0,
    first: [],
    day: new Int32Array(),
    counts: new Uint32Array(),
    shifts: [],
    error: null,
    textB: "",
    impact: [],
  };
  const second = draft.compare;
  if (!second) return view;
  let other: Float64Array;
  try {
    const options = { timeZone: second.timeZone.trim(), kind: draft.kind, dst: draft.dst };
    view.textB = explainSchedule(scheduleOf(second.schedule), { ...options, count: 1 }).text;
    other = expandRange(scheduleOf(second.schedule), start, end, { ...options, limit: HARD_LIMIT });
    const { text, warnings } = compareSchedules(scheduleOf(draft.schedule), scheduleOf(second.schedule), {
      start,
      end,
      before: { timeZone: draft.timeZone.trim(), kind: draft.kind, dst: draft.dst },
      after: options,
    });
    view.impact = [text, ...warnings.map(({ message }) => message)];
  } catch (thrown) {
    return { ...view, error: failureOf(thrown) };
  }
  const ascending = dates.length < 2 || (dates[0] ?? 0) < (dates[1] ?? 0);
  const a = ascending ? dates : dates.slice().reverse();
  const offset = ascending ? offsets : offsets.slice().reverse();
  const days = merge(a, offset, other);
  view.day = Int32Array.from(days.keys()).sort();
  view.counts = new Uint32Array(view.day.length * SHIFTS.length);
  const shifts = new Map<number, number>();
  view.day.forEach((day, at) => {
    const found = days.get(day);
    if (!found) return;
    const { a: removed, b: added } = found;
    if (view.first.length < FIRST && removed.length + added.length > 0)
      view.first.push({ day, a: found.timesA, b: found.timesB });
    let [earlier, later] = [0, 0];
    // Equally many dates are the same ones at other times.
    const isShifted = removed.length === added.length;
    if (isShifted)
      removed.forEach((date, place) => {
        const shift = (added[place] as number) - date;
        shifts.set(shift, (shifts.get(shift) ?? 0) + 1);
        if (shift < 0) earlier++;
        else later++;
      });
    else {
      view.removed += removed.length;
      view.added += added.length;
    }
    const count: Record<Shift, number> = {
      ...{ same: found.same, earlier, later },
      ...(isShifted ? { removed: 0, added: 0 } : { removed: removed.length, added: added.length }),
    };
    view.counts.set(
      SHIFTS.map((shift) => count[shift]),
      at * SHIFTS.length,
    );
  });
  view.shifts = [...shifts].map(([shift, count]) => ({ shift, count })).sort((x, y) => y.count - x.count);
  return view;
}

interface Day {
  /** Dates of both schedules. */
  same: number;
  /** Dates that only one of them has. */
  a: number[];
  b: number[];
  /** The times of these, at most `TIMES`. */
  timesA: string[];
  timesB: string[];
}

/** Two sorted lists in one walk. */
function merge(a: Float64Array, offset: Int32Array, b: Float64Array): Map<number, Day> {
  const days = new Map<number, Day>();
  const dayAt = (instant: number, seconds: number): Day => {
    const key = Math.floor((instant + seconds * 1000) / 86_400_000);
    let day = days.get(key);
    if (!day) {
      day = { same: 0, a: [], b: [], timesA: [], timesB: [] };
      days.set(key, day);
    }
    return day;
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = i < a.length ? (a[i] ?? 0) : Number.POSITIVE_INFINITY;
    const right = j < b.length ? (b[j] ?? 0) : Number.POSITIVE_INFINITY;
    const seconds = offset[Math.min(i, offset.length - 1)] ?? 0;
    const day = dayAt(Math.min(left, right), seconds);
    if (left === right) day.same++;
    else if (left < right) {
      day.a.push(left);
      if (day.timesA.length < TIMES) day.timesA.push(clock(left, seconds));
    } else {
      day.b.push(right);
      if (day.timesB.length < TIMES) day.timesB.push(clock(right, seconds));
    }
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return days;
}
