// The public API of `dagfill`, as its users should see it. This file is the contract: the package's
// own generated types must accept every program that these accept. Names, defaults, units and error
// codes are binding; how they are made is not. Add what users need; take nothing away.

// Strings that dagfill writes: instants as `YYYY-MM-DDTHH:MM:SSZ`, with milliseconds only when they are not zero (the macro `ts` writes
// `+00:00`, six digits); `localDate` with the zone's offset. Resolution 1 ms. Spans (`start`, `end`) count UTF-16 units, as JS does.

// ---------------------------------------------------------------- time
/** Nobody needs to call this: the first call of anything instantiates the module. Resolves when it is ready. */
export function init(): Promise<void>;
/** An instant or a wall-clock time.
 *  - `Date` or number (epoch milliseconds): an instant.
 *  - string with an offset or `Z`: an instant.
 *  - string without an offset (`2024-03-10T02:30`): wall-clock time in the schedule's zone.
 *  - date only (`2024-03-10`): the whole civil day in the schedule's zone; as a start its first
 *    instant, as an end its last, as a point (after, executionDate, anchor) its first.
 *  A wall-clock bound in a gap moves forward; in a fold a start takes the first reading, an end the second. */
export type DateInput = Date | number | string;

/** Schedule: a cron text (5 fields; 6 with seconds first; 7 with seconds first and year last; `@daily`-style presets), several of them, a fixed
 *  period as an ISO 8601 duration, or explicit dates. `null` = no schedule (manual runs only). */
export type ScheduleInput =
  | string
  | readonly string[]
  /** quartz: 6-7 fields, Sunday = 1, with L, W, #. aws: `cron(...)` and `rate(...)`. `dayMatch`: how day of month and day of week combine when both
   *  are restricted (default "or"). */
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

/** What happens to wall-clock times that a clock change removes (gap) or repeats (fold). forward = later by the gap; backward = earlier by it; end = the first
 *  instant after it. `wildcard`: whether expressions that cover every hour follow real time; default "wall" ("airflow" and "vixie" have "real_time"). */
export interface DstRule {
  gap: "forward" | "backward" | "skip" | "end";
  fold: "first" | "second" | "both";
  wildcard?: "real_time" | "wall";
}
/** Days on which no business is done. */
export interface BusinessCalendar {
  timeZone?: string;
  weekend?: readonly ("MON" | "TUE" | "WED" | "THU" | "FRI" | "SAT" | "SUN")[];
  holidays: readonly DateInput[];
}
export interface TimetableOptions {
  /** IANA name. Default "UTC". */
  timeZone?: string;
  /** "interval": a run covers [tick, next tick) and is due when that has ended (Airflow 2).
   *  "trigger": a run is due at its tick, its interval is empty (Airflow 3 default). Default "interval". */
  kind?: "interval" | "trigger";
  /** Wall-clock times a clock change repeats or removes. "airflow" (default): a removed time moves
   *  forward by the gap, a repeated one runs once, at its second occurrence; expressions whose hour
   *  field covers all 24 hours follow real time (gap skipped, both readings of a repeated hour).
   *  The other four hold for every expression: "earlier" = gap backward, first reading; "later" = gap
   *  forward, second; "skip" = gap dropped, second; "both" = gap forward, both readings. */
  dst?: "airflow" | "earlier" | "later" | "skip" | "both" | "java" | "kubernetes" | "vixie" | DstRule;
  /** Civil dates, instants or a cron text that are no dates of this schedule (holidays). The neighbours' data intervals
   *  stay as they are; previous and next jump over them. */
  exclude?:
    | readonly DateInput[]
    | { cron: string }
    | { calendar: string }
    | readonly (DateInput | { cron: string } | { calendar: string })[];
  /** A run covers this much before its tick, whatever the kind; it is due at its tick (Airflow's CronTriggerTimetable(interval=)). */
  interval?: Duration;
  /** Calendars by name, for `exclude` and `roll`. */
  calendars?: Record<string, BusinessCalendar>;
  /** A date on a day that `calendar` closes moves, or is dropped. Two that meet are one. */
  roll?: { calendar: string; to: "next" | "previous" | "modified" | "skip" };
}

export interface DataInterval {
  start: string;
  end: string;
} // ISO 8601, UTC

/** All logical dates in [start, end], both ends included, ascending, as epoch milliseconds. `limit` truncates; without it
 *  more than 10,000,000 are refused with RANGE_TOO_LARGE (details.count). next / previous exclude the given point, nearest first.
 *  A period without anchor counts from the range's start, or where there is no range from the given date. */
