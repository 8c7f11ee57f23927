// The clock of a civil day on which it changes: what it shows before and after, which times it leaves out or shows twice, and the runs.
import { findDay } from "../plan/day_columns.js";
import type { ClockChange, PlanColumns } from "../plan/plan_columns.js";

const DAY = 86_400;
/** Marks closer together than this are one, in seconds. */
const APART = 900;

/** Times are seconds of the day, 0 to 86,400, on the clock of the schedule's zone. */
export interface ClockPicture {
  /** "gap": times that do not exist. "fold": times that come twice. */
  kind: "gap" | "fold";
  /** The civil day of those times. */
  day: number;
  from: number;
  to: number;
  /** The clock before the change and after it: its offset in seconds, and the part of the day that it shows. */
  clocks: readonly [Clock, Clock];
  /** Dates of the plan on that day. */
  runs: readonly ClockRun[];
}

export interface Clock {
  offset: number;
  from: number;
  to: number;
}

export interface ClockRun {
  row: number;
  at: number;
  /** The one of `clocks` that shows it. */
  clock: 0 | 1;
}

/** The picture of a civil day; null where the clock does not change on it. */
export function clockPicture(plan: PlanColumns, day: number): ClockPicture | null {
  for (const change of plan.clockChanges) {
    const picture = pictureOf(change);
    // A change at midnight belongs to the days on both of its sides.
    if (picture.day === day || change.day === day)
      return { ...picture, runs: runsOf(plan, picture.day, change) };
  }
  return null;
}

function pictureOf({ at, offsetBefore, offsetAfter }: ClockChange): Omit<ClockPicture, "runs"> {
  const instant = Date.parse(at) / 1000;
  const [last, next] = [instant + offsetBefore, instant + offsetAfter];
  const day = Math.floor(Math.min(last, next) / DAY);
  const inDay = (local: number) => Math.max(0, Math.min(DAY, local - day * DAY));
  return {
    kind: next > last ? "gap" : "fold",
    day,
    from: inDay(Math.min(last, next)),
    to: inDay(Math.max(last, next)),
    clocks: [
      { offset: offsetBefore, from: 0, to: inDay(last) },
      { offset: offsetAfter, from: inDay(next), to: DAY },
    ],
  };
}

function runsOf({ days, dates, offsets }: PlanColumns, day: number, change: ClockChange): ClockRun[] {
  const at = findDay(days, day);
  if (days.day[at] !== day) return [];
  const instant = Date.parse(change.at);
  const first = days.first[at] as number;
  return Array.from({ length: days.count[at] as number }, (_, place): ClockRun => {
    const row = first + place;
    const date = dates[row] as number;
    const local = date / 1000 + (offsets[row] as number) - day * DAY;
    return { row, at: local, clock: date >= instant ? 1 : 0 };
  });
}

/** Runs whose marks do not cover each other. */
export function apartRuns(runs: readonly ClockRun[]): ClockRun[] {
  const seen = new Map<string, ClockRun>();
  for (const run of runs) {
    const key = `${run.clock} ${Math.floor(run.at / APART)}`;
    if (!seen.has(key)) seen.set(key, run);
  }
  return [...seen.values()];
}
