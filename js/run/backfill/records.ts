// What the changes of a backfill mean for the store.
import type { Json } from "../../json.js";
import type { RunChange, RunRecord, RunState, StoreChange } from "../../store/store.js";
import { iso } from "../../time.js";
import type { Rows } from "./rows.js";
import { type Snapshot, toStored } from "./snapshot.js";

/** Numbers of the core's changes. */
export const CHANGE = { begin: 0, requeue: 1, success: 2, failed: 3, canceled: 4, save: 5 } as const;
const STATES = ["running", "paused", "success", "failed", "canceled"] as const;

const ENDS: Record<number, RunState> = { 2: "success", 3: "failed", 4: "canceled" };

/** Turns the core's changes into the store's. */
export class Records {
  readonly #rows: Rows;
  readonly #snapshot: Snapshot;
  readonly #backfillId: string;
  readonly #owner: string;

  constructor(backfillId: string, owner: string, snapshot: Snapshot, rows: Rows) {
    this.#backfillId = backfillId;
    this.#owner = owner;
    this.#snapshot = snapshot;
    this.#rows = rows;
  }

  /** Attempts that the run had before this backfill: (runId, attempt) is never used twice. */
  before(row: number): number {
    return this.#snapshot.attempts[row] ?? 0;
  }

  /** The conf of a row: its own, else the backfill's, else what an existing run has. */
  conf(row: number): Record<string, Json> {
    const { confs, options } = this.#snapshot;
    return confs?.[row] ?? options.conf ?? this.#existing(row)?.conf ?? {};
  }

  /** A run is about to start. */
  begin(row: number, attempt: number, now: number, changes: StoreChange[]): void {
    const { executionDate, dataInterval, runId, action } = this.#rows.planned(row);
    const { dagId } = this.#snapshot;
    const common = {
      runType: "backfill" as const,
      state: "running" as const,
      backfillId: this.#backfillId,
      owner: this.#owner,
      attempt: this.before(row) + attempt,
      startedAt: iso(now),
    };
    if (action === "create" && attempt === 1) {
      const run: RunRecord = { runId, dagId, executionDate, dataInterval, conf: this.conf(row), ...common };
      changes.push({ type: "create-run", run });
      return;
    }
    if (action === "reset" && attempt === 1) changes.push({ type: "clear-run", dagId, runId });
    const state = this.#existing(row)?.state;
    const ifState: RunState[] = attempt === 1 && state !== undefined ? [state] : ["queued", "running"];
    const change: RunChange = {
      ...common,
      // What it covers now, also where the schedule was another one when it ran first.
      ...(attempt === 1 ? { conf: this.conf(row), dataInterval } : {}),
      finishedAt: undefined,
      error: undefined,
      output: undefined,
    };
    changes.push({ type: "update-run", dagId, runId, change, ifState });
  }

  /** A run failed and waits for its next attempt. */
  requeue(row: number): StoreChange {
    return this.#update(row, { state: "queued", error: this.#rows.errors.get(row) });
  }

  /** A run ended. */
  end(row: number, kind: number): StoreChange {
    const finished = this.#rows.finishedAt[row] as number;
    const output = this.#rows.outputs[row];
    return this.#update(row, {
      state: ENDS[kind] ?? "failed",
      finishedAt: iso(finished),
      error: kind === CHANGE.success ? undefined : this.#rows.errors.get(row),
      ...(output === undefined ? {} : { output }),
    });
  }

  /** The backfill itself. `counts` are known when it has ended. */
  save(state: number, now: number, counts: () => NonNullable<Snapshot["counts"]>): StoreChange {
    const snapshot = this.#snapshot;
    snapshot.state = STATES[state] ?? "running";
    const finished = state >= 2;
    if (finished) {
      snapshot.finishedAt = iso(now);
      snapshot.counts = counts();
    }
    return this.#saved(finished);
  }

  #saved(finished: boolean): StoreChange {
    const { dagId } = this.#snapshot;
    const snapshot = toStored(this.#snapshot);
    return { type: "save-backfill", id: this.#backfillId, dagId, finished, snapshot };
  }

  /** The backfill, as it stands, is to end as canceled. */
  cancel(): StoreChange {
    this.#snapshot.canceling = true;
    return this.#saved(false);
  }

  #update(row: number, change: RunChange): StoreChange {
    return { type: "update-run", dagId: this.#snapshot.dagId, runId: this.#rows.planned(row).runId, change };
  }

  #existing(row: number): RunRecord | undefined {
    if (this.#snapshot.plan.existingRuns.length === 0) return undefined;
    const { executionDate } = this.#rows.planned(row);
    return this.#byDate().get(executionDate);
  }

  #dates: Map<string, RunRecord> | undefined;
  #byDate(): Map<string, RunRecord> {
    this.#dates ??= new Map(this.#snapshot.plan.existingRuns.map((run) => [run.executionDate, run]));
    return this.#dates;
  }
}