export function expandRange(
  schedule: ScheduleInput,
  start: DateInput,
  end: DateInput,
  options?: TimetableOptions & { limit?: number },
): Float64Array;
export function countRange(
  schedule: ScheduleInput,
  start: DateInput,
  end: DateInput,
  options?: TimetableOptions,
): number;
export function nextDates(
  schedule: ScheduleInput,
  after: DateInput,
  count?: number,
  options?: TimetableOptions,
): string[];
export function previousDates(
  schedule: ScheduleInput,
  before: DateInput,
  count?: number,
  options?: TimetableOptions,
): string[];
/** Plain words, warnings ("never fires", "day 13 OR Friday"), the next dates, the zone's clock changes. */
export function explainSchedule(
  schedule: ScheduleInput,
  options?: TimetableOptions & { now?: DateInput; count?: number },
): { text: string; warnings: Warning[]; next: string[] };
/** Why a date is, or is not, a logical date of this schedule and range. */
export function explainDate(
  schedule: ScheduleInput,
  date: DateInput,
  options?: TimetableOptions & { start?: DateInput; end?: DateInput },
): { included: boolean; reason: string; text: string; previous: string | null; next: string | null };

// ---------------------------------------------------------------- DAGs
/** Text that no macro resolves: stays, is an error (UNKNOWN_MACRO), or is left out. */
export type OnUnknown = "keep" | "error" | "empty";
/** Values by name: JSON, or a function that is asked once for each name and render and answers at once (a promise is
 *  INVALID_OPTION). Built-in names win. */
export type Lookup = Record<string, JsonInput> | ((name: string) => JsonInput);
export interface Task {
  taskId: string;
  /** Ids of the tasks that must have ended first. */
  dependsOn?: readonly string[];
  /** Templated values: every string inside is resolved just before the task runs. */
  params?: JsonInput;
  /** Shell command, templated; run by the Node task runner of the CLI. */
  command?: string;
  triggerRule?:
    | "all_success"
    | "all_done"
    | "all_failed"
    | "one_success"
    | "one_failed"
    | "none_failed"
    | "always";
  retries?: number;
  retryDelay?: Duration;
  timeout?: Duration;
  /** Only runs when the same task's previous logical date succeeded. */
  dependsOnPast?: boolean;
  description?: string;
  position?: JsonInput;
  meta?: Record<string, JsonInput>;
  [extra: `x-${string}`]: JsonInput;
  onUnknown?: OnUnknown;
}
export interface Dag extends TimetableOptions {
  dagId: string;
  schedule: ScheduleInput;
  /** Bounds of the scheduler and of catchup; a backfill may go beyond them (warning outside_dag_dates). */
  startDate?: DateInput;
  endDate?: DateInput;
  /** What the scheduler does with missed dates. true = "all", false = "latest". Default false. */
  catchup?: boolean | CatchupPolicy;
  maxActiveRuns?: number; // for scheduled runs; default 16
  maxActiveTasks?: number; // within one run; default 16
  dependsOnPast?: boolean; // runs in order, each after the success of the one before
  params?: Record<string, JsonInput>; // defaults that conf overrides
  tasks?: readonly Task[];
  /** DAGs whose runs this one reads, and which of their dates one of ours needs. */
  inputs?: readonly {
    dagId: string;
    map: "identity" | "containing" | "contained" | { window: Duration } | { offset: Duration };
  }[];
  description?: string;
  tags?: readonly string[];
  owner?: string;
  position?: JsonInput;
  $schema?: string;
  meta?: Record<string, JsonInput>;
  [extra: `x-${string}`]: JsonInput;
  /** Default "keep"; the command line and shellTasks take "error" where nothing is said. */
  onUnknown?: OnUnknown;
  macroTimeZone?: string;
  /** `{{ var.value.x }}`, `{{ conn.x.host }}`, user-defined macros. Never stored, never shown in previews. */
  variables?: Lookup;
  connections?: Lookup;
  macros?: Lookup;
}
export type Duration = number | string; // milliseconds, or ISO 8601 ("PT5M")
/** Input values: anything JSON can say, checked at run time (INVALID_OPTION names the path). */
export type JsonInput = unknown;
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** Checks a DAG; throws CYCLE (with the path), DUPLICATE_TASK, UNKNOWN_TASK ... Returns layers for drawing. */
export function validateDag(dag: Dag): { order: string[]; layers: string[][] };

