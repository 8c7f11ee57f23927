// A backfill as it is stored: the plan that was shown, the options and the clock it was made with. Columns are packed, because
// neighbouring dates differ by the same step nearly always.

import { DagfillError } from "../../error.js";
import type { Json } from "../../json.js";
import type { CheckedOptions } from "../../plan/backfill_options.js";
import type { PlanData } from "../../plan/plan_data.js";
import type { CoreOptions } from "./driver_options.js";

export type BackfillState = "running" | "paused" | "success" | "failed" | "canceled";

/** How to run, as the core reads it. */
export function coreOptions({ options, dependsOnPast }: Snapshot): CoreOptions {
  const { maxFailures, rate, ...rest } = options;
  return {
    maxParallelRuns: rest.maxParallelRuns,
    rateCount: rate?.count,
    ratePer: rate?.per,
    retries: rest.retries,
    retryDelay: rest.retryDelay,
    retryBackoff: rest.retryBackoff,
    runTimeout: rest.runTimeout,
    abortGrace: rest.abortGrace,
    maxFailures: Number.isFinite(maxFailures) ? maxFailures : undefined,
    dependsOnPast,
  };
}

/** Pairs of a value and how often it follows itself. */
type Packed = number[];

export interface Snapshot {
  version: 1;
  state: BackfillState;
  dagId: string;
  /** It was canceled and has not ended: whoever goes on with it brings it to that end, and starts nothing. */
  canceling?: true;
  startedAt: string;
  finishedAt?: string;
  options: Omit<CheckedOptions, "confFor">;
  dependsOnPast: boolean;
  /** By row: what `confFor` answered, merged over `conf`. */
  confs?: Record<string, Record<string, Json>>;
  /** Starts that the rate may still count and no record has any more: epoch milliseconds. */
  starts?: number[];
  /** By row: the attempt that an existing run had before this backfill. */
  attempts: Record<string, number>;
  plan: PlanData;
  counts?: { completed: number; failed: number; skipped: number; canceled: number };
}

function pack(values: Iterable<number>): Packed {
  const packed: number[] = [];
  for (const value of values) {
    if (packed.length > 0 && packed[packed.length - 2] === value) (packed[packed.length - 1] as number) += 1;
    else packed.push(value, 1);
  }
  return packed;
}

function unpack(packed: Packed, into: { [row: number]: number }): void {
  let row = 0;
  for (let at = 0; at + 1 < packed.length; at += 2) {
    for (let left = packed[at + 1] as number; left > 0; left--) into[row++] = packed[at] as number;
  }
}

function* steps(values: Float64Array): Iterable<number> {
  let last = 0;
  for (const value of values) {
    yield value - last;
    last = value;
  }
}

export function toStored(snapshot: Snapshot): Json {
  const { plan, ...rest } = snapshot;
  const { executionDate, offsetSeconds, action, reason, existingRuns, ...told } = plan;
  return {
    ...rest,
    options: { ...rest.options, maxFailures: finite(rest.options.maxFailures) },
    plan: {
      ...told,
      rows: executionDate.length,
      executionDate: pack(steps(executionDate)),
      offsetSeconds: pack(offsetSeconds),
      action: pack(action),
      reason: pack(reason),
      existingRuns,
    },
  } as unknown as Json;
}

/** JSON has no Infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function fromStored(id: string, stored: Json): Snapshot {
  const snapshot = stored as unknown as Snapshot;
  if (snapshot?.version !== 1) {
    throw new DagfillError(
      "STORE_FAILED",
      `backfill ${id} was stored by another version of dagfill: expected version 1, got ${snapshot?.version}`,
    );
  }
  const missing = missingIn(snapshot);
  if (missing !== undefined) {
    throw new DagfillError(
      "STORE_FAILED",
      `backfill ${id} is not as dagfill stored it: expected ${missing}, got something else`,
    );
  }
  return unpacked(snapshot);
}

/** What a stored backfill lacks of what is read below. */
function missingIn({ dagId, state, options, attempts, plan }: Snapshot): string | undefined {
  const isObject = (part: unknown) => typeof part === "object" && part !== null;
  const parts: Record<string, boolean> = {
    dagId: typeof dagId === "string",
    state: typeof state === "string",
    options: isObject(options),
    attempts: isObject(attempts),
    plan: isObject(plan),
    "plan.timetable": isObject(plan?.timetable),
    "plan.counts": isObject(plan?.counts),
    "plan.existingRuns": Array.isArray(plan?.existingRuns),
  };
  const { rows } = (plan ?? {}) as { rows?: unknown };
  for (const name of ["executionDate", "offsetSeconds", "action", "reason"] as const) {
    parts[`plan.${name}`] = rows !== undefined && lengthOf(plan?.[name]) === rows;
  }
  return Object.keys(parts).find((name) => parts[name] === false);
}

/** How many values are packed. */
function lengthOf(packed: unknown): number | undefined {
  if (!Array.isArray(packed) || !packed.every(Number.isFinite)) return undefined;
  let length = 0;
  for (let at = 1; at < packed.length; at += 2) length += packed[at];
  return length;
}

function unpacked(snapshot: Snapshot): Snapshot {
  const plan = snapshot.plan as unknown as Omit<PlanData, "executionDate"> & { rows: number } & Record<
      "executionDate" | "offsetSeconds" | "action" | "reason",
      Packed
    >;
  const { rows, ...told } = plan;
  const executionDate = new Float64Array(rows);
  const offsetSeconds = new Int32Array(rows);
  const action = new Uint8Array(rows);
  const reason = new Uint8Array(rows);
  unpack(plan.executionDate, executionDate);
  for (let row = 1; row < rows; row++)
    executionDate[row] = (executionDate[row] as number) + (executionDate[row - 1] as number);
  unpack(plan.offsetSeconds, offsetSeconds);
  unpack(plan.action, action);
  unpack(plan.reason, reason);
  const options = {
    ...snapshot.options,
    maxFailures: snapshot.options.maxFailures ?? Number.POSITIVE_INFINITY,
  };
  return {
    ...snapshot,
    options,
    plan: { ...told, executionDate, offsetSeconds, action, reason } as PlanData,
  };
}
