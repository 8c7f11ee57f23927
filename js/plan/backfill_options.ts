// The options of a backfill, with default and unit beside each.
import type { Duration } from "../duration.js";
import { duration, positiveDuration } from "../duration.js";
import type { JsonInput } from "../json.js";
import { record } from "../json_input.js";
import { macroTimeZone, type OnUnknown, onUnknown } from "../macros/options.js";
import {
  type Checked,
  callback,
  count,
  date,
  fields,
  flag,
  integer,
  list,
  name,
  number,
  oneOf,
  type Reader,
  text,
  wrong,
} from "../options.js";
import type { DateInput } from "../schedule/input.js";
import { type Chunk, chunk } from "./chunks.js";
import { optionDefaults } from "./option_defaults.js";
import { rate } from "./rate.js";
import { type Breaker, breaker, type Canary, canary, type StartWindow, startWindows } from "./valve.js";

/** `Conf`: the type of `conf` where it is an interface, which is no `Record`: `BackfillOptions<Conf>`. The methods take any object. */
export interface BackfillOptions<Conf extends object = Record<string, JsonInput>> {
  dagId: string;
  /** Both bounds are included. Beside the forms of a DateInput a text may be relative to now, in the schedule's zone: `today`, `yesterday`,
   *  `tomorrow`, `-P7D` (the whole day seven days ago), `-PT6H`, `now`; or a whole month or year: `2024-01`, `2024`. `start` and `end` of
   *  the preview say how they were read. */
  startDate: DateInput;
  endDate: DateInput;
  /** Runs in flight at once: an integer >= 1. Default 1, which keeps order and avoids races. */
  maxParallelRuns?: number;
  /** Plan only: nothing is executed, nothing is written. Default false. */
  dryRun?: boolean;
  /** Only dates whose existing run failed or was canceled. */
  rerunFailed?: boolean;
  /** Existing runs that ended are cleared (task instances, XCom) and run again. With rerunFailed: only failed and canceled ones. With
   *  `taskIds` only those tasks, and their upstreams, are cleared: what the others did stays. */
  resetDagRun?: boolean;
  /** Of new runs, and of those run again: a run that is run again without any keeps its own. */
  conf?: Conf;
  /** A different conf per date, merged over `conf`. Called once for each run to start, before the first starts. */
  confFor?: (executionDate: string) => object & Partial<Conf>;
  /** Dates of the schedule to leave alone this time. */
  excludeDates?: readonly DateInput[];
  /** Only these dates of the range. A date-only entry means every date of that civil day, as in `excludeDates`. A date outside of the schedule
   *  counts where it has a run, as `trigger` makes one. INVALID_OPTION for any other entry that names no date of the schedule in the range. */
  dates?: readonly DateInput[];
  /** In which order the dates run. "failed-first": those whose run failed or was canceled before the others; "bisect": the ends, then the
   *  middle of each gap, widest first; `{ newest: n }`: the newest n, newest first, then the others, oldest first. Another one than "oldest"
   *  (default) is refused (INVALID_DIRECTION) where the DAG or a task has dependsOnPast. */
  order?: "oldest" | "newest" | "failed-first" | "bisect" | { newest: number };
  /** One run for several consecutive dates, under the run id of the first: its data interval spans them, and every date keeps its own record.
   *  Dates that are skipped split chunks. Limits (`maxParallelRuns`, `rate`, `maxFailures`, `canary`) count chunks, totals count dates. Only in
   *  the orders "oldest" and "newest". */
  chunk?: Chunk;
  /** Runs dates whose run is not due yet. Default false. */
  includeNotDue?: boolean;
  /** Airflow's names for the same choice as the two flags above; not together with them. "none" (default): missing and canceled
   *  dates; "failed": also failed ones; "completed": all that ended, cleared first. */
  reprocess?: "none" | "failed" | "completed";
  /** By what an existing run counts. "date" (default): by its date. "interval": a date whose run covers the planned interval only in part
   *  is reset, and takes the planned interval; runs with an empty interval, and those by hand, count by date. Runs on other dates count for
   *  nothing: 24 hourly runs are no daily run. */
  coverage?: "date" | "interval";
  /** The same as `order: "newest"`. Default false. */
  runBackwards?: boolean;
  /** With dependsOnPast the first row of the plan, or its tasks, asks for the success of the date before it, too. Default false: it is
   *  let through, as Airflow has it. */
  strictPast?: boolean;
  /** Stop starting runs after this many failures. Default Infinity. */
  maxFailures?: number;
  /** Further attempts after a failure; of a chunk also when some of its dates have failed, with all of its dates. Default 0. */
  retries?: number;
  /** Wait before the second attempt. Default 0. */
  retryDelay?: Duration;
  /** Each further wait is this many times the one before, up to a day. Default 1. */
  retryBackoff?: number;
  /** A run that takes longer is aborted: unless it is fulfilled all the same within `abortGrace`, it has failed. Default none. */
  runTimeout?: Duration;
  /** How long an aborted run may take to settle before it is recorded as failed and its slot is freed. Default 30_000. */
  abortGrace?: Duration;
  /** At most `count` starts in any window of `per`. */
  rate?: { count: number; per: Duration };
  /** The first dates run alone, and the others when they are approved; a canary that is rejected cancels the backfill. */
  canary?: Canary;
  /** What happens when too many of the latest runs have failed. */
  breaker?: Breaker;
  /** Runs start only inside these windows. */
  startWindows?: readonly StartWindow[];
  /** `preview` only: also plans the DAGs downstream, by `Dag.inputs`. */
  cascade?: boolean;
  /** Larger plans are refused with RANGE_TOO_LARGE. Default 100_000. */
  maxRuns?: number;
  /** The hash of the preview that was seen: PLAN_CHANGED if the plan is another now. */
  planHash?: string;
  /** Kept with the backfill, and listed with its options. */
  labels?: Record<string, string>;
  note?: string;
  /** Default: a new unique name. BACKFILL_EXISTS when it was used before. */
  backfillId?: string;
  /** Only these tasks. Of a run that exists already, the tasks at the end of the DAG that were not chosen decide with them how it ends: the run
   *  has failed while one of these stands without success. */
  taskIds?: readonly string[];
  /** And their upstreams. Default true. */
  withUpstream?: boolean;
  /** Text of templates that nothing resolves. Default: what tasks, the DAG and the service say, else "keep". */
  onUnknown?: OnUnknown;
  /** Zone in which templates write dates. Default: the DAG's. */
  macroTimeZone?: string;
}

