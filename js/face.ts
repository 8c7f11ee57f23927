// Everything the package exports, by concept. The entries (index, slim, workerd) add only where the wasm module
// comes from.
import { call, raw } from "./raw.js";

export { DagfillError, type ErrorCode } from "./error.js";
export type { Json, JsonInput } from "./json.js";
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

/** The version of the package. */
export function version(): string {
  return call((wasm) => wasm.version());
}

/** Nobody needs to call this: the first call of anything instantiates the module. Resolves when it is ready. */
export async function init(): Promise<void> {
  raw();
}
