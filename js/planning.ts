// The entry dagfill/planning: the parts of dagfill/react that need neither React nor the core, for what is painted before both are there.
export { englishDuration } from "./react/english_duration.js";
export { englishStates } from "./react/english_states.js";
export { compareDates, type DayDifference } from "./react/plan/compare_dates.js";
/** @internal */
export { comparedOn, comparedTotals, SHIFTS } from "./react/plan/comparison.js";
export {
  countTokens,
  type DayColumns,
  dayOfRow,
  findDay,
  firstRow,
  groupByDay,
  totals,
} from "./react/plan/day_columns.js";
export {
  clock,
  dayNumber,
  dayOf,
  dayParts,
  dayText,
  offsetText,
  parseDay,
} from "./react/plan/days.js";
/** @internal */
export { isOpenTask, OUTLINED, placeOf, reasonIn, startingOf, tokenOfState } from "./react/plan/for_parts.js";
export { type ClockChange, type PlanColumns, rowOf } from "./react/plan/plan_columns.js";
export {
  AGAIN,
  CANCELED,
  CREATE,
  FAILED,
  INTERRUPTED,
  KEEP,
  KEEP_FAILED,
  QUEUED,
  RUNNING,
  SUCCESS,
  TOKEN_COUNT,
  TOKENS,
  type Token,
} from "./react/plan/tokens.js";
export { dayIn, zoneOffset, zoneText, zoneTime } from "./react/plan/zone_clock.js";
export { preloadWorker } from "./react/planning/preload_worker.js";
/** @internal */
export { joinWorker, type WorkerLink } from "./react/planning/worker_link.js";
export { TOKEN_OF_TASK } from "./react/run/task_tokens.js";