// ---------------------------------------------------------------- templates
/** The seed's function. Unknown macros, and conf keys that are absent, stay exactly as written. */
export function resolveDateMacros(
  template: string,
  executionDate: DateInput,
  schedule?: ScheduleInput,
  options?: TimetableOptions & MacroOptions,
): string;
/** `{{ xcom.task.key }}` and `{{ ti.xcom_pull(task_ids='task', key='key') }}`. Absent values stay as written. */
export function resolveXcom(template: string, xcom: Record<string, Record<string, Json>>): string;
/** XCom first, then date macros, through every string of a JSON value. */
export function render(value: string, context: RenderContext): string;
export function render(value: JsonInput, context: RenderContext): Json;
/** Every macro, filter and method with meaning, example and result: for completion lists and documentation. */
export function macroCatalog(): {
  name: string;
  kind: "macro" | "filter" | "method";
  meaning: string;
  example: string;
  result: string;
}[];
/** One template over many dates in one call, for previews of large ranges. */
export function renderRange(
  template: string,
  dates: Float64Array | readonly DateInput[],
  schedule: ScheduleInput,
  options?: TimetableOptions & MacroOptions,
): string[];
/** What a template uses, and what in it nobody can resolve (with spans and "did you mean"). */
export function inspectTemplate(template: string): {
  macros: string[];
  confKeys: string[];
  xcoms: { taskId: string; key: string }[];
  unknown: { text: string; start: number; end: number; suggestion?: string }[];
  dependsOnDate: boolean;
};
export interface MacroOptions {
  conf?: Record<string, JsonInput>;
  params?: Record<string, JsonInput>;
  dagId?: string;
  runId?: string;
  taskId?: string;
  runType?: RunType;
  /** Zone in which dates are written. Default: the schedule's zone. "UTC" gives Airflow's output. */
  macroTimeZone?: string;
  /** Default "keep". */
  onUnknown?: OnUnknown;
  variables?: Lookup;
  connections?: Lookup;
  macros?: Lookup;
}
export interface RenderContext extends TimetableOptions, MacroOptions {
  executionDate: DateInput;
  schedule?: ScheduleInput;
  xcom?: Record<string, Record<string, Json>>;
}

// ---------------------------------------------------------------- backfill
export interface BackfillOptions {
  dagId: string;
  startDate: DateInput;
  endDate: DateInput;
  /** Runs in flight at once: an integer >= 1. Default 1, which keeps order and avoids races. */
  maxParallelRuns?: number;
  /** Plan only: nothing is executed, nothing is written. */
  dryRun?: boolean;
  /** Only dates whose existing run failed. */
  rerunFailed?: boolean;
  /** Existing runs (success or failed) are cleared (task instances, XCom) and run again. With
   *  rerunFailed: only the failed ones. */
  resetDagRun?: boolean;
  conf?: Record<string, JsonInput>;
  /** A different conf per date, merged over `conf`. Called once for each run to start, before the first starts; stored with
   *  the plan, so that a resume does not need it. The planHash covers `conf` alone. */
  confFor?: (executionDate: string) => Record<string, JsonInput>;
  /** Dates of the schedule to leave alone this time: rows with action "skip", reason "excluded". */
  excludeDates?: readonly DateInput[];
  /** Dates whose run is not due yet (runAfter > now) are skipped as "not_due" with a warning; true runs them all the same. */
  includeNotDue?: boolean;
  /** Airflow's names for the same choice; "failed" = missing and failed, "completed" = all. Not with the two flags above. */
  reprocess?: "none" | "failed" | "completed";
  runBackwards?: boolean; // newest first; refused (INVALID_DIRECTION) with dependsOnPast
  /** Only these dates of the range. A date-only entry means every date of that civil day (as in excludeDates); one that is no date of the schedule is INVALID_OPTION. */
  dates?: readonly DateInput[];
  /** `runBackwards: true` = "newest". */
  order?: "oldest" | "newest" | "failed-first" | "bisect" | { newest: number };
  /** Preview: the DAGs downstream (Dag.inputs), too. */
  cascade?: boolean;
  labels?: Record<string, string>;
  note?: string;
  /** Several consecutive dates in one run, under the first date's run id, which holds task instances and XCom; every date keeps its own record (with `chunk`). */
  chunk?: { dates: number } | { period: string };
  canary?: {
    dates: number;
    approve: "manual" | ((results: readonly RunResult[]) => boolean | Promise<boolean>);
  };
  /** `window`: so many ended runs, default 20; `ratio` counts only over a full window. */
  breaker?: { failures?: number; ratio?: number; window?: number; action: "pause" | "stop" | "abort" };
  /** Runs start only inside these windows. */
  startWindows?: readonly { cron: string; duration: Duration; timeZone?: string }[];
  /** "interval": a date whose interval an existing run covers only in part is reset and takes the planned interval; runs with an empty interval count by date. Default "date". */
  coverage?: "date" | "interval";
  /** The first row of the plan looks at the date before it, too. Default false, as Airflow has it. */
  strictPast?: boolean;
  /** Stop starting runs after this many failures. Default Infinity. 1 = fail fast. */
  maxFailures?: number;
  retries?: number;
  retryDelay?: Duration;
  retryBackoff?: number;
  runTimeout?: Duration;
  /** How long a run that was aborted (timeout, cancel) may take to settle. Then it is recorded as failed, its slot is freed, it
   *  is not retried, and a warning event says that its work may still go on. Default 30_000. */
  abortGrace?: Duration;
  /** At most `count` starts in any window of `per`. */
  rate?: { count: number; per: Duration };
  /** Refuse larger plans with RANGE_TOO_LARGE (the error carries the count). Default 100_000. */
  maxRuns?: number;
  /** The hash of the preview the user saw: the backfill is refused with PLAN_CHANGED (and the difference) if the plan is another now. */
  planHash?: string;
  /** Default: a new unique name. Given: refused with BACKFILL_EXISTS when it was used before. */
  backfillId?: string;
  taskIds?: readonly string[]; // only these tasks (with their upstreams unless withUpstream: false)
  withUpstream?: boolean;
  onUnknown?: OnUnknown;
  macroTimeZone?: string;
}
export type RunType = "backfill" | "scheduled" | "manual";
export type RunState = "queued" | "running" | "success" | "failed" | "canceled";
export type Action = "create" | "rerun" | "reset" | "skip";
export type SkipReason =
  | "exists_success"
  | "exists_failed"
  | "in_flight"
  | "not_failed"
  | "excluded"
  | "depends_on_past"
  | "not_due";
