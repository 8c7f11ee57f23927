import { compareSchedules, expandRange, explainSchedule } from "dagfill";
import { clock, compareDates, findDay, zoneText } from "dagfill/planning";
import { failureOf } from "../failure";
import type { CompareView, Draft, PlanView } from "../model";
import { HARD_LIMIT, scheduleOf } from "../request";

/** So many days with differences are told in words, with so many times each. */
const FIRST = 5;
const TIMES = 4;

/** Dates of the plan's schedule beside those of a second one, over the same instants. Days and times are those of zone A. */
export function compare(draft: Draft, plan: PlanView): CompareView {
  const { start, end } = plan;
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
  const shifts = new Map<number, number>();
  const { days, offsets, timeZone } = plan;
  /** Times of a day, in a zone that the host does not know by the offset of the plan's next date. */
  const times = (instants: readonly number[], day: number) => {
    const offset = offsets[days.first[findDay(days, day)] ?? offsets.length - 1] ?? 0;
    return instants
      .slice(0, TIMES)
      .map((at) => zoneText(at, timeZone)?.slice(11).replace(/:00$/, "") ?? clock(at, offset));
  };
  const compared = compareDates(plan, other, ({ day, removed, added }) => {
    if (view.first.length < FIRST) view.first.push({ day, a: times(removed, day), b: times(added, day) });
    if (removed.length === added.length)
      removed.forEach((date, place) => {
        const shift = (added[place] as number) - date;
        shifts.set(shift, (shifts.get(shift) ?? 0) + 1);
      });
    else {
      view.removed += removed.length;
      view.added += added.length;
    }
  });
  Object.assign(view, compared);
  view.shifts = [...shifts].map(([shift, count]) => ({ shift, count })).sort((x, y) => y.count - x.count);
  return view;
}
