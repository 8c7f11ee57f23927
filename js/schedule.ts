// The dates of a schedule. Every call reads its options, finds the timetable it has seen before, and asks the core.
import { type DateValue, date, fields, integer } from "./options.js";
import { call } from "./raw.js";
import { iso } from "./time.js";
import { timetable, timetableSpec } from "./timetable.js";

/** An instant or a wall-clock time.
 *  - `Date` or number (epoch milliseconds): an instant.
 *  - string with an offset or `Z`: an instant.
 *  - string without an offset (`2024-03-10T02:30`): wall-clock time in the schedule's zone.
 *  - date only (`2024-03-10`): the whole civil day in the schedule's zone; as a start its first instant, as an end its
 *    last, as a point its first.
 *  A wall-clock bound in a gap moves forward; in a fold a start takes the first reading, an end the second. */
export type DateInput = Date | number | string;

/** A cron text (5 fields; 6 with seconds first; 7 with seconds first and year last; `@daily`-style presets), several of
 *  them, a fixed period as an ISO 8601 duration, or explicit dates. `null`: no schedule, manual runs only. */
export type ScheduleInput =
  | string
  | readonly string[]
  | { cron: string | readonly string[]; dialect?: "unix" | "quartz" }
  | { every: string; anchor?: DateInput }
  | { dates: readonly DateInput[] }
  | null;

export interface TimetableOptions {
  /** IANA name. Default "UTC". */
  timeZone?: string;
  /** "interval": a run covers [tick, next tick) and is due when that has ended (Airflow 2). "trigger": a run is due at its
   *  tick, its interval is empty (Airflow 3). Default "interval". */
  kind?: "interval" | "trigger";
  /** What becomes of wall-clock times that a clock change repeats or removes. Default "airflow": a removed time moves
   *  forward by the gap, a repeated one runs once, at its second occurrence; expressions whose hour field covers all 24
   *  hours follow real time. The other four hold for every expression. */
  dst?: "airflow" | "earlier" | "later" | "skip" | "both";
  /** Civil dates, instants or a cron text that are no dates of this schedule (holidays). */
  exclude?: readonly DateInput[] | { cron: string };
}

/** Something a person should know before they go on. `code` is stable. */
export interface Warning {
  code: string;
  message: string;
  at?: string;
  count?: number;
}

/** All logical dates in [start, end], both ends included, ascending, as epoch milliseconds. `limit` truncates; without
 *  it more than 10,000,000 are refused with RANGE_TOO_LARGE (`details.count`).
 *
 *  ```js
 *  expandRange("@daily", "2024-01-01", "2024-01-07").length; // 7
 *  ``` */
export function expandRange(
  schedule: ScheduleInput,
  start: DateInput,
  end: DateInput,
  options: TimetableOptions & { limit?: number } = {},
): Float64Array {
  const { limit, ...read } = fields<TimetableOptions & { limit?: number }>(options, "options", {
    ...timetableSpec,
    limit: integer(0),
  });
  const [from, to] = [date(start, "start"), date(end, "end")];
  return call(() => timetable(schedule, read).expand(from, to, limit));
}

/** How many logical dates lie in [start, end]. */
export function countRange(
  schedule: ScheduleInput,
  start: DateInput,
  end: DateInput,
  options: TimetableOptions = {},
): number {
  const read = fields<TimetableOptions>(options, "options", timetableSpec);
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
  const read = fields<TimetableOptions>(options, "options", timetableSpec);
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
  const read = fields<TimetableOptions>(options, "options", timetableSpec);
  const [from, most] = [date(before, "before"), integer(0, 10_000_000)(count, "count")];
  return Array.from(
    call(() => timetable(schedule, read).previous(from, most)),
    iso,
  );
}

/** Plain words, warnings ("never fires", "day 13 OR Friday"), the next `count` dates (default 5) after `now`, and the
 *  zone's clock changes that touch them. */
export function explainSchedule(
  schedule: ScheduleInput,
  options: TimetableOptions & { now?: DateInput; count?: number } = {},
): { text: string; warnings: Warning[]; next: string[] } {
  const { now, count, ...read } = fields<TimetableOptions & { now?: DateValue; count?: number }>(
    options,
    "options",
    {
      ...timetableSpec,
      now: date,
      count: integer(0, 100_000),
    },
  );
  return call(() => timetable(schedule, read).explain(now ?? Date.now(), count ?? 5));
}

/** Why a date is, or is not, a logical date of this schedule and range. `reason` is a stable code. */
export function explainDate(
  schedule: ScheduleInput,
  executionDate: DateInput,
  options: TimetableOptions & { start?: DateInput; end?: DateInput } = {},
): { included: boolean; reason: string; text: string; previous: string | null; next: string | null } {
  const { start, end, ...read } = fields<TimetableOptions & { start?: DateValue; end?: DateValue }>(
    options,
    "options",
    {
      ...timetableSpec,
      start: date,
      end: date,
    },
  );
  const at = date(executionDate, "date");
  return call(() => timetable(schedule, read).explainDate(at, start, end));
}
