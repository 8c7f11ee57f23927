// The data of a plan: its columns.

import type { Action, SkipReason } from "../codes.js";
import type { TimetableWire, WindowWire } from "../schedule/wire.js";
import type { DataInterval, RunState, RunType } from "../store/store.js";
import type { Warning } from "../warning.js";
import type { ExistingRuns } from "./existing_runs.js";

/** One logical date of a plan: its action, or the reason why it is skipped. */
export interface PlannedRun {
  executionDate: string;
  /** The same on the schedule's clock, with its offset. */
  localDate: string;
  dataInterval: DataInterval;
  runAfter: string;
  runId: string;
  action: Action;
  reason?: SkipReason;
  existingState?: RunState;
  /** "manual" of a run that stands on no date of the schedule: it is run again as one that is started by hand. */
  runType?: RunType;
  previousDate: string | null;
  nextDate: string | null;
  /** Where dates run in chunks: the run id of the chunk's first date, on the others. */
  chunk?: string;
  /** In a preview downstream of another: the dates of its inputs that are run again and that this one reads. */
  upstream?: { dagId: string; dates: string[] }[];
}

/** The data behind a preview. Structured-clonable. */
export interface PlanData {
  kind: "dagfill.preview";
  version: 2;
  dagId: string;
  timeZone: string;
  start: string;
  end: string;
  timetable: TimetableWire;
  now: number;
  /** How it would be driven, for the estimate. With dependsOnPast runs go one by one. */
  maxParallelRuns: number;
  dependsOnPast: boolean;
  rate?: { count: number; per: number };
  startWindows?: WindowWire[];
  executionDate: Float64Array;
  offsetSeconds: Int32Array;
  action: Uint8Array;
  reason: Uint8Array;
  /** The runs that stand on its dates. */
  existing: ExistingRuns;
  counts: { total: number; create: number; rerun: number; reset: number; skip: number };
  warnings: Warning[];
  clockChanges: { at: string; offsetBefore: number; offsetAfter: number }[];
  planHash: string;
  /** The first row of each chunk, where dates run in chunks. */
  chunks?: number[];
  /** With `cascade`: the plans of the DAGs downstream. */
  downstream?: PlanData[];
  /** Of a plan downstream: which dates of its inputs each row is for, from `from` to `to`, `to` excluded. */
  upstream?: { dagId: string; dates: Float64Array; from: Uint32Array; to: Uint32Array }[];
}
