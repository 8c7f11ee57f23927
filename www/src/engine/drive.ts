import type { Backfill, BackfillEvent, BackfillResult, Hooks, RunResult } from "dagfill";
import {
  CANCELED,
  FAILED,
  KEEP,
  type PlanView,
  QUEUED,
  RUNNING,
  type RunBatch,
  type RunPhase,
  SUCCESS,
} from "../model";
import { packPreview } from "./pack";

const FRAME = 33;

const TOKEN_OF_STATE: Record<string, number> = {
  queued: QUEUED,
  running: RUNNING,
  success: SUCCESS,
  failed: FAILED,
  canceled: CANCELED,
};
export const tokenOfState = (state: string) => TOKEN_OF_STATE[state] ?? KEEP;

const TOKEN_OF_EVENT: Partial<Record<BackfillEvent["type"], number>> = {
  "run-started": RUNNING,
  "run-succeeded": SUCCESS,
  "run-failed": FAILED,
  "run-retrying": QUEUED,
  "run-canceled": CANCELED,
};

const PHASE_OF_EVENT: Partial<Record<BackfillEvent["type"], RunPhase>> = {
  started: "running",
  resumed: "running",
  paused: "paused",
  canceling: "canceling",
  finished: "finished",
};

/** Row of each date, by epoch milliseconds. */
export function rowsOf(plan: PlanView): Map<number, number> {
  const rows = new Map<number, number>();
  for (let row = 0; row < plan.total; row++) rows.set(plan.dates[row] ?? 0, row);
  return rows;
}

/** One backfill that this page drives: gathers its events and sends them on, one batch a frame. */
export class Drive {
  private waiting: BackfillEvent[] = [];
  private rows: Map<number, number> | null = null;
  private batch: RunBatch | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private backfill: Backfill | null = null;

  readonly hooks: Hooks = {
    onEvent: (event) => {
      // Events may come before the promise of the backfill itself.
      if (this.rows) this.take(event);
      else this.waiting.push(event);
    },
  };

  constructor(private readonly send: (batch: RunBatch) => void) {}

  get running(): Backfill | null {
    return this.backfill;
  }

  adopt(backfill: Backfill, ended: () => void): PlanView {
    this.backfill = backfill;
    const plan = packPreview(backfill.preview, 0);
    this.rows = rowsOf(plan);
    this.batch = emptyBatch(backfill, "running");
    for (const event of this.waiting.splice(0)) this.take(event);
    void backfill.result.catch((thrown: unknown) => this.lost(thrown)).finally(ended);
    return plan;
  }

  private take(event: BackfillEvent) {
    const batch = this.batch;
    // Tasks are read from the store, and only those of the run that is looked at.
    if (!batch || "taskId" in event) return;
    batch.progress = event.progress;
    batch.phase = PHASE_OF_EVENT[event.type] ?? batch.phase;
    if ("run" in event) this.change(batch, event.run, event.type, event.at);
    if (event.type === "warning") batch.warnings.push(event.warning);
    if (event.type === "finished") batch.result = withoutResults(event.result);
    this.schedule();
  }

  private change(batch: RunBatch, run: RunResult, type: BackfillEvent["type"], at: string) {
    const row = this.rows?.get(Date.parse(run.executionDate));
    if (row === undefined) return;
    const token = TOKEN_OF_EVENT[type] ?? KEEP;
    batch.changes.push({ row, token, at: Date.parse(at), attempt: run.attempts, error: run.error?.message });
  }

  /** The store failed while it ran: nothing more will come. */
  private lost(thrown: unknown) {
    if (!this.batch) return;
    this.batch.phase = "finished";
    this.batch.warnings.push({
      code: "STOPPED",
      message: thrown instanceof Error ? thrown.message : String(thrown),
    });
    this.schedule();
  }

  private schedule() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const batch = this.batch;
      if (!batch || !this.backfill) return;
      this.batch = emptyBatch(this.backfill, batch.phase);
      this.send(batch);
    }, FRAME);
  }
}

function emptyBatch(backfill: Backfill, phase: RunPhase): RunBatch {
  const { backfillId, progress } = backfill;
  return { backfillId, phase, progress, changes: [], warnings: [], result: null };
}

/** `results` is built when it is read: a run of a million dates must not pay for it. */
function withoutResults(result: BackfillResult): Omit<BackfillResult, "results"> {
  const { backfillId, dagId, state, totalDates, completed, failed, skipped, canceled, unfinished } = result;
  const { unresolved, startedAt, finishedAt } = result;
  return {
    backfillId,
    dagId,
    state,
    totalDates,
    completed,
    failed,
    skipped,
    canceled,
    unfinished,
    unresolved,
    startedAt,
    finishedAt,
  };
}
