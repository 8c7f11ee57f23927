// Everything the package exports, by concept. The entries (index, slim, workerd) add only where the wasm module
// comes from.
import { call, raw } from "./raw.js";

export type { AbortSignalLike, HostAbortSignal } from "./abort_signal.js";
export { ACTIONS, type Action, CHANGES, type Change, SKIP_REASONS, type SkipReason } from "./codes.js";
export { type CatchupPolicy, type Dag, type Task, type TaskDefaults, validateDag } from "./dag/dag.js";
export { defineDag } from "./dag/define_dag.js";
export type { EditorFields } from "./dag/editor_fields.js";
export type { DagInput, InputMap } from "./dag/inputs.js";
export { type Duration, durationMs } from "./duration.js";
export { DagfillError, type ErrorCode, type ErrorData, errorFrom } from "./error.js";
export type { Json, JsonInput } from "./json.js";
export { type CatalogEntry, macroCatalog } from "./macros/catalog.js";
export type { Lookup } from "./macros/lookups.js";
export {
  inspectTemplate,
  type MacroOptions,
  type RenderContext,
  render,
  renderRange,
  resolveDateMacros,
  resolveXcom,
} from "./macros/macros.js";
export type { OnUnknown } from "./macros/options.js";
export type { BackfillLimits, BackfillOptions } from "./plan/backfill_options.js";
export { type CatchupPlan, planCatchup } from "./plan/catchup.js";
export type { Chunk } from "./plan/chunks.js";
export {
  compareSchedules,
  type ScheduleChange,
  type ScheduleComparison,
} from "./plan/compare.js";
export type { KnownRun } from "./plan/known_runs.js";
export { type MissingDates, type MissingOptions, missing } from "./plan/missing.js";
export { type BackfillPreview, previewFrom, type TransferablePreview } from "./plan/plan.js";
export { planBackfill } from "./plan/plan_backfill.js";
export type { PlannedRun } from "./plan/plan_data.js";
export type { Breaker, Canary, StartWindow } from "./plan/valve.js";
export type { ChunkOfRun, ExecuteRun, RunContext } from "./run/attempt/run_context.js";
export type { Backfill, LiveEta } from "./run/backfill/backfill.js";
export { BackfillService } from "./run/backfill/service.js";
export type { BackfillSummary } from "./run/backfill/summary.js";
export type {
  BackfillEvent,
  BackfillResult,
  Hooks,
  Progress,
  RunResult,
} from "./run/events/backfill_events.js";
export type { SchedulerEvent } from "./run/events/scheduler_events.js";
/** @internal For the entries of engines. */
export { contextParts } from "./run/host/context_parts.js";
export type { Engine, HostOptions, ServeOptions, TriggerOptions } from "./run/host/options.js";
export { Scheduler } from "./run/scheduler/scheduler.js";
export type { ExecuteTask, TaskContext } from "./run/tasks/task_context.js";
export { TaskSkipped } from "./run/tasks/task_context.js";
export type {
  BusinessCalendar,
  DateInput,
  DstRule,
  ScheduleInput,
  TimetableOptions,
} from "./schedule/input.js";
export {
  countRange,
  dataIntervals,
  expandRange,
  explainDate,
  explainSchedule,
  nextDates,
  previousDates,
} from "./schedule/schedule.js";
export { MemoryStore } from "./store/memory.js";
export type {
  CountQuery,
  DataInterval,
  Fence,
  HistoryQuery,
  Lease,
  Request,
  RunChange,
  RunDetails,
  RunHistory,
  RunQuery,
  RunRecord,
  RunState,
  RunStore,
  RunType,
  StoreChange,
  TaskInstance,
} from "./store/store.js";
export type { Warning } from "./warning.js";

/** The version of the package. */
export function version(): string {
  return call((wasm) => wasm.version());
}

/** Nobody needs to call this: the first call of anything instantiates the module. Resolves when it is ready. */
export async function init(): Promise<void> {
  raw();
}
