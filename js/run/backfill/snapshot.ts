// A backfill as it is stored: the plan that was shown, the options and the clock it was made with. Columns are packed, because
// neighbouring dates differ by the same step nearly always.

import { DagfillError } from "../../error.js";
import type { Json } from "../../json.js";
import { list, object, type Reader, shape, text, whole, wrong } from "../../options.js";
import type { CheckedOptions } from "../../plan/backfill_options.js";
import type { PlanData } from "../../plan/plan_data.js";
import type { Breaker } from "../../plan/valve.js";
import type { WindowWire } from "../../schedule/wire.js";
import { RUN } from "../../store/record.js";
import type { RunRecord } from "../../store/store.js";
import {
  existingOf,
  lengthOf,
  type Packed,
  pack,
  packExisting,
  steps,
  unpack,
  unpackExisting,
} from "./packed.js";

export type BackfillState = "running" | "paused" | "success" | "failed" | "canceled";

/** How to run, as the core reads it. Times in milliseconds. */
export interface CoreOptions {
  maxParallelRuns: number;
  rateCount?: number | undefined;
  ratePer?: number | undefined;
  retries?: number;
  retryDelay?: number;
  retryBackoff?: number;
  runTimeout?: number | undefined;
  abortGrace: number;
  maxFailures?: number | undefined;
  dependsOnPast?: boolean;
  canary?: number | undefined;
  breaker?: Breaker | undefined;
  startWindows?: WindowWire[] | undefined;
}

export function coreOptions({ options, dependsOnPast, plan }: Snapshot): CoreOptions {
  const { maxFailures, rate, canary, breaker, ...rest } = options;
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
    canary: canary?.dates,
    breaker,
    startWindows: plan.startWindows,
  };
}

export interface Snapshot {
  version: 2;
  state: BackfillState;
  dagId: string;
  /** It was canceled and has not ended: whoever goes on with it brings it to that end, and starts nothing. */
  canceling?: true;
  /** Of a canary. */
  approval?: "awaiting" | "approved";
  /** When it was paused last, epoch milliseconds: a breaker counts what ended after that. */
  pausedAt?: number;
  /** The last request of others that was obeyed. */
  obeyed?: number;
  /** No process has driven it yet. */
  enqueued?: true;
  startedAt: string;
  finishedAt?: string;
  options: Omit<CheckedOptions, "confFor">;
  dependsOnPast: boolean;
  /** Hashes of the DAG's parts. */
  definition?: string[];
  /** By row: what `confFor` answered, merged over `conf`. */
  confs?: Record<string, Record<string, Json>>;
  /** Starts that the rate may still count and no record has any more: epoch milliseconds. */
  starts?: number[];
  plan: PlanData;
  counts?: { completed: number; failed: number; skipped: number; canceled: number };
}

export function toStored(snapshot: Snapshot): Json {
  const { plan, ...rest } = snapshot;
  const { executionDate, offsetSeconds, action, reason, existing, ...told } = plan;
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
      existing: packExisting(executionDate, existing),
    },
  } as unknown as Json;
}

/** JSON has no Infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The backfill that was stored, by this version or by 0.1. STORE_FAILED when it is none, or one of a later version. */
export function fromStored(id: string, stored: Json): Snapshot {
  const { version } = (stored ?? {}) as { version?: unknown };
  if (version !== 1 && version !== 2) {
    const later = typeof version === "number" && version > 2;
    throw new DagfillError(
      "STORE_FAILED",
      `backfill ${id} was stored by another version of dagfill: expected version 1 or 2, got ${version}`,
      later ? { hint: "upgrade dagfill" } : {},
    );
  }
  try {
    return unpacked(storedSnapshot(version)(stored, "snapshot") as StoredSnapshot);
  } catch (error) {
    const { message } = error as Error;
    throw new DagfillError("STORE_FAILED", `backfill ${id} is not as dagfill stored it: ${message}`);
  }
}

const packed =
  (rows: number): Reader<Packed> =>
  (value, path) => {
    if (lengthOf(value) !== rows) throw wrong(path, `${rows} packed values`, value);
    return value as Packed;
  };

/** A plan as it is stored. Version 1 had the records of existing runs. */
const storedPlan = (version: 1 | 2) => (value: unknown, path: string) => {
  const { rows } = shape({ rows: whole })(value, path);
  const column = packed(rows);
  const existing = version === 1 ? {} : { existing: shape({ state: column, attempt: column }) };
  const existingRuns = version === 1 ? { existingRuns: list(shape(RUN)) } : {};
  return shape({
    rows: whole,
    timetable: object,
    counts: object,
    executionDate: column,
    offsetSeconds: column,
    action: column,
    reason: column,
    ...existing,
    ...existingRuns,
  })(value, path);
};

const storedSnapshot = (version: 1 | 2) =>
  shape({ dagId: text, state: text, options: object, plan: storedPlan(version) });

type StoredPlan = ReturnType<ReturnType<typeof storedPlan>>;
type StoredSnapshot = Omit<Snapshot, "version" | "plan"> & {
  attempts?: unknown;
  plan: Omit<PlanData, keyof StoredPlan> & StoredPlan & Pick<PlanData, "timetable" | "counts">;
};

function unpacked({ attempts: _, ...snapshot }: StoredSnapshot): Snapshot {
  const { rows, existing, existingRuns = [], ...told } = snapshot.plan;
  const columns = {
    executionDate: unpack(told.executionDate, new Float64Array(rows)),
    offsetSeconds: unpack(told.offsetSeconds, new Int32Array(rows)),
    action: unpack(told.action, new Uint8Array(rows)),
    reason: unpack(told.reason, new Uint8Array(rows)),
  };
  const { executionDate } = columns;
  for (let row = 1; row < rows; row++)
    executionDate[row] = (executionDate[row] as number) + (executionDate[row - 1] as number);
  return {
    ...snapshot,
    version: 2,
    options: {
      ...snapshot.options,
      maxFailures: snapshot.options.maxFailures ?? Number.POSITIVE_INFINITY,
    },
    plan: {
      ...told,
      ...columns,
      version: 2,
      existing:
        existing === undefined
          ? existingOf(existingRuns as RunRecord[])
          : unpackExisting(executionDate, existing),
    },
  };
}
