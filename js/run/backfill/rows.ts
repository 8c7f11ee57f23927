// Rows of a plan while it runs: what is known of each, in columns, and the few that are looked at now as objects.

import { type Failure, failure } from "../../failure.js";
import type { Json } from "../../json.js";
import { json } from "../../json_input.js";
import { ACTIONS, type PlanData, type PlannedRun, SKIP_REASONS } from "../../plan/plan_data.js";
import { plannedRuns } from "../../plan/plan_rows.js";
import { iso } from "../../time.js";
import type { RunResult } from "../events/backfill_events.js";
import type { StoredRun } from "./stored_run.js";

/** Numbers of the core's `Status`. */
export const STATUS = {
  waiting: 0,
  success: 5,
  failed: 6,
  canceled: 7,
  skipped: 8,
  inFlight: 9,
  dependsOnPast: 10,
  stands: 11,
} as const;

const SLICE = 64;
const KEPT = 4;

export class Rows {
  readonly plan: PlanData;
  readonly count: number;
  /** Where each row stands; only ends are kept here, the core knows the rest. */
  readonly status: Uint8Array;
  readonly attempts: Uint32Array;
  readonly startedAt: Float64Array;
  readonly finishedAt: Float64Array;
  readonly errors = new Map<number, Failure>();
  /** Sparse: most runs return nothing. */
  readonly outputs: Json[] = [];
  readonly #slices: PlannedRun[][] = [];
  readonly #numbers: number[] = [];
  #existing: Set<number> | undefined;

  constructor(plan: PlanData) {
    this.plan = plan;
    this.count = plan.executionDate.length;
    this.status = new Uint8Array(this.count);
    this.attempts = new Uint32Array(this.count);
    this.startedAt = new Float64Array(this.count).fill(Number.NaN);
    this.finishedAt = new Float64Array(this.count).fill(Number.NaN);
    for (let row = 0; row < this.count; row++) {
      if (ACTIONS[plan.action[row] as number] !== "skip") continue;
      const blocked = SKIP_REASONS[plan.reason[row] as number] === "depends_on_past";
      this.status[row] = blocked ? STATUS.dependsOnPast : STATUS.skipped;
    }
    if (plan.dependsOnPast) this.#stand();
  }

  /** Rows whose run has succeeded and is left alone: what depends on the past may follow them. */
  #stand(): void {
    const { existingRuns, executionDate } = this.plan;
    const succeeded = new Set<number>();
    for (const run of existingRuns) if (run.state === "success") succeeded.add(Date.parse(run.executionDate));
    for (let row = 0; row < this.count; row++) {
      // One that was to run again, and may not, is `dependsOnPast` and no success to follow.
      if (this.status[row] === STATUS.skipped && succeeded.has(executionDate[row] as number))
        this.status[row] = STATUS.stands;
    }
  }

  /** What the store says of rows that have begun. */
  restore(storedRuns: StoredRun[]): void {
    for (const { row, status, attempts, startedAt, finishedAt, error, output } of storedRuns) {
      this.status[row] = status;
      this.attempts[row] = Math.max(attempts, this.attempts[row] as number);
      if (startedAt !== undefined) this.startedAt[row] = startedAt;
      if (finishedAt !== undefined) this.finishedAt[row] = finishedAt;
      if (error !== undefined) this.errors.set(row, error);
      if (output !== undefined) this.outputs[row] = output;
    }
  }

  /** A run has succeeded with this output. One that JSON cannot say is left out; then the answer says why. */
  keep(row: number, value: unknown): string | undefined {
    this.errors.delete(row);
    if (value === undefined) return undefined;
    try {
      this.outputs[row] = json(value, "output");
      return undefined;
    } catch (error) {
      return failure(error).message;
    }
  }

  /** The starts after an instant, oldest first: a rate bounds them together with those to come. */
  startedSince(since: number): Float64Array {
    return this.startedAt.filter((started) => started > since).sort();
  }

  /** The planned run of a row. Rows are made a slice at a time, and the last few slices are kept: runs start in order. */
  planned(row: number): PlannedRun {
    const slice = Math.floor(row / SLICE);
    const slot = slice % KEPT;
    if (this.#numbers[slot] !== slice) {
      this.#slices[slot] = plannedRuns(this.plan, slice * SLICE, Math.min((slice + 1) * SLICE, this.count));
      this.#numbers[slot] = slice;
    }
    return this.#slices[slot]?.[row % SLICE] as PlannedRun;
  }

  /** What listeners and callers are told of a row; `state` where it has not ended. */
  result(row: number, state?: RunResult["state"]): RunResult {
    const { executionDate, runId, action } = this.planned(row);
    const status = this.status[row] as number;
    const [started, finished] = [this.startedAt[row] as number, this.finishedAt[row] as number];
    const error = this.errors.get(row);
    const output = this.outputs[row];
    const reason = this.#reason(row, status);
    return {
      dagId: this.plan.dagId,
      executionDate,
      runId,
      action,
      state: state ?? stateOf(status),
      ...(reason ? { reason } : {}),
      attempts: this.attempts[row] as number,
      ...(Number.isNaN(started) ? {} : { startedAt: iso(started) }),
      ...(Number.isNaN(finished) ? {} : { finishedAt: iso(finished) }),
      ...(error === undefined ? {} : { error }),
      ...(output === undefined ? {} : { output }),
    };
  }

  /** The date whose run is the one before a row's: that of the last row before it that starts or has a run already, since a date
   *  that is left alone and has no run is nothing to wait for; else the date before the plan. */
  past(row: number): string | null {
    const { executionDate, action, existingRuns } = this.plan;
    this.#existing ??= new Set(existingRuns.map((run) => Date.parse(run.executionDate)));
    for (let before = row - 1; before >= 0; before--) {
      const date = executionDate[before] as number;
      if (ACTIONS[action[before] as number] !== "skip" || this.#existing.has(date)) return iso(date);
    }
    return this.planned(0).previousDate;
  }

  /** Rows that were asked for and have not succeeded: failed, canceled, behind a past that did not succeed, or left alone although
   *  they failed before. */
  unfinished(): number {
    const existsFailed = SKIP_REASONS.indexOf("exists_failed");
    let count = 0;
    for (let row = 0; row < this.count; row++) {
      const status = this.status[row];
      const ended = status === STATUS.failed || status === STATUS.canceled || status === STATUS.dependsOnPast;
      if (ended || (status === STATUS.skipped && this.plan.reason[row] === existsFailed)) count += 1;
    }
    return count;
  }

  #reason(row: number, status: number): RunResult["reason"] {
    if (status === STATUS.inFlight) return "in_flight";
    if (status === STATUS.dependsOnPast) return "depends_on_past";
    return SKIP_REASONS[this.plan.reason[row] as number] ?? undefined;
  }
}

function stateOf(status: number): RunResult["state"] {
  switch (status) {
    case STATUS.success:
      return "success";
    case STATUS.failed:
      return "failed";
    case STATUS.canceled:
      return "canceled";
    case STATUS.skipped:
    case STATUS.inFlight:
    case STATUS.dependsOnPast:
    case STATUS.stands:
      return "skipped";
    default:
      return "queued";
  }
}
