import type {
  BackfillResult,
  Dag,
  DataInterval,
  Progress,
  SkipReason,
  Task,
  TaskInstance,
  Warning,
} from "dagfill";

/** What the user has typed: the whole editable state of the page, and what the address bar keeps. */
export interface Draft {
  dagId: string;
  tasks: DraftTask[];
  /** A cron text, a preset, or a period such as PT6H. */
  schedule: string;
  timeZone: string;
  kind: "interval" | "trigger";
  /** A named rule: the page has no form for `{ gap, fold }`. */
  dst: Extract<Dag["dst"], string>;
  from: string;
  to: string;
  which: "none" | "failed" | "completed";
  parallel: number;
  backwards: boolean;
  /** Runs dates whose interval has not ended. */
  notDue: boolean;
  conf: string;
  /** Civil days taken out of this backfill. */
  exclude: string[];
  simulation: Simulation;
  compare: { schedule: string; timeZone: string } | null;
  /** Fields of the DAG that the page has no form for, as they came. */
  rest?: Omit<Partial<Dag>, "dagId" | "tasks" | "schedule" | "timeZone" | "kind">;
}

export interface DraftTask {
  taskId: string;
  command: string;
  dependsOn: string[];
  /** Fields that the page has no form for, as they came. */
  rest?: Omit<Partial<Task>, "taskId" | "command" | "dependsOn">;
}

/** How the page pretends to run things: no server is involved. */
export interface Simulation {
  /** Mean duration of a run in seconds; each run takes between 0.5 and 1.5 times that. */
  seconds: number;
  /** Share of runs that fail, 0 to 1. */
  failureRate: number;
  /** The same seed gives the same durations and failures. */
  seed: number;
}

/** What a date will do, or has done. The order is that of the counts in `PlanView.days`. */
export const TOKENS = [
  "create",
  "again",
  "keep",
  "keepFailed",
  "queued",
  "running",
  "success",
  "failed",
  "canceled",
] as const;
export type Token = (typeof TOKENS)[number];
export const TOKEN_COUNT = TOKENS.length;
export const CREATE = 0;
export const AGAIN = 1;
export const KEEP = 2;
export const KEEP_FAILED = 3;
export const QUEUED = 4;
export const RUNNING = 5;
export const SUCCESS = 6;
export const FAILED = 7;
export const CANCELED = 8;

/** A plan in columns: one entry a date in run order, one entry a civil day in ascending order. */
export interface PlanView {
  dagId: string;
  timeZone: string;
  /** The bounds as they were read, in UTC. */
  start: string;
  end: string;
  /** The same as civil days since 1970-01-01. */
  firstDay: number;
  lastDay: number;
  planHash: string;
  total: number;
  counts: { total: number; create: number; rerun: number; reset: number; skip: number };
  /** How many of the runs that are done again had succeeded. */
  replaced: number;
  dates: Float64Array;
  offsets: Int32Array;
  reasons: Uint8Array;
  /** What the numbers in `reasons` mean. */
  reasonNames: readonly (SkipReason | null)[];
  tokens: Uint8Array;
  /** Rows are in order of their dates. */
  places: null;
  days: DayColumns;
  warnings: Warning[];
  clockChanges: ClockChange[];
  estimate: { makespan: number; finishAt: string } | null;
  /** Finish time against parallel runs. */
  curve: { lanes: number; makespan: number }[];
  timing: { engine: number; pack: number };
}

export interface DayColumns {
  /** Civil days since 1970-01-01. */
  day: Int32Array;
  /** Lowest row of each day; its rows are neighbours. */
  first: Uint32Array;
  count: Uint32Array;
  /** `TOKEN_COUNT` numbers a day. */
  tokens: Uint32Array;
}

export interface ClockChange {
  at: string;
  /** Civil day on which the clock changes. */
  day: number;
  offsetBefore: number;
  offsetAfter: number;
}

/** A `DagfillError` after its journey between threads. */
export interface EngineError {
  code: string;
  message: string;
  field?: string;
  input?: string;
  start?: number;
  end?: number;
  hint?: string;
  details?: unknown;
}

export interface ScheduleView {
  text: string;
  warnings: Warning[];
  next: string[];
  error: EngineError | null;
}

export interface DagView {
  layers: string[][];
  error: EngineError | null;
  /** The path of a cycle, first task again at the end. */
  cycle: string[];
  /** By task: a map, because a task may be called "constructor". */
  unknown: ReadonlyMap<string, readonly UnknownMacro[]>;
}

export interface UnknownMacro {
  text: string;
  start: number;
  end: number;
  suggestion?: string;
}

/** Answer to one state of the form. */
export interface PlanAnswer {
  schedule: ScheduleView;
  dag: DagView;
  plan: PlanView | null;
  error: EngineError | null;
  /** When the range has no date: the first one behind it. */
  nextDate: string | null;
  /** Records of this DAG in the store, at most 1 means "some". */
  hasHistory: boolean;
  /** How many of the range's records are made up, by "Add sample history". */
  samples: number;
}

export interface RowDetail {
  index: number;
  executionDate: string;
  localDate: string;
  dataInterval: DataInterval;
  runAfter: string;
  runId: string;
  action: string;
  why: string;
  existing: string | null;
  commands: { taskId: string; text: string }[];
}

/** How a task of one run stands; a task that has not been reached has no state. */
export type TaskState = TaskInstance["state"];
export type TaskStates = ReadonlyMap<string, TaskState>;

/** `stopped`: it was interrupted, and nobody runs it now. */
export type RunPhase = "running" | "paused" | "canceling" | "finished" | "watching" | "stopped";

/** Changes of a running backfill, gathered for one frame. */
export interface RunBatch {
  backfillId: string;
  phase: RunPhase;
  progress: Progress;
  changes: RunChange[];
  warnings: Warning[];
  result: Omit<BackfillResult, "results"> | null;
}

export interface RunChange {
  row: number;
  token: number;
  /** Epoch milliseconds. */
  at: number;
  attempt: number;
  error?: string;
}

export interface StoredBackfill {
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
  progress: Progress;
  /** true when this page drives it. */
  mine: boolean;
  /** Runs of an interrupted backfill that were running when it stopped. */
  inFlight: number;
}

/** A past or foreign backfill, read from the store. */
export interface ReviewView {
  backfill: StoredBackfill;
  plan: PlanView;
  /** Every run of it that has begun. */
  bars: { row: number; start: number; end: number | null; token: number; error?: string }[];
}

export interface CompareView {
  onlyA: number;
  onlyB: number;
  both: number;
  /** The first days whose dates differ, as the clock of zone A shows them. */
  first: { day: number; a: string[]; b: string[] }[];
  day: Int32Array;
  /** Three numbers a day: only A, only B, both. */
  counts: Uint32Array;
  /** Days on which both have one date, at different instants, by shift in milliseconds. */
  shifts: { shift: number; count: number }[];
  error: EngineError | null;
  textB: string;
  /** What becomes of the runs when B takes the place of A, and what to know about it. */
  impact: string[];
}