/** What the numbers in columns() mean: ACTIONS[n], SKIP_REASONS[n]. */
export const ACTIONS: readonly Action[];
export const SKIP_REASONS: readonly (SkipReason | null)[];
export interface PlannedRun {
  executionDate: string;
  localDate: string;
  dataInterval: DataInterval;
  runAfter: string;
  runId: string;
  action: Action;
  reason?: SkipReason;
  existingState?: RunState;
  previousDate: string | null;
  nextDate: string | null;
}
export interface BackfillPreview {
  dagId: string;
  timeZone: string;
  start: string;
  end: string; // the bounds as they were read
  /** The seed's three: every logical date; every record that stands on one of them; the rows with action "create". */
  dates: string[];
  existingRuns: RunRecord[];
  newRuns: PlannedRun[];
  runs: PlannedRun[]; // one row a date, in run order; what starts = action not "skip"
  counts: { total: number; create: number; rerun: number; reset: number; skip: number };
  warnings: Warning[];
  clockChanges: { at: string; offsetBefore: number; offsetAfter: number }[]; // offsets in seconds
  planHash: string;
  /** Columns for large plans, owned by JS: the rows and arrays above are built only when asked for. */
  columns(): {
    executionDate: Float64Array;
    offsetSeconds: Int32Array;
    action: Uint8Array;
    reason: Uint8Array;
  };
  /** A structured-clonable form, for postMessage between a worker and a page; `previewFrom` makes a preview of it again. */
  toTransferable(): unknown;
  days(): { date: string; create: number; rerun: number; reset: number; skip: number }[];
  /** Finish time by simulation. */
  estimate(options: { runDuration: Duration; maxParallelRuns?: number }): {
    makespan: number;
    finishAt: string;
    peak: number;
  };
  /** The same from the durations of past runs; rejects with INVALID_OPTION below five of them. */
  estimate(options: {
    from: "history";
    quantiles?: readonly number[];
    maxParallelRuns?: number;
    cost?: (run: PlannedRun) => number;
  }): Promise<{
    quantiles: Record<string, { makespan: number; finishAt: string }>;
    peak: number;
    samples: number;
    cost?: number;
  }>;
  /** Every templated text of one date as it would run; `task` narrows to one. */
  render(
    executionDate: DateInput,
    task?: string,
  ): { taskId: string | null; path: string; template: string; text: string }[];
  renderDiff(a: DateInput, b: DateInput, task?: string): { path: string; a: string; b: string }[];
  /** With `cascade`: the plans of the DAGs downstream, in topological order; each run says which dates upstream it is for. A preview only: starting it is INVALID_OPTION. */
  readonly downstream?: readonly BackfillPreview[];
}
export function previewFrom(data: unknown): BackfillPreview;
export interface Warning {
  code: string;
  message: string;
  at?: string;
  count?: number;
}
/** total = totalDates = completed + failed + skipped + canceled + remaining; remaining includes the running ones. */
export interface Progress {
  total: number;
  completed: number;
  failed: number;
  remaining: number;
  running: number;
  skipped: number;
  canceled: number;
  etaMs?: number;
}
export interface BackfillResult {
  backfillId: string;
  dagId: string;
  state: "success" | "failed" | "canceled";
  totalDates: number;
  completed: number;
  failed: number;
  skipped: number;
  canceled: number; // totalDates = their sum
  /** Dates it was asked for that have not succeeded: failed, canceled, depends_on_past, exists_failed. Not counted: excluded, not_due, in_flight, not_failed.
   *  Any depends_on_past makes `state` "failed". */
  unfinished: number;
  /** Texts that nothing resolved, over all runs. */
  unresolved: number;
  /** Built when asked for. */
  readonly results: RunResult[];
  startedAt: string;
  finishedAt: string;
}
export interface RunResult {
  dagId: string;
  executionDate: string;
  runId: string;
  action: Action;
  state: RunState | "skipped";
  reason?: SkipReason;
  attempts: number;
  startedAt?: string;
  finishedAt?: string;
  error?: { name: string; message: string };
  output?: Json;
}

