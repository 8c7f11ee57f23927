// Dates and schedules as users write them.

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
