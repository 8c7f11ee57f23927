// The rows of a backfill while it runs: what has become of each, in columns.
import { RUN_STATES, SKIP_REASONS } from "../../codes.js";
import { type Failure, failure } from "../../failure.js";
import type { Json } from "../../json.js";
import { json } from "../../json_input.js";
import { ActionCode, RowStatus, RunStateCode } from "../../raw.js";
import type { RunRecord } from "../../store/store.js";
import { iso } from "../../time.js";
import type { RunResult } from "../events/backfill_events.js";
import type { RunSet } from "./run_set.js";

export interface StoredRun {
  row: number;
  /** Whether this backfill wrote the record. */
  own: boolean;
  /** A number of `RunStateCode`. */
  state: number;
  attempt: number;
  /** Attempts that failed; one that was lost with its process is none. Absent in records of version 0.1. */
  failures: number | undefined;
  startedAt?: number;
  finishedAt?: number;
  error?: Failure;
  /** Of a chunk that has ended: the dates that failed, where others did not. */
  failed?: Map<string, Failure>;
  output?: Json;
}

export function storedRun(row: number, run: RunRecord, own: boolean): StoredRun {
  return {
    row,
    own,
    state: RUN_STATES.indexOf(run.state),
    attempt: run.attempt,
    failures: run.failures,
    ...(run.startedAt === undefined ? {} : { startedAt: Date.parse(run.startedAt) }),
    ...(run.finishedAt === undefined ? {} : { finishedAt: Date.parse(run.finishedAt) }),
    ...(run.error === undefined ? {} : { error: run.error }),
    ...(run.output === undefined ? {} : { output: run.output }),
  };
}

/** States of results, by status; the others have not begun. */
const STATES: Partial<Record<RowStatus, RunResult["state"]>> = {
  [RowStatus.Success]: "success",
  [RowStatus.Failed]: "failed",
  [RowStatus.Canceled]: "canceled",
  [RowStatus.Skipped]: "skipped",
  [RowStatus.InFlight]: "skipped",
  [RowStatus.DependsOnPast]: "skipped",
  [RowStatus.Stands]: "skipped",
};

const UNFINISHED: ReadonlySet<RowStatus> = new Set([
  RowStatus.Failed,
  RowStatus.Canceled,
  RowStatus.DependsOnPast,
]);

/** Reasons that a plan could not know. */
const REASONS: Partial<Record<RowStatus, RunResult["reason"]>> = {
  [RowStatus.InFlight]: "in_flight",
  [RowStatus.DependsOnPast]: "depends_on_past",
};

export class Rows {
  readonly set: RunSet;
  /** Numbers of `RowStatus`; while runs go on only their ends are kept here. */
  readonly status: Uint8Array;
  /** The last attempt that has started, counted over all backfills of the run. */
  readonly attempts: Uint32Array;
  /** Whether this process has begun a row: what is recorded of it then was never called by another. */
  readonly begun: Uint8Array;
  /** Rows that a dead process left open, and that this one has not called yet. */
  readonly left = new Set<number>();
  readonly startedAt: Float64Array;
  readonly finishedAt: Float64Array;
  readonly errors = new Map<number, Failure>();
  /** Sparse: most runs return nothing. */
  readonly outputs: Json[] = [];

  constructor(set: RunSet) {
    const { count, columns } = set;
    this.set = set;
    this.status = new Uint8Array(count);
    this.attempts = new Uint32Array(count);
    this.attempts.set(columns.attempts);
    this.begun = new Uint8Array(count);
    this.startedAt = new Float64Array(count).fill(Number.NaN);
    this.finishedAt = new Float64Array(count).fill(Number.NaN);
  }

