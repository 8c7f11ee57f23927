// Data intervals and due times of some dates on one axis, whose marks are round times of the schedule's zone, or bounds of the intervals.
import { dayWords, type Locale } from "../locale.js";
import { zoneOffset, zoneTime } from "../plan/zone_clock.js";
import type { PlannedDate } from "../planning/date_detail.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEPS = [1 / 60, 1 / 12, 1 / 4, 1 / 2, 1, 2, 3, 6, 12, 24, 48].map((hours) => hours * HOUR);
/** More marks do not fit beside each other on a phone. */
const MOST_MARKS = 3;

/** From the first interval's start to the last due time, in epoch milliseconds. */
export interface IntervalAxis {
  from: number;
  to: number;
  /** Where intervals begin and end, in order. */
  bounds: readonly number[];
}

type Dated = Pick<PlannedDate, "dataInterval" | "runAfter">;

export function intervalAxis(dates: readonly Dated[]): IntervalAxis {
  const ends = dates.flatMap(({ dataInterval: { start, end } }) => [start, end].map(Date.parse));
  const at = [...ends, ...dates.map(({ runAfter }) => Date.parse(runAfter))];
  const from = Math.min(...at);
  return { from, to: Math.max(from + 1, ...at), bounds: ends.sort((a, b) => a - b) };
}

/** Where an instant stands on the axis: 0 is its start, 1 its end. */
export const shareOf = ({ from, to }: IntervalAxis, instant: string | number): number =>
  ((typeof instant === "number" ? instant : Date.parse(instant)) - from) / (to - from);

/** The first of so many neighbouring rows, the chosen one in their middle where the plan reaches as far. */
export function firstAround(selected: number | null, total: number, count: number): number {
  return Math.max(0, Math.min((selected ?? 0) - Math.floor(count / 2), total - count));
}

/** Round times of the zone's clock along the axis: days, or hours and minutes where it is short. Weeks and months are marked where the
 *  intervals begin and end: nothing else of a longer axis is round to its schedule. */
export function intervalMarks(
  axis: IntervalAxis,
  timeZone: string,
  locale: Locale,
): { at: number; text: string }[] {
  const { from, to } = axis;
  const step = STEPS.find((each) => (to - from) / each <= MOST_MARKS);
  if (step === undefined) return boundMarks(axis, timeZone, locale);
  const marks: { at: number; text: string }[] = [];
  const first = from + zoneOffset(from, timeZone) * 1000;
  for (let local = Math.ceil(first / step) * step; ; local += step) {
    // The offset of an instant near by may be another one: that of the instant found with it holds.
    const near = local - zoneOffset(local, timeZone) * 1000;
    const at = local - zoneOffset(near, timeZone) * 1000;
    if (at > to) return marks;
    // A local time that a clock change skips has no mark.
    if (at + zoneOffset(at, timeZone) * 1000 !== local) continue;
    const clock = new Date(local).toISOString().slice(11, 16);
    const isDay = local % DAY === 0;
    marks.push({ at, text: isDay ? dayWords(locale, local / DAY, DAY_OF_MONTH) : clock });
  }
}

const DAY_OF_MONTH: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };

function boundMarks({ from, to, bounds }: IntervalAxis, timeZone: string, locale: Locale) {
  const format: Intl.DateTimeFormatOptions =
    to - from > 366 * DAY ? { month: "short", year: "numeric" } : DAY_OF_MONTH;
  let free = from;
  return bounds.flatMap((at) => {
    if (at < free) return [];
    // The words of a mark have a quarter of the axis.
    free = at + (to - from) / 4;
    const day = Math.floor((at + zoneOffset(at, timeZone) * 1000) / DAY);
    return [{ at, text: dayWords(locale, day, format) }];
  });
}

/** As `zoneTime` without the offset: `2026-03-29 03:30`. */
export function zoneMinute(instant: string, timeZone: string): string {
  const text = zoneTime(instant, timeZone);
  return text.endsWith("Z") ? text : text.slice(0, 16);
}
