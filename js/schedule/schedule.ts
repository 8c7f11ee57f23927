// The dates of a schedule. Every call reads its options, finds the timetable it has seen before, and asks the core. Options
// may be a Dag, whose other fields are not read.
import { RUN_TYPES } from "../codes.js";
import { type DateValue, date, integer, oneOf } from "../options.js";
import { call } from "../raw.js";
import type { RunType } from "../store/store.js";
import { iso } from "../time.js";
import type { Warning } from "../warning.js";
import type { DateInput, ScheduleInput, TimetableOptions } from "./input.js";
import { instantsOf } from "./instants.js";
import { scheduleOptions, timetable } from "./options.js";

/** All logical dates in [start, end], both ends included, ascending, as epoch milliseconds. `limit` truncates; without
 *  it more than 10,000,000 are refused with RANGE_TOO_LARGE (`details.count`).
 *
 *  The answer is a Float64Array, whose `map` gives numbers only: `Array.from(dates, (ms) => new Date(ms))` makes something
 *  else of each, and `nextDates` gives texts.
 *
 *  ```js
 *  const dates = expandRange("@daily", "2024-01-01", "2024-01-07");
 *  dates.length; // 7
 *  Array.from(dates, (ms) => new Date(ms).toISOString())[0]; // "2024-01-01T00:00:00.000Z"
 *  ``` */
export function expandRange(
  schedule: ScheduleInput,
  start: DateInput,
  end: DateInput,
  options: TimetableOptions & { limit?: number } = {},
): Float64Array {
  const { limit, ...read } = scheduleOptions<{ limit?: number }>(options, { limit: integer(0) });
  const [from, to] = [date(start, "start"), date(end, "end")];
  return call(() => timetable(schedule, read).expand(from, to, limit));
}

/** How many logical dates lie in [start, end]. NO_SCHEDULE without a schedule, as of `expandRange`. */
export function countRange(
  schedule: ScheduleInput,
  start: DateInput,
  end: DateInput,
  options: TimetableOptions = {},
): number {
  const read = scheduleOptions(options);
  const [from, to] = [date(start, "start"), date(end, "end")];
  return call(() => timetable(schedule, read).count(from, to));
}

/** The next `count` dates (default 1) after a date, which is itself excluded. Fewer where the schedule ends. */
export function nextDates(
  schedule: ScheduleInput,
  after: DateInput,
  count = 1,
  options: TimetableOptions = {},
): string[] {
  const read = scheduleOptions(options);
  const [from, most] = [date(after, "after"), integer(0, 10_000_000)(count, "count")];
  return Array.from(
    call(() => timetable(schedule, read).next(from, most)),
    iso,
  );
}

/** The last `count` dates (default 1) before a date, which is itself excluded; nearest first. */
export function previousDates(
  schedule: ScheduleInput,
  before: DateInput,
  count = 1,
  options: TimetableOptions = {},
): string[] {
  const read = scheduleOptions(options);
  const [from, most] = [date(before, "before"), integer(0, 10_000_000)(count, "count")];
  return Array.from(
    call(() => timetable(schedule, read).previous(from, most)),
    iso,
  );
}

/** The data interval of the run of each date, as epoch milliseconds: [start, end), by the position of the date. `runType` "manual": the
 *  last interval that was complete at that date, as a run by hand covers it. Dates need not be dates of the schedule.
 *
 *  ```js
 *  dataIntervals("@daily", ["2024-01-01"]).end[0]; // 1704153600000, which is 2024-01-02T00:00:00Z
 *  ``` */
export function dataIntervals(
  schedule: ScheduleInput,
  dates: Float64Array | readonly DateInput[],
  options: TimetableOptions & { runType?: RunType } = {},
): { start: Float64Array; end: Float64Array } {
  const { runType, ...read } = scheduleOptions<{ runType?: RunType }>(options, {
    runType: oneOf(...RUN_TYPES),
  });
  const instants = instantsOf(timetable(schedule, read), dates);
  // The core walks the dates once, so it wants them ascending.
  const order = Uint32Array.from(instants.keys()).sort(
    (a, b) => (instants[a] as number) - (instants[b] as number),
  );
  const sorted = Float64Array.from(order, (index) => instants[index] as number);
  const answer = call(() => timetable(schedule, read).intervals(sorted, runType === "manual"));
  const [start, end] = [new Float64Array(sorted.length), new Float64Array(sorted.length)];
  for (const [at, index] of order.entries()) {
    start[index] = answer[at] as number;
    end[index] = answer[at + sorted.length] as number;
  }
  return { start, end };
}

/** Plain words, warnings ("never fires", "day 13 OR Friday"), the next `count` dates (default 5) after `now`, and the
 *  zone's clock changes that touch them. */
export function explainSchedule(
  schedule: ScheduleInput,
  options: TimetableOptions & { now?: DateInput; count?: number } = {},
): { text: string; warnings: Warning[]; next: string[] } {
  const { now, count, ...read } = scheduleOptions<{ now?: DateValue; count?: number }>(options, {
    now: date,
    count: integer(0, 100_000),
  });
  return call(() => timetable(schedule, read).explain(now ?? Date.now(), count ?? 5));
}

/** Why a date is, or is not, a logical date of this schedule and range. `reason` is a stable code. */
export function explainDate(
  schedule: ScheduleInput,
  executionDate: DateInput,
  options: TimetableOptions & { start?: DateInput; end?: DateInput } = {},
): { included: boolean; reason: string; text: string; previous: string | null; next: string | null } {
  const { start, end, ...read } = scheduleOptions<{ start?: DateValue; end?: DateValue }>(options, {
    start: date,
    end: date,
  });
  const at = date(executionDate, "date");
  return call(() => timetable(schedule, read).explainDate(at, start, end));
}
