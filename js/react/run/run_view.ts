// A backfill as a page shows it: the plan's columns with live states, and a bar for each run. It changes in place.
import type {
  BackfillEvent,
  BackfillResult,
  BackfillSummary,
  Progress,
  RunRecord,
  RunResult,
  Warning,
} from "../../face.js";
import { countTokens, dayOfRow, findDay } from "../plan/day_columns.js";
import { type PlanColumns, rowOf } from "../plan/plan_columns.js";
import {
  AGAIN,
  CANCELED,
  FAILED,
  INTERRUPTED,
  KEEP,
  QUEUED,
  RUNNING,
  TOKEN_COUNT,
  tokenOfState,
} from "../plan/tokens.js";
import { RunWarnings } from "./run_warnings.js";
import { TaskMarksByRun } from "./task_marks.js";

/** One run of one date. Times in epoch milliseconds; `end` is null while it runs. */
export interface Bar {
  row: number;
  lane: number;
  start: number;
  end: number | null;
  token: number;
}

/** `watching`: another process drives it. `stopped`: nobody does any more. */
export type RunPhase =
  | ("running" | "paused" | "awaiting_approval" | "canceling" | "finished" | "stopped")
  | "watching";

const PHASE_OF_EVENT: Partial<Record<BackfillEvent["type"], RunPhase>> = {
  started: "running",
  resumed: "running",
  paused: "paused",
  canceling: "canceling",
  "awaiting-approval": "awaiting_approval",
  finished: "finished",
};

const TOKEN_OF_EVENT: Partial<Record<BackfillEvent["type"], number>> = {
  "run-started": RUNNING,
  "run-attached": RUNNING,
  "run-succeeded": tokenOfState("success"),
  "run-failed": FAILED,
  "run-retrying": QUEUED,
  "run-canceled": CANCELED,
};

/** The median of so many latest runs says how long the next one takes. */
const RECENT = 20;
/** So many latest ends say how fast runs end; fewer than RECENT say nothing. */
const ENDS = 100;

export class RunView {
  readonly backfillId: string;
  readonly plan: PlanColumns;
  readonly bars: Bar[] = [];
  /** Why runs failed, by row. */
  readonly errors = new Map<number, string>();
  /** Run ids that were asked for, by row. */
  readonly runIds = new Map<number, string>();
  readonly tasks = new TaskMarksByRun();
  phase: RunPhase = "running";
  progress: Progress;
  /** The state in the store of a backfill that this page does not drive. */
  state: BackfillSummary["state"] | null = null;
  /** A request to its driver is stored that `state` does not show yet. */
  isAsked = false;
  /** The running runs were told to stop, and the backfill waits for them. */
  isAborting = false;
  result: Omit<BackfillResult, "results"> | null = null;
  /** Epoch milliseconds. */
  startedAt = Date.now();
  readonly #warnings: RunWarnings;
  readonly #open = new Map<number, Bar>();
  readonly #durations: number[] = [];
  /** Epoch milliseconds. */
  readonly #ends: number[] = [];

  constructor(backfillId: string, plan: PlanColumns, progress: Progress, warnings = new RunWarnings()) {
    this.backfillId = backfillId;
    this.#warnings = warnings;
    const tokens = plan.tokens.map((token) => (token <= AGAIN ? QUEUED : token));
    this.plan = { ...plan, tokens, days: { ...plan.days, tokens: countTokens(plan.days, tokens) } };
    this.progress = progress;
  }

  /** Equal warnings of many runs are one, with a count. */
  get warnings(): readonly Warning[] {
    return this.#warnings.list;
  }