  /** Takes over the stored state of rows that have begun. */
  restore(storedRuns: readonly StoredRun[]): void {
    for (const { row, own, state, attempt, startedAt, finishedAt, error, output, failed } of storedRuns) {
      if (!own) continue;
      this.status[row] = endOf(state);
      if (this.begun[row] === 0) {
        this.attempts[row] = attempt;
        if (this.status[row] === RowStatus.Waiting) this.left.add(row);
      }
      if (startedAt !== undefined) this.startedAt[row] = startedAt;
      if (finishedAt !== undefined) this.finishedAt[row] = finishedAt;
      if (error !== undefined) this.errors.set(row, error);
      if (output !== undefined) this.outputs[row] = output;
      if (failed !== undefined) this.set.failures.set(row, failed);
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

  /** Rows that were asked for and have not succeeded: failed, canceled, behind a past that did not succeed, or left alone although
   *  they failed before. */
  unfinished(): number {
    const existsFailed = SKIP_REASONS.indexOf("exists_failed");
    const { columns, failures } = this.set;
    let count = 0;
    for (const [row, status] of this.status.entries()) {
      const isLeft = status === RowStatus.Skipped && columns.reasons[row] === existsFailed;
      const dates = columns.weights[row] ?? 1;
      // Of a chunk that somebody else has begun a date of, the others are not done either.
      if (status === RowStatus.InFlight) count += dates - 1;
      else if (UNFINISHED.has(status) || isLeft) count += failures.get(row)?.size ?? dates;
    }
    return count;
  }

  /** An attempt has failed, with all of its dates. */
  fail(row: number, error: Failure): void {
    this.errors.set(row, error);
    this.set.failures.delete(row);
  }

  /** How many dates of a chunk that succeeded its callback said have failed. Those of one that failed as a whole are no longer told apart. */
  partly(row: number): number {
    const failed = this.set.failures.get(row)?.size ?? 0;
    if (failed === 0) return 0;
    const dates = this.set.columns.weights[row] ?? 1;
    this.errors.set(row, { name: "Error", message: `${failed} of ${dates} dates have failed` });
    return failed;
  }

  /** The results of all dates, in run order. */
  results(most = this.set.dates): RunResult[] {
    const results: RunResult[] = [];
    for (let row = 0; row < this.set.count && results.length < most; row += 1) {
      if ((this.set.columns.weights[row] ?? 1) === 1) results.push(this.result(row));
      else results.push(...this.#chunkResults(row));
    }
    return results.slice(0, most);
  }

  #chunkResults(row: number): RunResult[] {
    const { columns, failures } = this.set;
    const result = this.result(row);
    const failed = failures.get(row);
    const all = this.set.members(row).map(({ planned: { executionDate, runId, action } }, at): RunResult => {
      const { output, error, ...rest } = result;
      const own = failed === undefined ? error : failed.get(executionDate);
      return {
        ...rest,
        executionDate,
        runId,
        action,
        state: failed === undefined ? rest.state : own ? "failed" : "success",
        ...(own === undefined ? {} : { error: own }),
        ...(output === undefined || at > 0 ? {} : { output }),
      };
    });
    // Columns are in run order, and so are results.
    return this.set.isBackwards && columns.weights.length > 0 ? all.reverse() : all;
  }

  /** The results of a canary: of the first rows that start. */
  canary(): RunResult[] {
    const { columns, snapshot } = this.set;
    const starting = [...columns.actions.keys()].filter((row) => columns.actions[row] !== ActionCode.Skip);
    return starting.slice(0, snapshot?.options.canary?.dates).map((row) => this.result(row));
  }

  /** A row was not begun after all. */
  forget(row: number): void {
    this.attempts[row] = this.set.columns.attempts[row] ?? 0;
    this.startedAt[row] = Number.NaN;
    this.status[row] = RowStatus.InFlight;
  }

  /** The result of a row, for listeners and callers; `state` where it has not ended. */
  result(row: number, state?: RunResult["state"]): RunResult {
    const planned = this.set.planned(row);
    const { executionDate, runId, action } = planned;
    const status = this.status[row] as RowStatus;
    const [started, finished] = [this.startedAt[row] as number, this.finishedAt[row] as number];
    const error = this.errors.get(row);
    const output = this.outputs[row];
    const reason = REASONS[status] ?? planned.reason;
    return {
      dagId: this.set.dagId,
      executionDate,
      runId,
      action,
      state: state ?? STATES[status] ?? "queued",
      ...(reason ? { reason } : {}),
      attempts: (this.attempts[row] as number) - (this.set.columns.attempts[row] ?? 0),
      ...(Number.isNaN(started) ? {} : { startedAt: iso(started) }),
      ...(Number.isNaN(finished) ? {} : { finishedAt: iso(finished) }),
      ...(error === undefined ? {} : { error }),
      ...(output === undefined ? {} : { output }),
    };
  }
}

/** The status of a row whose record is in this state (a number of `RunStateCode`). */
function endOf(state: number): RowStatus {
  switch (state) {
    case RunStateCode.Success:
      return RowStatus.Success;
    case RunStateCode.Failed:
      return RowStatus.Failed;
    case RunStateCode.Canceled:
      return RowStatus.Canceled;
    default:
      return RowStatus.Waiting;
  }
}