const ORDERS = ["oldest", "newest", "failed-first", "bisect"] as const;

function order(value: unknown, path: string): NonNullable<BackfillOptions["order"]> {
  if (typeof value !== "object" || value === null) return oneOf(...ORDERS)(value, path);
  const { newest } = fields(value, path, { newest: integer(0) });
  if (newest === undefined) throw wrong(path, `${ORDERS.join(", ")} or { newest }`, value);
  return { newest };
}

function labels(value: unknown, path: string): Record<string, string> {
  const read = record(value, path);
  for (const [key, label] of Object.entries(read)) text(label, `${path}.${key}`);
  return read as Record<string, string>;
}

/** `confFor` is only checked to be a function here; its results are checked when it is called. */
const spec = {
  dagId: name,
  startDate: date,
  endDate: date,
  maxParallelRuns: integer(1),
  dryRun: flag,
  rerunFailed: flag,
  resetDagRun: flag,
  conf: record,
  confFor: callback<NonNullable<BackfillOptions["confFor"]>>(),
  excludeDates: list(date),
  dates: (value, path) => {
    const dates = list(date)(value, path);
    if (dates.length === 0) throw wrong(path, "at least one date", value);
    return dates;
  },
  order,
  chunk,
  includeNotDue: flag,
  reprocess: oneOf("none", "failed", "completed"),
  coverage: oneOf("date", "interval"),
  runBackwards: flag,
  strictPast: flag,
  maxFailures: count(1),
  retries: integer(0),
  retryDelay: duration,
  retryBackoff: number(1),
  runTimeout: positiveDuration,
  abortGrace: duration,
  rate,
  canary,
  breaker,
  startWindows,
  cascade: flag,
  maxRuns: integer(1),
  labels,
  note: text,
  planHash: name,
  backfillId: name,
  taskIds: list(name),
  withUpstream: flag,
  onUnknown,
  macroTimeZone,
} satisfies Record<keyof BackfillOptions, Reader<unknown>>;

type Needed = Pick<typeof spec, "dagId" | "startDate" | "endDate">;

/** Options with their defaults, times in milliseconds. Plain data but for `confFor`. */
export type CheckedOptions = Checked<typeof spec, typeof optionDefaults & Needed>;

/** The options that a backfill may be resumed with instead of its own. */
export type BackfillLimits = Pick<
  BackfillOptions,
  "maxParallelRuns" | "rate" | "retries" | "maxFailures" | "runTimeout"
>;

export function readLimits(value: unknown, path: string): Partial<CheckedOptions> {
  const { maxParallelRuns, rate, retries, maxFailures, runTimeout } = spec;
  const limits = { maxParallelRuns, rate, retries, maxFailures, runTimeout };
  return fields<Checked<typeof limits>>(value, path, limits);
}

export function readOptions(value: unknown): CheckedOptions {
  const read = fields<Checked<typeof spec>>(value, "options", spec);
  const { dagId, startDate, endDate } = read;
  if (dagId === undefined) throw wrong("dagId", "the id of a DAG", undefined);
  if (startDate === undefined) throw wrong("startDate", "a date", undefined);
  if (endDate === undefined) throw wrong("endDate", "a date", undefined);
  if (read.chunk !== undefined && !["oldest", "newest", undefined].includes(read.order as string))
    throw wrong("order", "oldest or newest, because of chunk", read.order);
  return { ...optionDefaults, excludeDates: [], ...read, dagId, startDate, endDate };
}
