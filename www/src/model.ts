import type { BackfillSummary, Dag, Task, TaskInstance, Warning } from "dagfill";
import type { PlanColumns } from "dagfill/planning";
import type { Comparison, PlannedDate, RunView } from "dagfill/react";

export type PlanView = PlanColumns;

/** The input of the user: the whole editable state of the page, and what the address bar keeps. */
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

/** Changes the draft. A change that depends on its other fields is a function of the newest draft, which may not be drawn yet. */
export type Change = (part: Partial<Draft> | ((before: Draft) => Partial<Draft>)) => void;

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

/** The schedule and the DAG of one state of the form as the page reads them, beside the plan. */
export interface PlanAnswer {
  schedule: ScheduleView;
  dag: DagView;
  /** When the range has no date: the first one behind it. */
  nextDate: string | null;
  /** Whether the store has records of this DAG; null while it is read. */
  hasHistory: boolean | null;
  /** The range's records that are made up, by "Add sample history". */
  samples: Samples;
}

export interface Samples {
  /** Epoch milliseconds. */
  dates: ReadonlySet<number>;
  /** false: there are more. */
  isWhole: boolean;
}

export interface RowDetail extends PlannedDate {
  index: number;
  why: string;
  commands: { taskId: string; text: string }[];
}

/** How a task of one run stands; a task that has not been reached has no state. */
export type TaskState = TaskInstance["state"];
export type TaskStates = ReadonlyMap<string, TaskState>;

/** One attempt of a run that failed. */
export interface FailedAttempt {
  row: number;
  error: string;
}

/** The backfill that is shown: it runs here or elsewhere, or has ended. */
export interface ShownRun
  extends Pick<
    RunView,
    | ("backfillId" | "plan" | "bars" | "phase" | "progress" | "warnings" | "median" | "laneCount")
    | ("startedAt" | "errors" | "left")
  > {
  failures: FailedAttempt[];
  /** Most runs at once, as it was begun, or set since. */
  lanes: number;
  /** Changes with what the columns and bars hold. */
  version: number;
  /** The plan with the states of an instant. */
  at(instant: number): PlanView;
}

export interface StoredBackfill {
  backfillId: string;
  dagId: string;
  state: BackfillSummary["state"];
  progress: BackfillSummary["progress"];
  /** true when this page drives it. */
  mine: boolean;
  /** Runs of an interrupted backfill that were running when it stopped. */
  inFlight: number;
  /** Its first and last date, as it was asked for. */
  range: string;
}

export interface CompareView extends Comparison {
  /** Dates of days on which the schedules have not equally many: those that only A has, and that only B has. */
  removed: number;
  added: number;
  /** The first days whose dates differ, as the clock of zone A shows them. */
  first: { day: number; a: string[]; b: string[] }[];
  /** Dates that both have at different instants of a day, by shift in milliseconds. */
  shifts: { shift: number; count: number }[];
  error: EngineError | null;
  textB: string;
  /** The fate of the runs when B takes the place of A, and its warnings. */
  impact: string[];
}