// ---------------------------------------------------------------- execution: the host supplies it
/** What the host's callback gets. Its promise settles the run: fulfilled = success, rejected = failed. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
/** The platform's own AbortSignal where its types are loaded, else the structural one: the main d.ts names no DOM type. */
export type HostAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer S } }
  ? S
  : AbortSignalLike;
export interface RunContext extends Omit<PlannedRun, "action"> {
  action: Exclude<Action, "skip">;
  dagId: string;
  backfillId?: string;
  runType: RunType;
  /** Starts at 1. (runId, attempt) is an idempotency key: after a crash a run may be started again. */
  attempt: number;
  /** The same as 36 characters of [0-9a-f-]; a task's covers the task, too. Never given to two attempts. */
  readonly key: string;
  /** The dates of a chunk; `fail` records one of them as failed. */
  readonly chunk?: { readonly dates: readonly string[]; fail(date: string, error: unknown): void };
  conf: Record<string, Json>;
  /** Aborts on cancel({ running: "abort" }) and on runTimeout. */
  signal: HostAbortSignal;
  /** Template text of this run, or task, that nothing resolved. shellTasks refuses by it. */
  readonly unresolved: readonly { path: string; text: string }[];
  render(value: string, options?: { onUnknown?: OnUnknown }): string;
  render(value: JsonInput, options?: { onUnknown?: OnUnknown }): Json;
}
/** What it returns (JSON, or a promise of it) is kept as the run's output. */
export type ExecuteRun = (run: RunContext) => unknown;
export interface TaskContext extends RunContext {
  taskId: string;
  params: Json;
  command?: string;
  xcomPull(taskId: string, key?: string): Json | undefined;
  xcomPush(key: string, value: JsonInput): void;
}
export type ExecuteTask = (task: TaskContext) => unknown;

