// Dates and schedules as users write them.

/** An instant or a wall-clock time.
 *  - `Date` or number (epoch milliseconds): an instant.
 *  - string with an offset or `Z`: an instant.
 *  - string without an offset (`2024-03-10T02:30`): wall-clock time in the schedule's zone.
 *  - date only (`2024-03-10`): the whole civil day in the schedule's zone; as a start its first instant, as an end its
 *    last, as a point its first.
 *  A wall-clock bound in a gap moves forward; in a fold a start takes the first reading, an end the second. */
export type DateInput = Date | number | string;

/** A cron text (5 fields; 6 with seconds first; 7 with seconds first and year last; `@daily`-style presets; `@every 5m`),
 *  several of them, a fixed period as an ISO 8601 duration, explicit dates, or a union. `null`: no schedule, manual runs only.
 *
 *  A cron text may name its zone before it, as `CRON_TZ=Europe/Berlin 0 5 * * *`, where `timeZone` is not given or equal.
 *
 *  - `dialect`: "unix" (default); "quartz": 6 or 7 fields with seconds first, Sunday = 1, `?`; "aws": `cron(0 10 * * ? *)` and
 *    `rate(5 minutes)`. All know `L`, `L-3`, `15W`, `LW`, `5L`, `5#2`.
 *  - `dayMatch`: how day of month and day of week combine when both are restricted. "or" (default of unix): one of them is
 *    enough; "and" (default of the others): both must hold, as `+` before the day of week says; "vixie": both where one of the
 *    two fields starts with `*`, else one.
 *
 *  ```js
 *  nextDates({ cron: "0 0 12 LW * ?", dialect: "quartz" }, "2024-03-01"); // ["2024-03-29T12:00:00Z"]
 *  ``` */
export type ScheduleInput =
  | string
  | readonly string[]
  | {
      cron: string | readonly string[];
      dialect?: "unix" | "quartz" | "aws";
      dayMatch?: "or" | "and" | "vixie";
    }
  | { every: string; anchor?: DateInput }
  | { dates: readonly DateInput[] }
  /** Every date of any of them, once. */
  | { union: readonly Exclude<ScheduleInput, null>[] }
  | null;

/** What happens to wall-clock times that a clock change removes (gap) or repeats (fold).
 *
 *  - `gap`: "forward" runs a removed time later by the gap (02:30 becomes 03:30), "backward" earlier by it (01:30), "skip"
 *    drops it, "end" runs all times of the gap once, at the first instant after it (03:00).
 *  - `fold`: which reading of a repeated time runs.
 *  - `wildcard`: "real_time" lets wildcard expressions follow real time instead (nothing in a gap, both readings of a fold).
 *    These are, with gap "end", expressions whose minute or hour starts with `*` (as Vixie cron has it), else those whose hour
 *    field covers all 24 hours. Default "wall".
 *
 *  ```js
 *  nextDates("30 1 * * *", "2024-11-03", 2, { timeZone: "America/New_York", dst: { gap: "end", fold: "both" } });
 *  ``` */
export interface DstRule {
  gap: "forward" | "backward" | "skip" | "end";
  fold: "first" | "second" | "both";
  wildcard?: "real_time" | "wall";
}

/** Days on which no business is done. */
export interface BusinessCalendar {
  /** IANA name of the zone whose civil days these are. Default: the schedule's. */
  timeZone?: string;
  /** Default Saturday and Sunday. */
  weekend?: readonly ("MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT" | "SUN")[];
  /** Civil days; of an instant, its day in the calendar's zone. A list that ends before the range is warned of. */
  holidays: readonly DateInput[];
}

export interface TimetableOptions {
  /** IANA name. Default: the zone that the cron text names, else "UTC". */
  timeZone?: string;
  /** "interval": a run covers [tick, next tick) and is due when that has ended (Airflow 2). "trigger": a run is due at its
   *  tick, its interval is empty (Airflow 3). Default "interval". */
  kind?: "interval" | "trigger";
  /** What happens to wall-clock times that a clock change repeats or removes: a rule, or the name of one.
   *
   *  - "airflow" (default): gap "forward", fold "second", wildcard "real_time".
   *  - "java": "forward", "first" (`java.time`, Temporal's "compatible", cron-parser, OCPS).
   *  - "kubernetes": "skip", "both" (robfig/cron, Argo).
   *  - "vixie": "end", "first", "real_time" (Debian's cron, Cronos, cronosjs, node-cron).
   *  - "earlier": "backward", "first". "later": "forward", "second". "skip": "skip", "second". "both": "forward", "both". */
  dst?: "airflow" | "earlier" | "later" | "skip" | "both" | "java" | "kubernetes" | "vixie" | DstRule;
  /** What is no date of this schedule: civil days, instants, the dates of a cron text, the closed days of a calendar. The
   *  neighbours' data intervals stay as they are; previous and next jump over them. */
  exclude?:
    | { cron: string }
    | { calendar: string }
    | readonly (DateInput | { cron: string } | { calendar: string })[];
  /** A run covers this much before its date, whatever the kind, and is due at its date: milliseconds or an ISO 8601 duration.
   *  Days and longer are steps on the schedule's calendar, hours and shorter pass on a stopwatch, as in `{ every }`. */
  interval?: number | string;
  /** Calendars by name, for `exclude` and `roll`. */
  calendars?: Record<string, BusinessCalendar>;
  /** A date on a day that `calendar` closes moves by whole days, at the same time on the wall: to the next open day, to the one
   *  before, or ("modified") to the next one of its month, else to the one before; or ("skip") it is dropped. Dates that meet are
   *  one. Data intervals go from one date that is left to the next. What is excluded is excluded before it moves and after.
   *
   *  ```js
   *  nextDates("0 18 L * *", "2024-08-01", 1, {
   *    calendars: { nyse: { timeZone: "America/New_York", holidays: ["2024-09-02"] } },
   *    roll: { calendar: "nyse", to: "next" },
   *  }); // ["2024-09-03T18:00:00Z"]: 31 August is a Saturday, 2 September is Labor Day
   *  ``` */
  roll?: { calendar: string; to: "next" | "previous" | "modified" | "skip" };
}
