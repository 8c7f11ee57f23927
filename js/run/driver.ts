// The host's half of the driver. The core says what to store, start, abort and tell; this file does it and says what became
// of it. The core alone decides when.

import { DagfillError } from "../error.js";
import { failure } from "../failure.js";
import { json } from "../json_input.js";
import { call } from "../raw.js";
import { iso } from "../time.js";
import { translate } from "./batch.js";
import { Clock } from "./clock.js";
import { Core, type RawBackfill } from "./core.js";
import { type BackfillResult, Listeners, type News, type Progress } from "./events.js";
import type { Standing } from "./interrupted.js";
import type { Parts } from "./parts.js";
import { progressOf, resultOf } from "./progress.js";
import { CHANGE, Records } from "./records.js";
import { Rows, STATUS } from "./rows.js";
import { abortReason, Context } from "./run_state.js";
import { Slots } from "./slots.js";
import { coreOptions } from "./snapshot.js";
import { Writer } from "./writer.js";

/** A run whose callback has been called and has not settled. */
interface Flight {
  attempt: number;
  context: Context;
  started: number;
  abort?: (reason: "timeout" | "cancel") => void;
}

const NEWS = ["run-started", "run-succeeded", "run-failed", "run-retrying", "run-canceled"] as const;
const RUN_STATES = ["running", undefined, undefined, "queued", undefined] as const;
const LIFE = ["started", "paused", "resumed", "canceling"] as const;