export class BackfillService {
  /** With both callbacks, DAGs with tasks go to executeTask and the others to executeRun; with neither, previews work and a
   *  run is refused with INVALID_OPTION. */
  constructor(options: {
    dags: readonly Dag[];
    store?: RunStore;
    executeRun?: ExecuteRun;
    executeTask?: ExecuteTask;
    inFlight?: "restart" | "attach";
    leaseTime?: Duration;
    /** For every DAG that says nothing else. */
    onUnknown?: OnUnknown;
    variables?: Lookup;
    connections?: Lookup;
    macros?: Lookup;
    now?: () => number;
  });
  preview(options: BackfillOptions): Promise<BackfillPreview>;
  backfill(options: BackfillOptions & { dryRun: true }, hooks?: Hooks): Promise<BackfillPreview>;
  backfill(options: BackfillOptions & { dryRun?: false }, hooks?: Hooks): Promise<BackfillResult>;
  backfill(options: BackfillOptions, hooks?: Hooks): Promise<BackfillResult | BackfillPreview>;
  /** Failed runs never reject `result`. dryRun here is INVALID_OPTION. While another process drives a backfill of this DAG:
   *  BACKFILL_ACTIVE. When an interrupted one overlaps: BACKFILL_EXISTS (details.backfillId; resume or discard it first). */
  start(options: BackfillOptions, hooks?: Hooks): Promise<Backfill>;
  /** One run for one date: the seed's executor with an execution date (run type "manual"; default date: now). */
  trigger(options: {
    dagId: string;
    executionDate?: DateInput;
    conf?: Record<string, JsonInput>;
    signal?: AbortSignalLike;
  }): Promise<RunResult>;
  /** Goes on with a backfill whose process died: same plan, same dates, same `now`; what had succeeded is not run again. */
  resume(
    backfillId: string,
    hooks?: Hooks & {
      /** Other limits than it was started with. */ limits?: Pick<
        BackfillOptions,
        "maxParallelRuns" | "rate" | "retries" | "maxFailures" | "runTimeout"
      >;
    },
  ): Promise<Backfill>;
  /** Stored as a request that whoever drives it, in whatever process, obeys within 5 s. A paused backfill that is resumed stays paused. */
  pause(backfillId: string): Promise<void>;
  unpause(backfillId: string): Promise<void>;
  /** Answers a canary with approve: "manual"; false cancels. */
  approve(backfillId: string, verdict?: boolean): Promise<void>;
  cancel(backfillId: string, options?: { running?: "finish" | "abort" }): Promise<void>;
  /** Closes an interrupted backfill: what did not end is recorded as canceled. */
  discard(backfillId: string): Promise<void>;
  list(filter?: { dagId?: string; unfinished?: boolean }): Promise<BackfillSummary[]>;
}
export interface Hooks {
  onEvent?: (event: BackfillEvent) => void;
  onProgress?: (progress: Progress) => void;
  /** Aborting it = cancel({ running: "abort" }). */ signal?: AbortSignalLike;
}
/** Iteration begins with "started" and the progress so far; a slow reader loses at most progress, never a change of state. */
export interface Backfill extends AsyncIterable<BackfillEvent> {
  readonly backfillId: string;
  readonly preview: BackfillPreview;
  readonly progress: Progress;
  readonly result: Promise<BackfillResult>;
  pause(): void;
  resume(): void;
  /** Runs that were never started, also after maxFailures, end as canceled. "finish" (default): running runs end, queued ones are canceled. "abort": running ones get their signal aborted too. */
  cancel(options?: { running?: "finish" | "abort" }): Promise<BackfillResult>;
  setMaxParallelRuns(n: number): void;
}
export type BackfillEvent = { at: string; progress: Progress } & (
  | { type: "started" | "paused" | "resumed" | "canceling" }
  | { type: "awaiting-approval"; results: RunResult[] }
  | { type: "run-started" | "run-succeeded" | "run-failed" | "run-retrying" | "run-canceled"; run: RunResult }
  | { type: "run-attached"; run: RunResult }
  | { type: "warning"; warning: Warning }
  | {
      type: "task-started" | "task-succeeded" | "task-failed" | "task-skipped" | "task-upstream-failed";
      runId: string;
      taskId: string;
      error?: { name: string; message: string };
    }
  | { type: "finished"; result: BackfillResult }
);
export interface BackfillSummary {
  backfillId: string;
  dagId: string;
  state:
    | "enqueued"
    | "running"
    | "paused"
    | "awaiting_approval"
    | "interrupted"
    | "success"
    | "failed"
    | "canceled";
  options: BackfillOptions;
  progress: Progress;
}

// ---------------------------------------------------------------- planning without a store
export interface KnownRun {
  executionDate: DateInput;
  state: RunState;
  dataInterval?: { start: DateInput; end: DateInput };
}
/** What becomes of the dates when one schedule takes the place of another. Pure. */
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
): {
  rows: {
    kind: "kept" | "moved" | "orphaned" | "missing" | "split" | "merged";
    before: string[];
    after: string[];
    overlapSeconds: number;
    uncoveredSeconds: number;
  }[];
  counts: Record<"kept" | "moved" | "orphaned" | "missing" | "split" | "merged", number>;
  text: string;
  warnings: Warning[];
};
/** What a backfill over this history would do. Pure. */
export function planBackfill(
  dag: Dag,
  options: Omit<BackfillOptions, "dagId">,
  existing?: Iterable<KnownRun>,
  now?: DateInput,
): BackfillPreview;
/** Dates of the range without a successful run, as coalesced ranges. Pure; `existing` is read once. */
export function missing(
  dag: Dag,
  existing: Iterable<KnownRun>,
  range: { start: DateInput; end: DateInput },
  options?: { treatFailedAs?: "missing" | "present"; coverage?: "date" | "interval"; now?: DateInput },
): {
  ranges: { start: string; end: string; count: number; reason: "missing" | "failed" | "partial" }[];
  count: number;
  offGrid: number;
};

