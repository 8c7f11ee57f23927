import type { BackfillResult, Progress, Warning } from "dagfill";
import {
  AGAIN,
  CANCELED,
  type DayColumns,
  type PlanView,
  QUEUED,
  type ReviewView,
  RUNNING,
  type RunBatch,
  type RunPhase,
  TOKEN_COUNT,
} from "./model";

export interface Bar {
  row: number;
  lane: number;
  start: number;
  end: number | null;
  token: number;
  error?: string;
}

const RECENT = 20;

/** A backfill on the page: the plan's columns with live states. Lives outside React; `version` says that it changed. */
export class RunModel {
  readonly plan: PlanView;
  readonly bars: Bar[] = [];
  readonly failures: { row: number; error: string }[] = [];
  readonly warnings: Warning[] = [];
  phase: RunPhase = "running";
  progress: Progress;
  result: Omit<BackfillResult, "results"> | null = null;
  startedAt = Date.now();
  version = 0;
  private readonly open = new Map<number, Bar>();
  private readonly listeners = new Set<() => void>();
  private readonly durations: number[] = [];

  constructor(
    readonly backfillId: string,
    plan: PlanView,
    progress: Progress,
  ) {
    this.plan = { ...plan, tokens: plan.tokens.slice(), days: { ...plan.days } };
    for (let row = 0; row < plan.total; row++)
      if ((plan.tokens[row] ?? 0) <= AGAIN) this.plan.tokens[row] = QUEUED;
    this.plan.days.tokens = countDays(this.plan);
    this.progress = progress;
  }

  /** A backfill that somebody else drives, or that has ended, from its records. */
  static review(view: ReviewView): RunModel {
    const model = new RunModel(view.backfill.backfillId, view.plan, view.backfill.progress);
    const { state } = view.backfill;
    const isDriven = state === "running" || state === "paused";
    model.phase = isDriven ? "watching" : state === "interrupted" ? "stopped" : "finished";
    model.startedAt = view.bars[0]?.start ?? Date.now();
    model.recall(view.bars);
    return model;
  }

  /** Runs that had begun before this page knew of them. */
  recall(bars: ReviewView["bars"]) {
    const lanes: number[] = [];
    for (const bar of bars) {
      const free = lanes.findIndex((until) => until <= bar.start);
      const lane = free < 0 ? lanes.length : free;
      lanes[lane] = bar.end ?? Number.POSITIVE_INFINITY;
      this.bars.push({ ...bar, lane });
      if (bar.error) this.failures.push({ row: bar.row, error: bar.error });
      if (bar.end) this.remember(bar.end - bar.start);
    }
  }

  /** Median of the last runs, in milliseconds. */
  get median(): number | null {
    const sorted = [...this.durations].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }

  get laneCount(): number {
    return this.bars.reduce((most, bar) => Math.max(most, bar.lane + 1), 1);
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  take(batch: RunBatch) {
    this.phase = batch.phase;
    this.progress = batch.progress;
    this.warnings.push(...batch.warnings);
    for (const change of batch.changes) {
      this.setToken(change.row, change.token);
      if (change.token === RUNNING) this.begin(change.row, change.at);
      else this.end(change.row, change.token, change.at, change.error);
    }
    if (batch.result) this.finish(batch.result);
    this.changed();
  }

  /** Tokens of every row as they were at an instant, from the bars. */
  at(instant: number): PlanView {
    const tokens = this.plan.tokens.slice();
    for (const bar of this.bars)
      tokens[bar.row] =
        bar.start > instant ? QUEUED : (bar.end ?? instant + 1) > instant ? RUNNING : bar.token;
    const plan = { ...this.plan, tokens, days: { ...this.plan.days } };
    plan.days.tokens = countDays(plan);
    return plan;
  }

  private begin(row: number, at: number) {
    const taken = new Set([...this.open.values()].map((bar) => bar.lane));
    let lane = 0;
    while (taken.has(lane)) lane++;
    const bar: Bar = { row, lane, start: at, end: null, token: RUNNING };
    this.open.set(row, bar);
    this.bars.push(bar);
  }

  private end(row: number, token: number, at: number, error: string | undefined) {
    const bar = this.open.get(row);
    if (error && token !== CANCELED) this.failures.push({ row, error });
    if (!bar) return;
    this.open.delete(row);
    Object.assign(bar, { end: at, token, error });
    this.remember(at - bar.start);
  }

  private finish(result: Omit<BackfillResult, "results">) {
    this.result = result;
    for (let row = 0; row < this.plan.total; row++)
      if (this.plan.tokens[row] === QUEUED || this.plan.tokens[row] === RUNNING) this.setToken(row, CANCELED);
  }

  private remember(duration: number) {
    this.durations.push(duration);
    if (this.durations.length > RECENT) this.durations.shift();
  }

  private setToken(row: number, token: number) {
    const { plan } = this;
    const before = plan.tokens[row];
    if (before === undefined || before === token) return;
    plan.tokens[row] = token;
    const share = dayIndexOf(plan, row) * TOKEN_COUNT;
    const shares = plan.days.tokens;
    shares[share + before] = (shares[share + before] ?? 1) - 1;
    shares[share + token] = (shares[share + token] ?? 0) + 1;
  }

  private changed() {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

/** Index in the day columns of a civil day, or of the first one behind it. */
export function findDay(days: DayColumns, day: number): number {
  let low = 0;
  let high = days.day.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days.day[middle] ?? 0) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function dayOfRow(plan: PlanView, row: number): number {
  return Math.floor(((plan.dates[row] ?? 0) + (plan.offsets[row] ?? 0) * 1000) / 86_400_000);
}

const dayIndexOf = (plan: PlanView, row: number) => findDay(plan.days, dayOfRow(plan, row));

function countDays(plan: PlanView): Uint32Array {
  const { first, count, day } = plan.days;
  const shares = new Uint32Array(day.length * TOKEN_COUNT);
  for (let at = 0; at < day.length; at++) {
    const end = (first[at] ?? 0) + (count[at] ?? 0);
    for (let row = first[at] ?? 0; row < end; row++) {
      const share = at * TOKEN_COUNT + (plan.tokens[row] ?? 0);
      shares[share] = (shares[share] ?? 0) + 1;
    }
  }
  return shares;
}

/** Counts of all tokens over the whole plan. */
export function totals(days: DayColumns): number[] {
  const sums = new Array<number>(TOKEN_COUNT).fill(0);
  for (let at = 0; at < days.tokens.length; at++) {
    const token = at % TOKEN_COUNT;
    sums[token] = (sums[token] ?? 0) + (days.tokens[at] ?? 0);
  }
  return sums;
}
