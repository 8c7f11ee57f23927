import {
  type Backfill,
  type BackfillPreview,
  BackfillService,
  type BackfillSummary,
  type Progress,
  type RunStore,
} from "dagfill";
import {
  type Draft,
  KEEP,
  type PlanView,
  QUEUED,
  type ReviewView,
  RUNNING,
  type RunBatch,
  type StoredBackfill,
} from "../model";
import { dagOf, HARD_LIMIT, optionsOf } from "../request";
import { Drive, rowsOf, tokenOfState } from "./drive";
import { packPreview } from "./pack";
import { simulator } from "./simulate";

/** What the page gets, and the preview that the worker keeps to answer for single rows. */
export interface Opened<T> {
  value: T;
  preview: BackfillPreview;
}

export interface Started {
  backfillId: string;
  plan: PlanView;
}

export interface Resumed extends Started {
  /** Runs that had ended. */
  bars: ReviewView["bars"];
  progress: Progress | null;
}

/** Backfills of this page, through the package's service. */
export class Runner {
  private readonly drives = new Map<string, Drive>();

  constructor(
    private readonly store: RunStore,
    private readonly send: (batch: RunBatch) => void,
  ) {}

  /** Starts the plan with this hash, or is refused with PLAN_CHANGED. */
  start(draft: Draft, now: number, planHash: string): Promise<Opened<Started>> {
    const options = { ...optionsOf(draft, now), maxRuns: HARD_LIMIT, planHash };
    return this.drive(draft, (service, hooks) => service.start(options, hooks));
  }

  /** What has not succeeded in a range: failed and canceled runs, and dates that never had one. */
  retry(draft: Draft, now: number): Promise<Opened<Started>> {
    const options = { ...optionsOf(draft, now), maxRuns: HARD_LIMIT, reprocess: "failed" as const };
    return this.drive(draft, (service, hooks) => service.start(options, hooks));
  }

  /** With what had ended before: those dates are not run again. As many runs at once as the draft says. */
  async resume(backfillId: string, draft: Draft): Promise<Opened<Resumed>> {
    const limits = { maxParallelRuns: draft.parallel };
    const { value, preview } = await this.drive(draft, (service, hooks) =>
      service.resume(backfillId, { ...hooks, limits }),
    );
    const summary = (await this.plain(draft).list({ dagId: draft.dagId })).find(
      (one) => one.backfillId === backfillId,
    );
    const bars = await this.bars(backfillId, draft, value.plan);
    const ended = bars.filter((bar) => bar.end !== null && bar.token > RUNNING);
    // What was in flight is begun again, and told then.
    for (const bar of bars) if (bar.token <= RUNNING) value.plan.tokens[bar.row] = QUEUED;
    return { value: { ...value, bars: ended, progress: summary?.progress ?? null }, preview };
  }

  async discard(backfillId: string, draft: Draft): Promise<void> {
    await this.plain(draft).discard(backfillId);
  }

  pause(backfillId: string) {
    this.backfill(backfillId)?.pause();
  }

  unpause(backfillId: string) {
    this.backfill(backfillId)?.resume();
  }

  async cancel(backfillId: string, running: "finish" | "abort"): Promise<void> {
    await this.backfill(backfillId)?.cancel({ running });
  }

  setParallel(backfillId: string, lanes: number) {
    this.backfill(backfillId)?.setMaxParallelRuns(lanes);
  }

  async list(draft: Draft): Promise<StoredBackfill[]> {
    const summaries = await this.plain(draft).list();
    return Promise.all(summaries.map((summary) => this.stored(summary)));
  }

  /** A backfill as its records tell it. Its driver may be this page, another tab, or nobody any more. */
  async review(backfillId: string, draft: Draft): Promise<Opened<ReviewView> | null> {
    const service = this.plain(draft);
    const summary = (await service.list({ dagId: draft.dagId })).find((one) => one.backfillId === backfillId);
    if (!summary) return null;
    const { planHash: _, backfillId: __, ...options } = summary.options;
    const preview = await service.preview({ ...options, dryRun: true, maxRuns: HARD_LIMIT });
    const plan = packPreview(preview, 0);
    const unfinished = ["running", "paused", "awaiting_approval", "interrupted"].includes(summary.state);
    for (let row = 0; row < plan.total; row++)
      if ((plan.tokens[row] ?? KEEP) < KEEP) plan.tokens[row] = unfinished ? QUEUED : KEEP;
    const bars = await this.bars(backfillId, draft, plan);
    return { value: { backfill: await this.stored(summary), plan, bars }, preview };
  }

  /** Everything that has begun, oldest first; the plan's tokens take the recorded states. */
  private async bars(backfillId: string, draft: Draft, plan: PlanView): Promise<ReviewView["bars"]> {
    const rows = rowsOf(plan);
    const records = await this.store.listRuns({
      dagId: draft.dagId,
      from: Date.parse(plan.start),
      to: Date.parse(plan.end),
    });
    const bars: ReviewView["bars"] = [];
    for (const record of records) {
      const row = rows.get(Date.parse(record.executionDate));
      if (record.backfillId !== backfillId || row === undefined) continue;
      const token = tokenOfState(record.state);
      plan.tokens[row] = token;
      if (!record.startedAt) continue;
      const end = record.finishedAt ? Date.parse(record.finishedAt) : null;
      bars.push({ row, start: Date.parse(record.startedAt), end, token, error: record.error?.message });
    }
    return bars.sort((a, b) => a.start - b.start);
  }

  private backfill(backfillId: string): Backfill | null {
    return this.drives.get(backfillId)?.running ?? null;
  }

  private async stored(summary: BackfillSummary): Promise<StoredBackfill> {
    const { backfillId, dagId, state, progress } = summary;
    let inFlight = 0;
    if (state === "interrupted") {
      const left = await this.store.listRuns({ dagId, states: ["running"] });
      inFlight = left.filter((run) => run.backfillId === backfillId).length;
    }
    return { backfillId, dagId, state, progress, mine: this.drives.has(backfillId), inFlight };
  }

  /** For reading only: no executor. */
  private plain(draft: Draft): BackfillService {
    return new BackfillService({ dags: [dagOf(draft)], store: this.store });
  }

  private async drive(
    draft: Draft,
    begin: (service: BackfillService, hooks: Drive["hooks"]) => Promise<Backfill>,
  ): Promise<Opened<Started>> {
    // Each backfill of a DAG has its own luck, so that a retry may succeed.
    const salt = (await this.plain(draft).list({ dagId: draft.dagId })).length;
    const dag = dagOf(draft);
    const service = new BackfillService({
      dags: [dag],
      store: this.store,
      ...simulator(draft.simulation, salt, dag),
    });
    const drive = new Drive(this.send);
    const backfill = await begin(service, drive.hooks);
    this.drives.set(backfill.backfillId, drive);
    const plan = drive.adopt(backfill, () => this.drives.delete(backfill.backfillId));
    return { value: { backfillId: backfill.backfillId, plan }, preview: backfill.preview };
  }
}