  /** Median duration of the last runs, in milliseconds; runs that were stopped say nothing of it. */
  get median(): number | null {
    const sorted = [...this.#durations].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }

  /** Milliseconds until the end, if runs go on to end as fast as they did lately; 0 before enough have ended. */
  get leftByRate(): number {
    const [ends, first, last] = [this.#ends.length, this.#ends[0] ?? 0, this.#ends.at(-1) ?? 0];
    return ends < RECENT ? 0 : (this.progress.remaining * (last - first)) / (ends - 1);
  }

  /** Milliseconds until the end: by how long runs take, or by how fast they end where that is later. Durations leave out the
   *  time between runs, such as that of their records and the pause before a retry. undefined before a run has ended. */
  get left(): number | undefined {
    const { etaMs } = this.progress;
    return etaMs === undefined ? undefined : Math.max(etaMs, this.leftByRate);
  }

  get laneCount(): number {
    return this.bars.reduce((most, bar) => Math.max(most, bar.lane + 1), 1);
  }

  /** Takes over, from the records of the backfill, the runs from before this process drove it. */
  recall(records: readonly RunRecord[]): void {
    const lanes: number[] = [];
    const begun = records.filter((record) => record.backfillId === this.backfillId);
    for (const { executionDate, state, startedAt, finishedAt, error } of begun.sort(byStart)) {
      const row = rowOf(this.plan, Date.parse(executionDate));
      const isRunning = state === "running" && this.phase === "watching";
      // A date that waits may have been begun before: it will be begun again.
      if (row < 0 || state === "queued") continue;
      if (state === "running" && !isRunning) {
        if (this.phase === "stopped") this.#setToken(row, INTERRUPTED);
        continue;
      }
      this.#setToken(row, tokenOfState(state));
      if (error !== undefined && state === "failed") this.errors.set(row, error.message);
      if (startedAt === undefined || (finishedAt === undefined && !isRunning)) continue;
      const start = Date.parse(startedAt);
      const end = isRunning || finishedAt === undefined ? null : Date.parse(finishedAt);
      const free = lanes.findIndex((until) => until <= start);
      const lane = free < 0 ? lanes.length : free;
      lanes[lane] = end ?? Number.POSITIVE_INFINITY;
      this.bars.push({ row, lane, start, end, token: tokenOfState(state) });
      if (end !== null && state !== "canceled") this.#remember(end - start);
      this.startedAt = Math.min(this.startedAt, start);
    }
  }

  /** A backfill that is only looked at. Of one that has ended, dates that it did not run were canceled, or left alone. */
  review(phase: RunPhase, records: readonly RunRecord[]): void {
    this.phase = phase;
    this.recall(records);
    if (phase !== "finished") return;
    const rest = this.progress.canceled > 0 ? CANCELED : KEEP;
    this.plan.tokens.forEach((token, row) => {
      if (token === QUEUED) this.#setToken(row, rest);
    });
  }

  take(event: BackfillEvent): void {
    this.phase = PHASE_OF_EVENT[event.type] ?? this.phase;
    this.progress = event.progress;
    // A pause is no part of how fast runs end.
    if (event.type === "resumed") this.#ends.length = 0;
    if ("run" in event) this.#change(event.run, event.type, Date.parse(event.at));
    else if (event.type === "warning") this.#warnings.add(event.warning);
    else if (event.type === "finished") this.#finish(event.result);
    else this.tasks.take(event);
  }

  /** Nothing more will come: the store failed, or another process has taken over. */
  stop(): void {
    this.phase = "stopped";
    this.progress = { ...this.progress, running: 0 };
    this.#close(Date.now(), INTERRUPTED);
  }

  #change(run: RunResult, type: BackfillEvent["type"], at: number): void {
    const row = rowOf(this.plan, Date.parse(run.executionDate));
    const token = TOKEN_OF_EVENT[type];
    if (row < 0 || token === undefined) return;
    if (token === CANCELED) this.tasks.cancel(run.runId, at);
    this.#setToken(row, token);
    if (token === RUNNING) this.#begin(row, at);
    else this.#end(row, token, at);
    if (token === FAILED && run.error !== undefined) this.errors.set(row, run.error.message);
    else this.errors.delete(row);
  }

  #begin(row: number, at: number): void {
    const taken = new Set([...this.#open.values()].map((bar) => bar.lane));
    let lane = 0;
    while (taken.has(lane)) lane++;
    const bar: Bar = { row, lane, start: at, end: null, token: RUNNING };
    this.#open.set(row, bar);
    this.bars.push(bar);
  }

  #end(row: number, token: number, at: number): void {
    const bar = this.#open.get(row);
    if (bar === undefined) return;
    this.#open.delete(row);
    Object.assign(bar, { end: at, token: token === QUEUED ? FAILED : token });
    if (token !== QUEUED && this.#ends.push(at) > ENDS) this.#ends.shift();
    if (token !== CANCELED) this.#remember(at - bar.start);
  }

  #remember(duration: number): void {
    this.#durations.push(duration);
    if (this.#durations.length > RECENT) this.#durations.shift();
  }

  #finish(result: BackfillResult): void {
    this.result = result;
    this.#close(Date.parse(result.finishedAt), CANCELED);
  }

  /** `rest`: what became of dates that have not ended. */
  #close(end: number, rest: number): void {
    this.plan.tokens.forEach((token, row) => {
      if (token === QUEUED || token === RUNNING) this.#setToken(row, rest);
    });
    for (const bar of this.#open.values()) Object.assign(bar, { end, token: rest });
    this.#open.clear();
  }

  #setToken(row: number, token: number): void {
    const { tokens, days } = this.plan;
    const before = tokens[row];
    if (before === undefined || before === token) return;
    tokens[row] = token;
    const share = findDay(days, dayOfRow(this.plan, row)) * TOKEN_COUNT;
    days.tokens[share + before] = (days.tokens[share + before] as number) - 1;
    days.tokens[share + token] = (days.tokens[share + token] as number) + 1;
  }
}

function byStart(a: RunRecord, b: RunRecord): number {
  return (a.startedAt ?? "") < (b.startedAt ?? "") ? -1 : 1;
}