// ---------------------------------------------------------------- catchup and scheduling
export type CatchupPolicy = "all" | "none" | "latest" | { last: number } | { window: Duration };
/** Which runs are due at `now`, and which missed ones the policy leaves out. Pure. */
export function planCatchup(
  dag: Dag,
  options: { now: DateInput; lastRun?: DateInput | null },
): {
  due: PlannedRun[];
  skipped: { count: number; from: string; to: string } | null;
  nextRunAt: string | null;
};
export class Scheduler {
  constructor(options: {
    dags: readonly Dag[];
    store?: RunStore;
    executeRun?: ExecuteRun;
    executeTask?: ExecuteTask;
    inFlight?: "restart" | "attach";
    leaseTime?: Duration;
    /** For every DAG that says nothing else. */
    onUnknown?: OnUnknown;
    variables?: Lookup;
    connections?: Lookup;
    macros?: Lookup;
    now?: () => number;
    onScheduleChange?: "continue" | "skip_overlap";
  });
  /** Creates and runs what is due; resolves when those runs have ended. */
  tick(): Promise<RunResult[]>;
  start(): void;
  stop(): Promise<void>;
  onEvent(listener: (event: SchedulerEvent) => void): () => void;
}

export type SchedulerEvent = { at: string } & (
  | { type: "tick"; due: number; nextRunAt: string | null }
  | { type: "missed"; dagId: string; count: number }
  | { type: "warning"; dagId: string; warning: Warning }
  | { type: "run-started" | "run-succeeded" | "run-failed"; run: RunResult }
  | { type: "error"; error: DagfillError }
);

// ---------------------------------------------------------------- stores
// Runs are keyed by (dagId, runId): run ids repeat between DAGs.
export interface RunRecord {
  runId: string;
  dagId: string;
  executionDate: string;
  dataInterval: DataInterval;
  runType: RunType;
  state: RunState;
  conf: Record<string, Json>;
  backfillId?: string;
  key?: string;
  /** Run id of the chunk that this date is part of. */
  chunk?: string;
  /** Name of the lease of whoever drives the run; absent when it was started by somebody else. */
  owner?: string;
  attempt: number;
  startedAt?: string;
  finishedAt?: string;
  error?: { name: string; message: string };
  output?: Json;
}
export interface TaskInstance {
  dagId: string;
  runId: string;
  taskId: string;
  state:
    | "queued"
    | "running"
    | "up_for_retry"
    | "success"
    | "failed"
    | "skipped"
    | "upstream_failed"
    | "canceled";
  attempt: number;
  startedAt?: string;
  finishedAt?: string;
  error?: { name: string; message: string };
}
/** Where runs live. Reads answer what `apply` has acknowledged. One contract test suite runs against every store. */
export interface RunStore {
  /** false: nothing survives the process. */
  readonly durable: boolean;
  /** By executionDate, `from` and `to` in epoch ms, both included; oldest first unless "desc"; `limit` and `after` page. */
  listRuns(query: {
    dagId: string;
    from?: number;
    to?: number;
    states?: RunState[];
    runTypes?: RunType[];
    order?: "asc" | "desc";
    limit?: number;
    after?: string;
  }): Promise<RunRecord[]>;
  listTaskInstances(dagId: string, runId: string): Promise<TaskInstance[]>;
  getXcom(dagId: string, runId: string): Promise<Record<string, Record<string, Json>>>;
  loadBackfill(id: string): Promise<Json | null>;
  listBackfills(query?: { dagId?: string; unfinished?: boolean }): Promise<{ id: string; snapshot: Json }[]>;
  /** All of `changes` in order in one transaction: all or nothing, durable when the promise fulfils. The driver hands over everything
   *  that one turn of the event loop produced, so that a thousand state changes cost one commit. With a fence, the whole batch is
   *  refused (STALE_OWNER) when the lease has gone to a newer epoch. A refused change is named by details.index. */
  apply(changes: readonly StoreChange[], fence?: { lease: string; epoch: number }): Promise<void>;
  /** History as columns, oldest first, where the store can tell it without making records. */
  listHistory?(query: { dagId: string; from?: number; to?: number }): Promise<{
    executionMs: Float64Array;
    state: Uint8Array;
    startMs: Float64Array;
    endMs: Float64Array;
    attempt: Uint32Array;
    runIds(from: number, to: number): string[];
  }>;
  /** What others asked the driver of a backfill to do, oldest first. */
  listRequests?(
    id: string,
  ): Promise<{ seq: number; request: "pause" | "unpause" | "finish" | "abort" | "approve" | "reject" }[]>;
  /** Counts by state, where the store can tell them without reading the records. */
  countRuns?(query: {
    dagId: string;
    from?: number;
    to?: number;
    runTypes?: RunType[];
    backfillId?: string;
  }): Promise<Record<RunState, number>>;
  /** Exclusive, expiring ownership. One lease a DAG (`dag:<dagId>`), so that two processes never drive one DAG's backfills.
   *  null = somebody else holds it. Each acquisition has a higher epoch. */
  acquireLease(name: string, owner: string, ttlMs: number): Promise<Lease | null>;
  readLease(name: string): Promise<{ owner: string; epoch: number; expiresAt: number } | null>;
  close(): Promise<void>;
}
export interface Lease {
  readonly epoch: number;
  renew(): Promise<boolean>;
  release(): Promise<void>;
}
export type StoreChange =
  | { type: "create-run"; run: RunRecord } // RUN_EXISTS when (dagId, executionDate) is taken
  | { type: "update-run"; dagId: string; runId: string; change: Partial<RunRecord>; ifState?: RunState[] }
  | { type: "clear-run"; dagId: string; runId: string } // deletes task instances and XCom, keeps the run
  | { type: "save-task-instance"; instance: TaskInstance }
  | { type: "set-xcom"; dagId: string; runId: string; taskId: string; key: string; value: Json }
  /** Needs no fence: only the lease's owner writes snapshots. */
  | {
      type: "request";
      id: string;
      request: "pause" | "unpause" | "finish" | "abort" | "approve" | "reject";
    }
  | { type: "save-backfill"; id: string; dagId: string; finished: boolean; snapshot: Json }; // at start, pause and end; progress is rebuilt from run records
