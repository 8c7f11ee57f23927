// A plan as columns that a page can draw and a worker can hand over: one entry a date, one entry a civil day.
import type { BackfillPreview, SkipReason, Warning } from "../../face.js";
import { placeIn } from "../../plan/date_search.js";
import type { DayColumns } from "./day_columns.js";

/** Rows are in order of their dates, oldest or newest first; in another order of the backfill `places` leads to its rows. */
export interface PlanColumns {
  readonly dagId: string;
  readonly timeZone: string;
  /** The bounds as they were read, in UTC, and as civil days since 1970-01-01. */
  readonly start: string;
  readonly end: string;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly planHash: string;
  readonly total: number;
  readonly counts: BackfillPreview["counts"];
  /** How many of the runs that are cleared and run again had succeeded. */
  readonly replaced: number;
  /** Epoch milliseconds. */
  readonly dates: Float64Array;
  /** Seconds. */
  readonly offsets: Int32Array;
  readonly reasons: Uint8Array;
  /** The names of the numbers in `reasons`. */
  readonly reasonNames: readonly (SkipReason | null)[];
  /** Places in `TOKENS`. */
  readonly tokens: Uint8Array;
  /** Row of the preview of each row here; null where they are the same. */
  readonly places: Uint32Array | null;
  readonly days: DayColumns;
  readonly warnings: readonly Warning[];
  readonly clockChanges: readonly ClockChange[];
}

export interface ClockChange {
  /** Instant, ISO 8601. */
  at: string;
  /** Civil day on which the clock changes. */
  day: number;
  /** Seconds. */
  offsetBefore: number;
  offsetAfter: number;
}

/** Why a date is left alone. A run in flight is interrupted where its backfill was. */
export function reasonIn({ warnings }: Pick<PlanColumns, "warnings">, reason: SkipReason | null) {
  const isInterrupted = warnings.some(({ code }) => code === "interrupted_backfill");
  return reason === "in_flight" && isInterrupted ? "interrupted" : reason;
}

/** The buffers of a plan, for `postMessage`: they change hands instead of being copied. */
export function buffersOf(plan: PlanColumns): ArrayBuffer[] {
  const { day, first, count, tokens } = plan.days;
  const columns = [plan.dates, plan.offsets, plan.reasons, plan.tokens, day, first, count, tokens];
  return [...columns, ...(plan.places ? [plan.places] : [])].map(({ buffer }) => buffer as ArrayBuffer);
}

/** The row of a date in a plan whose rows are in order of their dates; -1 when it has none. */
export function rowOf({ dates }: PlanColumns, instant: number): number {
  return placeIn(dates, instant);
}

/** The row of the preview that a row of the columns stands for. */
export const placeOf = (plan: PlanColumns, row: number): number => plan.places?.[row] ?? row;
