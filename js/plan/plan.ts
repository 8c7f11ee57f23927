// The preview: columns that JavaScript owns, and rows made of them when somebody asks.
import type { Duration } from "../dag/dag.js";
import { DagfillError } from "../error.js";
import { duration, fields, integer, positiveDuration, reading, wrong } from "../options.js";
import { call } from "../raw.js";
import { timetableOf } from "../schedule/timetable.js";
import type { RunRecord } from "../store/store.js";
import { iso } from "../time.js";
import type { Warning } from "../warning.js";
import type { PlanData, PlannedRun } from "./plan_data.js";
import { plannedRuns } from "./plan_rows.js";

export interface BackfillPreview {
  dagId: string;
  timeZone: string;
  /** The bounds as they were read. */
  start: string;
  end: string;
  /** Every logical date, in run order. */
  dates: string[];
  /** Every record that stands on one of them. */
  existingRuns: RunRecord[];
  /** The rows with action "create". */
  newRuns: PlannedRun[];
  /** One row a date, in run order; what starts is every row whose action is not "skip". */
  runs: PlannedRun[];
  /** One row, without making the others. `undefined` beyond the last. */
  run(index: number): PlannedRun | undefined;
  counts: { total: number; create: number; rerun: number; reset: number; skip: number };
  warnings: Warning[];
  /** Offsets in seconds. */
  clockChanges: { at: string; offsetBefore: number; offsetAfter: number }[];
  planHash: string;
  /** Columns for large plans, in run order; the caller's own copies. */
  columns(): {
    executionDate: Float64Array;
    offsetSeconds: Int32Array;
    action: Uint8Array;
    reason: Uint8Array;
  };
  /** A structured-clonable form, for postMessage; `previewFrom` makes a preview of it again. */
  toTransferable(): unknown;
  days(): { date: string; create: number; rerun: number; reset: number; skip: number }[];
  /** Finish time by simulation, if every run took `runDuration`. Default pace: the options of the preview. */
  estimate(options: {
    runDuration: Duration;
    maxParallelRuns?: number;
    rate?: { count: number; per: Duration };
  }): {
    makespan: number;
    finishAt: string;
    peak: number;
  };
}

export class Preview implements BackfillPreview {
  readonly #data: PlanData;
  #runs: PlannedRun[] | undefined;

  constructor(data: PlanData) {
    this.#data = data;
  }

  get dagId(): string {
    return this.#data.dagId;
  }
  get timeZone(): string {
    return this.#data.timeZone;
  }
  get start(): string {
    return this.#data.start;
  }
  get end(): string {
    return this.#data.end;
  }
  get existingRuns(): RunRecord[] {
    return this.#data.existingRuns;
  }
  get counts(): BackfillPreview["counts"] {
    return this.#data.counts;
  }
  get warnings(): Warning[] {
    return this.#data.warnings;
  }
  get clockChanges(): BackfillPreview["clockChanges"] {
    return this.#data.clockChanges;
  }
  get planHash(): string {
    return this.#data.planHash;
  }
  get dates(): string[] {
    return Array.from(this.#data.executionDate, iso);
  }
  get runs(): PlannedRun[] {
    this.#runs ??= plannedRuns(this.#data, 0, this.#data.executionDate.length);
    return this.#runs;
  }
  get newRuns(): PlannedRun[] {
    return this.runs.filter((run) => run.action === "create");
  }

  run(index: number): PlannedRun | undefined {
    return this.#runs?.[index] ?? plannedRuns(this.#data, index, index + 1)[0];
  }

  columns(): ReturnType<BackfillPreview["columns"]> {
    const { executionDate, offsetSeconds, action, reason } = this.#data;
    return {
      executionDate: executionDate.slice(),
      offsetSeconds: offsetSeconds.slice(),
      action: action.slice(),
      reason: reason.slice(),
    };
  }

  toTransferable(): unknown {
    return { ...this.#data, ...this.columns() };
  }

  days(): ReturnType<BackfillPreview["days"]> {
    const { timetable, executionDate, action } = this.#data;
    return call((wasm) => wasm.planDays(timetableOf(timetable), executionDate, action));
  }

  estimate(options: Parameters<BackfillPreview["estimate"]>[0]): ReturnType<BackfillPreview["estimate"]> {
    const read = fields<{
      runDuration: number;
      maxParallelRuns: number;
      rate: { count: number; per: number };
    }>(options, "options", { runDuration: duration, maxParallelRuns: integer(1), rate });
    if (read.runDuration === undefined) duration(undefined, "runDuration");
    const { create, rerun, reset } = this.#data.counts;
    const lanes = this.#data.dependsOnPast ? 1 : (read.maxParallelRuns ?? this.#data.maxParallelRuns);
    const pace = read.rate ?? this.#data.rate;
    const [makespan = 0, finishAt = 0, peak = 0] = call((wasm) =>
      wasm.planEstimate(
        create + rerun + reset,
        this.#data.now,
        read.runDuration as number,
        lanes,
        pace?.count,
        pace?.per,
      ),
    );
    return { makespan, finishAt: iso(finishAt), peak };
  }

  /** What JSON.stringify and console.log show: the answer without its rows. */
  toJSON(): unknown {
    const { dagId, timeZone, start, end, counts, warnings, clockChanges, planHash } = this.#data;
    const { dates, existingRuns, runs } = this;
    return {
      dagId,
      timeZone,
      start,
      end,
      dates,
      existingRuns,
      runs,
      counts,
      warnings,
      clockChanges,
      planHash,
    };
  }
}

/** At most `count` starts in any window of `per`. */
export function rate(value: unknown, path: string): { count: number; per: number } {
  const { count, per } = fields<{ count: number; per: number }>(value, path, {
    count: integer(1),
    per: positiveDuration,
  });
  if (count === undefined || per === undefined) {
    throw new DagfillError("INVALID_OPTION", `${path}: expected both count and per`, { field: path });
  }
  return { count, per };
}

/** A preview of what `toTransferable` returned, on the other side of a postMessage. */
export function previewFrom(data: unknown): BackfillPreview {
  return reading("data", () => new Preview(whole(data)));
}

function whole(data: unknown): PlanData {
  const plan = (data ?? {}) as Partial<PlanData>;
  const isWhole =
    plan.kind === "dagfill.preview" &&
    plan.version === 1 &&
    plan.executionDate instanceof Float64Array &&
    plan.offsetSeconds instanceof Int32Array &&
    plan.action instanceof Uint8Array &&
    plan.reason instanceof Uint8Array &&
    Array.isArray(plan.existingRuns) &&
    [plan.timetable, plan.counts, plan.warnings, plan.clockChanges].every(
      (part) => typeof part === "object" && part !== null,
    ) &&
    [plan.dagId, plan.timeZone, plan.start, plan.end, plan.planHash].every(
      (part) => typeof part === "string",
    );
  if (!isWhole) throw wrong("data", "what toTransferable() of a preview returned", data);
  return plan as PlanData;
}
