import { compareSchedules, expandRange, explainSchedule } from "dagfill";
import { clock } from "../days";
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
    onlyA: 0,
    onlyB: 0,
    both: 0,
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
  const days = merge(a, offset, other, view);
  view.day = Int32Array.from(days.keys()).sort();
  view.counts = new Uint32Array(view.day.length * 3);
  const shifts = new Map<number, number>();
  view.day.forEach((day, at) => {
    const found = days.get(day);
    if (!found) return;
    view.counts.set([found.onlyA, found.onlyB, found.both], at * 3);
    if (view.first.length < FIRST && found.onlyA + found.onlyB > 0)
      view.first.push({ day, a: found.timesA, b: found.timesB });
    if (found.onlyA === 1 && found.onlyB === 1 && found.both === 0)
      shifts.set(found.shift, (shifts.get(found.shift) ?? 0) + 1);
  });
  view.shifts = [...shifts].map(([shift, count]) => ({ shift, count })).sort((x, y) => y.count - x.count);
  return view;
}

interface Day {
  onlyA: number;
  onlyB: number;
  both: number;
  /** Times of the dates that only one has, at most `TIMES`. */
  timesA: string[];
  timesB: string[];
  /** The last date of B minus the last of A, where each has its own. */
  shift: number;
}

/** Two sorted lists in one walk. */
function merge(a: Float64Array, offset: Int32Array, b: Float64Array, view: CompareView): Map<number, Day> {
  const days = new Map<number, Day>();
  const dayAt = (instant: number, seconds: number): Day => {
    const key = Math.floor((instant + seconds * 1000) / 86_400_000);
    let day = days.get(key);
    if (!day) {
      day = { onlyA: 0, onlyB: 0, both: 0, timesA: [], timesB: [], shift: 0 };
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
    if (left === right) {
      day.both++;
      view.both++;
      i++;
      j++;
    } else if (left < right) {
      day.onlyA++;
      if (day.timesA.length < TIMES) day.timesA.push(clock(left, seconds));
      day.shift -= left;
      view.onlyA++;
      i++;
    } else {
      day.onlyB++;
      if (day.timesB.length < TIMES) day.timesB.push(clock(right, seconds));
      day.shift += right;
      view.onlyB++;
      j++;
    }
  }
  return days;
}