/** The default: keeps everything in memory, and says so. */
export class MemoryStore implements RunStore {
  readonly durable: false;
  listRuns: RunStore["listRuns"];
  listTaskInstances: RunStore["listTaskInstances"];
  getXcom: RunStore["getXcom"];
  loadBackfill: RunStore["loadBackfill"];
  listBackfills: RunStore["listBackfills"];
  apply: RunStore["apply"];
  acquireLease: RunStore["acquireLease"];
  readLease: RunStore["readLease"];
  close: RunStore["close"];
}
// "dagfill/store/sqlite":    openSqliteStore(path): Promise<RunStore>      (Node; default of the CLI)
// "dagfill/store/indexeddb": openIndexedDbStore(name?): Promise<RunStore>  (browser)
// "dagfill/shell":           shellTasks(options?): ExecuteTask             (Node: runs `command`)

// ---------------------------------------------------------------- errors
/** Every error the package throws on purpose. `code` is stable; `message` says what was expected, what was got and where. */
export class DagfillError extends Error {
  readonly code: ErrorCode;
  readonly input?: string;
  readonly start?: number;
  readonly end?: number;
  /** Path of the wrong value, such as "dags[0].tasks[2].dependsOn[1]". */
  readonly field?: string;
  readonly hint?: string;
  readonly details?: Json;
}
export type ErrorCode =
  | "INVALID_CRON"
  | "INVALID_DURATION"
  | "INVALID_DATE"
  | "UNKNOWN_TIME_ZONE"
  | "INVALID_OPTION"
  | "RANGE_TOO_LARGE"
  | "NO_SCHEDULE"
  | "UNKNOWN_DAG"
  | "DUPLICATE_DAG"
  | "INVALID_DAG"
  | "CYCLE"
  | "DUPLICATE_TASK"
  | "UNKNOWN_TASK"
  | "UNKNOWN_MACRO"
  | "INVALID_TEMPLATE"
  | "INVALID_DIRECTION"
  | "PLAN_CHANGED"
  | "BACKFILL_EXISTS"
  | "BACKFILL_ACTIVE"
  | "UNKNOWN_BACKFILL"
  | "RUN_EXISTS"
  | "STALE_OWNER"
  | "STORE_FAILED"
  | "ABORTED"
  | "ENGINE_FAILED"
  | "INTERNAL"
  | "WASM_UNAVAILABLE"
  | "ENGINE_FAILED";
