// Everything the package exports, by concept. The entries (index, slim, workerd) add only where the wasm module
// comes from.
import { call, raw } from "./raw.js";

export type { Backfill } from "./backfill.js";
export type { BackfillOptions } from "./backfill_options.js";
export { type CatchupPlan, planCatchup } from "./catchup.js";
export { type CatchupPolicy, type Dag, type Duration, type Task, validateDag } from "./dag.js";
export { DagfillError, type ErrorCode } from "./error.js";
export type { BackfillEvent, BackfillResult, Hooks, Progress, RunResult } from "./events.js";
export type { Json, JsonInput } from "./json.js";
export {
  inspectTemplate,
  type MacroOptions,
  macroCatalog,
  type RenderContext,
  render,
  renderRange,
  resolveDateMacros,
  resolveXcom,
} from "./macros.js";
export { type BackfillPreview, previewFrom } from "./plan.js";
export { ACTIONS, type Action, type PlannedRun, SKIP_REASONS, type SkipReason } from "./plan_data.js";
export type { AbortSignalLike, ExecuteRun, HostAbortSignal, RunContext } from "./run_context.js";
export {
  countRange,
  type DateInput,
  expandRange,
  explainDate,
  explainSchedule,
  nextDates,
  previousDates,
  type ScheduleInput,
  type TimetableOptions,
  type Warning,
} from "./schedule.js";
export { Scheduler } from "./scheduler.js";
export type { SchedulerEvent } from "./scheduler_events.js";
export { BackfillService } from "./service.js";
export { MemoryStore } from "./store/memory.js";
export type {
  DataInterval,
  Fence,
  Lease,
  RunChange,
  RunQuery,
  RunRecord,
  RunState,
  RunStore,
  RunType,
  StoreChange,
  TaskInstance,
} from "./store/store.js";

export type { BackfillSummary } from "./summary.js";

export type { ExecuteTask, TaskContext } from "./task_context.js";

/** The version of the package. */
export function version(): string {
  return call((wasm) => wasm.version());
}

/** Nobody needs to call this: the first call of anything instantiates the module. Resolves when it is ready. */
export async function init(): Promise<void> {
  raw();
}