export class Driver {
  readonly rows: Rows;
  readonly listeners: Listeners;
  readonly result: Promise<BackfillResult>;
  /** Settles when the backfill is stored and may start, or could not be stored. */
  readonly ready: Promise<void>;
  progress: Progress;
  readonly #parts: Parts;
  readonly #records: Records;
  readonly #writer: Writer;
  readonly #flights = new Slots<Flight>();
  readonly #settled = new Slots<{ attempt: number; success: boolean }>();
  readonly #clock: Clock;
  readonly #wake: ReturnType<Clock["alarm"]>;
  readonly #core = new Core(
    () => this.#make(),
    (fault) => this.#tell({ type: "warning", warning: { code: "core_restarted", message: fault.message } }),
    (fault) => {
      this.#fault ??= fault;
      this.#end(-1);
    },
  );
  #wants: { paused: boolean; cancel?: boolean; lost?: boolean; max?: number } = { paused: false };
  #fault: DagfillError | undefined;
  #begun = false;
  #finished = false;
  #resolve!: (result: BackfillResult) => void;
  #reject!: (error: DagfillError) => void;
  #stored!: () => void;
  #refused!: (error: DagfillError) => void;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#clock = new Clock(parts.now);
    this.#wake = this.#clock.alarm(() => this.#core.pump());
    if (parts.snapshot.canceling) this.#wants.cancel = false;
    this.rows = new Rows(parts.snapshot.plan);
    this.#records = new Records(parts.backfillId, parts.fence.lease, parts.snapshot, this.rows);
    this.#writer = new Writer(parts.store, parts.fence);
    this.listeners = new Listeners(parts.hooks, (warning) => this.#tell({ type: "warning", warning }));
    this.progress = progressOf(this.rows.count, 0, 0, 0, 0, 0, -1);
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.ready = new Promise((resolve, reject) => {
      this.#stored = resolve;
      this.#refused = reject;
    });
    // Whoever does not await them has the events; nobody's process dies of it.
    this.result.catch(() => {});
    this.ready.catch(() => {});
  }

  /** Begins, behind what the store says has begun already. */
  async begin(): Promise<void> {
    await this.#core.begin();
    await this.ready;
  }

  pause(): void {
    this.#wants.paused = true;
    this.#core.say((core) => core.pause());
  }

  resume(): void {
    this.#wants.paused = false;
    this.#core.say((core) => core.resume());
  }

  cancel(abort: boolean): void {
    this.#wants.cancel = abort || this.#wants.cancel === true;
    this.#keepCancel();
    this.#core.say((core) => core.cancel(abort));
  }

  /** Stores the wish to cancel: when this process dies before the end, the next must not go on. */
  #keepCancel(): void {
    const { canceling, finishedAt } = this.#parts.snapshot;
    if (!this.#begun || this.#wants.cancel === undefined || canceling || finishedAt) return;
    // A store that does not take it takes nothing of what follows either, and the core hears of that.
    const nothing = () => {};
    this.#writer.push({
      changes: [this.#records.cancel()],
      stored: nothing,
      refused: nothing,
      failed: nothing,
    });
  }

  setMaxParallelRuns(max: number): void {
    this.#wants.max = max;
    this.#core.say((core) => core.setMaxParallelRuns(max));
  }

  /** The lease went to somebody else: nothing more is stored or started. */
  loseLease(error: DagfillError): void {
    this.#fault = error;
    this.#wants.lost = true;
    this.#core.say((core) => core.leaseLost());
  }

  /** Makes the core's half, from what the store knows and what is in flight here. */
  async #make(): Promise<() => RawBackfill> {
    const standing = await this.#parts.reload();
    return () => this.#restore(standing);
  }

  #restore(standing: Standing[]): RawBackfill {
    const { options } = this.#parts.snapshot;
    const { rows } = this;
    for (const { row, status, attempts, startedAt, finishedAt, error, output } of standing) {
      rows.status[row] = status;
      rows.attempts[row] = Math.max(attempts, rows.attempts[row] as number);
      if (startedAt !== undefined) rows.startedAt[row] = startedAt;
      if (finishedAt !== undefined) rows.finishedAt[row] = finishedAt;
      if (error !== undefined) rows.errors.set(row, error);
      if (output !== undefined) rows.outputs[row] = output;
    }
    const wanted = coreOptions(this.#parts.snapshot, this.#wants.max);
    const core = call((wasm) => new wasm.RawBackfill(rows.count, wanted, this));
    call(() => {
      core.restore(0, rows.status, rows.attempts);
      if (options.rate !== undefined) core.recall(this.#recent(options.rate.per));
      for (const [row, { attempt, started }] of this.#flights) core.adopt(row, attempt, started);
      for (const [row, { attempt }] of this.#settled) core.adopt(row, attempt, rows.startedAt[row] as number);
      core.begin();
      for (const [row, { attempt, success }] of this.#settled) core.settled(row, attempt, success);
      if (this.#wants.paused) core.pause();
      if (this.#wants.cancel !== undefined) core.cancel(this.#wants.cancel);
      if (this.#wants.lost) core.leaseLost();
    });
    return core;
  }

  /** Starts of the last `per` milliseconds: a rate bounds them together with those to come. */
  #recent(per: number): Float64Array {
    const since = this.now() - per;
    return this.rows.startedAt.filter((started) => started > since).sort();
  }

  // ---- what the core asks for

  now(): number {
    return this.#clock.now();
  }

  wake(at: number | undefined): void {
    this.#wake.at(at);
  }

  execute(row: number, attempt: number): void {
    if (!this.#core.alive) return;
    const { rows } = this;
    rows.attempts[row] = attempt;
    const planned = rows.planned(row);
    const total = this.#records.before(row) + attempt;
    const context = this.#parts.context(planned, total, this.#records.conf(row));
    const flight: Flight = { attempt, context, started: rows.startedAt[row] as number };
    this.#flights.set(row, flight);
    const work = this.#parts.execute({
      context,
      row,
      writer: this.#writer,
      news: (news) => this.#tell(news),
      settle: (success, value) => this.#settle(row, attempt, success, value),
    });
    if (work !== undefined) flight.abort = work.abort;
  }

  #settle(row: number, attempt: number, success: boolean, value: unknown): void {
    // A run that was given up, or that settles twice, changes nothing.
    if (this.#flights.get(row)?.attempt !== attempt) return;
    this.#flights.delete(row);
    this.rows.finishedAt[row] = this.now();
    if (success) this.#keep(row, value);
    else this.rows.errors.set(row, failure(value));
    this.#settled.set(row, { attempt, success });
    this.#core.say((core) => core.settled(row, attempt, success));
  }

  /** The output of a run. One that JSON cannot say is left out, and said so: the work is done all the same. */
  #keep(row: number, value: unknown): void {
    this.rows.errors.delete(row);
    if (value === undefined) return;
    try {
      this.rows.outputs[row] = json(value, "output");
    } catch (error) {
      const { runId } = this.rows.planned(row);
      const message = `${runId}: its output is not kept: ${failure(error).message}`;
      this.#tell({ type: "warning", warning: { code: "output_not_json", message } });
    }
  }

  abort(row: number, reason: number): void {
    const flight = this.#flights.get(row);
    if (flight === undefined || !this.#core.alive) return;
    const cause = reason === 0 ? "timeout" : "cancel";
    const why = abortReason(cause, flight.context.runId);
    this.rows.errors.set(row, failure(why));
    // A listener of the signal may throw; that is the callback's own business.
    queueMicrotask(() => {
      try {
        Context.abort(flight.context, why);
        flight.abort?.(cause);
      } catch {}
    });
  }

  apply(view: Uint32Array): void {
    // In a new instance's memory there is something else at that place.
    if (!this.#core.alive) return;
    // A view of the core's memory, which holds something else by the time the store answers.
    const batch = view.slice();
    const now = this.now();
    const { changes, origin } = translate(batch, now, this.rows, this.#records, () => this.#core.counts());
    const answered = this.#core.asks();
    this.#writer.push({
      changes,
      stored: () => {
        for (let at = 0; at < batch.length; at += 3) this.#note(batch[at] as number, batch[at + 1] as number);
        answered((core) => core.applied());
      },
      refused: (index, error) => {
        this.#fault = error;
        answered((core) => core.refused(origin[index] ?? index));
      },
      failed: (error) => {
        this.#fault = error;
        answered((core) => (error.code === "STALE_OWNER" ? core.leaseLost() : core.storeFailed()));
      },
    });
  }

  /** A change is stored. */
  #note(kind: number, row: number): void {
    if (kind === CHANGE.save || kind === CHANGE.begin) return;
    this.#settled.delete(row);
    if (kind === CHANGE.requeue) return;
    this.#flights.delete(row);
    this.rows.status[row] =
      kind === CHANGE.success ? STATUS.success : kind === CHANGE.failed ? STATUS.failed : STATUS.canceled;
  }

  notify(
    kind: number,
    row: number,
    completed: number,
    failed: number,
    skipped: number,
    canceled: number,
    running: number,
    eta: number,
  ): void {
    if (!this.#core.alive) return;
    this.progress = progressOf(this.rows.count, completed, failed, skipped, canceled, running, eta);
    const life = LIFE[kind];
    // Told before the callback is called.
    if (kind === 4) (this.rows.attempts[row] as number) += 1;
    if (life === "started") {
      this.#begun = true;
      this.#stored();
      this.#keepCancel();
    }
    if (life !== undefined) this.#tell({ type: life });
    else if (kind === 9 || kind === 10) this.#tell({ type: "warning", warning: this.#warning(kind, row) });
    else if (this.listeners.wantsEvents) {
      const type = NEWS[kind - 4] as (typeof NEWS)[number];
      this.#tell({ type, run: this.rows.result(row, RUN_STATES[kind - 4]) });
    }
    if (this.listeners.wantsProgress) this.listeners.progress(this.progress);
  }

  #warning(kind: number, row: number) {
    const { runId, executionDate } = this.rows.planned(row);
    if (kind === 9) {
      this.#flights.delete(row);
      const error = { name: "DagfillError", message: `run ${runId} was aborted and did not settle` };
      this.rows.errors.set(row, error);
      const message = `${runId} was aborted and did not settle: it is recorded as failed, but its work may still go on`;
      return { code: "run_abandoned", message, at: executionDate };
    }
    this.rows.status[row] = STATUS.inFlight;
    this.rows.startedAt[row] = Number.NaN;
    const message = `${runId} is run by somebody else since the plan was made: it is skipped`;
    return { code: "in_flight", message, at: executionDate };
  }

  finish(state: number): void {
    if (this.#core.alive) this.#end(state, this.#core.status());
  }

  #end(state: number, status?: Uint8Array): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#wake.at(undefined);
    this.#core.end();
    if (status !== undefined) this.rows.status.set(status);
    if (state < 0) {
      const fault = this.#fault ?? new DagfillError("INTERNAL", "the backfill ended without a reason");
      this.#refused(fault);
      this.#reject(fault);
    } else {
      const { backfillId, snapshot } = this.#parts;
      const result = resultOf(backfillId, snapshot, this.rows, this.progress);
      this.#tell({ type: "finished", result });
      this.#resolve(result);
    }
    this.listeners.close();
  }

  #tell(news: News): void {
    if (!this.listeners.wantsEvents && news.type !== "finished") return;
    this.listeners.tell({ at: iso(this.now()), progress: this.progress, ...news });
  }
}
