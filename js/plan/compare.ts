// The comparison of two schedules: the fate of each date when one replaces the other.
import { CHANGES, type Change } from "../codes.js";
import type { DagfillError } from "../error.js";
import { type DateValue, date, fields, placed, wrong } from "../options.js";
import { call, EdgeCode } from "../raw.js";
import type { DateInput, ScheduleInput, TimetableOptions } from "../schedule/input.js";
import { scheduleOptions, timetable } from "../schedule/options.js";
import type { RawTimetable } from "../schedule/timetable.js";
import { iso } from "../time.js";
import type { Warning } from "../warning.js";
import { changeText, changeWarnings } from "./compare_words.js";
import { type KnownRun, readKnownRuns, SUCCESS } from "./known_runs.js";

export interface ScheduleChange {
  kind: Change;
  before: string[];
  after: string[];
  /** Seconds of its new runs that old runs have covered already. */
  overlapSeconds: number;
  /** Seconds of its old runs that no new run covers, and of its new runs that no old run has covered. */
  uncoveredSeconds: number;
}

export interface ScheduleComparison {
  /** By their first date. Made when somebody looks at them. */
  readonly rows: ScheduleChange[];
  /** How many rows there are of each kind. */
  counts: Record<Change, number>;
  /** One sentence. */
  text: string;
  warnings: Warning[];
  /** The rows as columns, for large ranges; the caller's own copies. Row i has `sizes[2 * i]` of the dates before and
   *  `sizes[2 * i + 1]` of those after, one row's after the other's. */
  columns(): {
    kind: Uint8Array;
    sizes: Uint32Array;
    before: Float64Array;
    after: Float64Array;
    overlapSeconds: Float64Array;
    uncoveredSeconds: Float64Array;
  };
}

type Columns = ReturnType<ScheduleComparison["columns"]>;

/** What becomes of the dates of [start, end], both ends included, when `after` takes the place of `before`. Bounds are read in the
 *  zone of `before`. Dates belong together whose runs cover most of the same time; where one schedule covers nothing (kind
 *  "trigger" without `interval`), equal dates, and then the nearest. `existing` says what has run, in whatever schedule; without it
 *  every date before counts as run. Pure. More than 10,000,000 dates are refused with RANGE_TOO_LARGE.
 *
 *  ```js
 *  const { text } = compareSchedules("0 2 * * *", "0 3 * * *", { start: "2024-01-01", end: "2024-01-07" });
 *  // "7 dates before, 7 after: 7 moved by 1 hour later. Of the time they cover, 7 days covered twice."
 *  ``` */
export function compareSchedules(
  before: ScheduleInput,
  after: ScheduleInput,
  options: {
    start: DateInput;
    end: DateInput;
    before?: TimetableOptions;
    after?: TimetableOptions;
    existing?: Iterable<KnownRun>;
  },
): ScheduleComparison {
  const read = fields<{
    start: DateValue;
    end: DateValue;
    before: ReturnType<typeof scheduleOptions>;
    after: ReturnType<typeof scheduleOptions>;
    existing: Iterable<KnownRun>;
  }>(options, "options", {
    start: date,
    end: date,
    before: (value, path) => scheduleOptions(value, {}, path),
    after: (value, path) => scheduleOptions(value, {}, path),
    existing: (value) => value as Iterable<KnownRun>,
  });
  if (read.start === undefined) throw wrong("start", "a date", undefined);
  if (read.end === undefined) throw wrong("end", "a date", undefined);
  const [from, to] = [read.start, read.end];
  const [old, current] = [read.before ?? {}, read.after ?? {}];
  const columns = call((wasm) => {
    const dates = at("before", () => timetable(before, old));
    const start = at("start", () => dates.read(from, EdgeCode.Start));
    const end = at("end", () => dates.read(to, EdgeCode.End));
    const covered =
      read.existing === undefined ? undefined : coverage(read.existing, () => timetable(before, old));
    // Both timetables are in use at once: the second must not push the first out of the cache.
    const next = at("after", () => timetable(after, current));
    const made = new wasm.RawComparison(
      at("before", () => timetable(before, old)),
      next,
      start,
      end,
      covered,
    );
    try {
      const seconds = made.seconds();
      return {
        kind: made.kinds(),
        sizes: made.sizes(),
        before: made.before(),
        after: made.after(),
        overlapSeconds: seconds.slice(0, seconds.length / 2),
        uncoveredSeconds: seconds.slice(seconds.length / 2),
      };
    } finally {
      made.free();
    }
  });
  const counts = Object.fromEntries(CHANGES.map((kind) => [kind, 0])) as Record<Change, number>;
  for (const kind of columns.kind) counts[CHANGES[kind] as Change] += 1;
  let rows: ScheduleChange[] | undefined;
  return {
    get rows() {
      rows ??= rowsOf(columns);
      return rows;
    },
    counts,
    text: changeText(columns, counts),
    warnings: changeWarnings(
      { schedule: before, options: old },
      { schedule: after, options: current },
      counts,
    ),
    columns: () => ({
      kind: columns.kind.slice(),
      sizes: columns.sizes.slice(),
      before: columns.before.slice(),
      after: columns.after.slice(),
      overlapSeconds: columns.overlapSeconds.slice(),
      uncoveredSeconds: columns.uncoveredSeconds.slice(),
    }),
  };
}

function rowsOf({ kind, sizes, before, after, overlapSeconds, uncoveredSeconds }: Columns): ScheduleChange[] {
  let [old, current] = [0, 0];
  return Array.from(kind, (number, row) => {
    const [oldEnd, end] = [old + (sizes[2 * row] as number), current + (sizes[2 * row + 1] as number)];
    const made = {
      kind: CHANGES[number] as Change,
      before: Array.from(before.subarray(old, oldEnd), iso),
      after: Array.from(after.subarray(current, end), iso),
      overlapSeconds: overlapSeconds[row] as number,
      uncoveredSeconds: uncoveredSeconds[row] as number,
    };
    [old, current] = [oldEnd, end];
    return made;
  });
}

/** The time that runs cover which succeeded, or still may: pairs of a start and an end. */
function coverage(existing: Iterable<KnownRun>, dates: () => RawTimetable): Float64Array {
  const known = readKnownRuns(dates, existing);
  const spans: number[] = [];
  for (const [place, date] of known.dates.entries()) {
    if ((known.states[place] as number) > SUCCESS) continue;
    const start = known.starts[place] as number;
    if (Number.isNaN(start)) spans.push(...call(() => dates().interval(date)));
    else spans.push(start, known.ends[place] as number);
  }
  return Float64Array.from(spans);
}

/** Runs `check`; an error in it is about `field`, or about what is inside of it. */
function at<T>(field: string, check: () => T): T {
  try {
    return call(check);
  } catch (error) {
    const own = (error as DagfillError | null)?.field;
    throw placed(
      error,
      own === undefined ? field : `${field}${own.startsWith("schedule") ? own.slice(8) : `.${own}`}`,
    );
  }
}
