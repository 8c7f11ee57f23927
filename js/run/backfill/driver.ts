// The host's half of the driver. The core says what to store, start, abort and tell; this file does it and says what became
// of it. The core alone decides when.

import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { call } from "../../raw.js";
import type { BackfillResult } from "../events/backfill_events.js";
import { Notifier } from "../events/notifier.js";
import { abortReason, Context } from "../host/run_state.js";
import { Clock } from "../timing/clock.js";
import { StoreWatchdog, waitForStore } from "../writing/store_watchdog.js";
import { Writer } from "../writing/writer.js";
import { translate } from "./batch.js";
import { Core, type RawBackfill } from "./core.js";
import { Deferred } from "./deferred.js";
import type { DriverOptions } from "./driver_options.js";
import { progressOf, resultOf } from "./progress.js";
import { CHANGE, Records } from "./records.js";
import { Rows, STATUS } from "./rows.js";
import { SlotMap } from "./slot_map.js";
import { coreOptions } from "./snapshot.js";
import type { StoredRun } from "./stored_run.js";

/** A run whose callback has been called and has not settled. */
interface Flight {
  attempt: number;
  context: Context;
  started: number;
  abort?: (reason: "timeout" | "cancel") => void;
}

const LIFE = ["started", "paused", "resumed", "canceling"] as const;

export class Driver {
  readonly rows: Rows;
  readonly notifier: Notifier;
  readonly #options: DriverOptions;
  readonly #records: Records;
  readonly #writer: Writer;
  readonly #flights = new SlotMap<Flight>();
  readonly #settled = new SlotMap<{ attempt: number; success: boolean }>();
  readonly #clock: Clock;
  readonly #wake: ReturnType<Clock["alarm"]>;
  readonly #core = new Core(
    () => this.#make(),
    (fault) => this.notifier.warn("core_restarted", fault.message),
    (fault) => {
      this.#fault ??= fault;
      this.#end(-1);
    },
  );
  readonly #watchdog: StoreWatchdog;
  readonly #outcome = new Deferred();
  readonly #isAborted = () => this.#wants.cancel === true;
  #wants: { paused: boolean; cancel?: boolean; lost?: boolean; max?: number } = { paused: false };
  #fault: DagfillError | undefined;
  #begun = false;
  #finished = false;

  constructor(parts: DriverOptions) {
    this.#options = parts;
    this.#clock = new Clock(parts.now);
    this.#wake = this.#clock.alarm(() => this.#core.pump());
    if (parts.snapshot.canceling) this.#wants.cancel = false;
    this.rows = new Rows(parts.snapshot.plan);
    this.#records = new Records(parts.backfillId, parts.fence.lease, parts.snapshot, this.rows);
    this.#writer = new Writer(parts.store, parts.fence);
    this.notifier = new Notifier(parts.hooks, this.rows, () => this.now());
    this.#watchdog = new StoreWatchdog(
      () => this.#writer.batch,
      this.#isAborted,
      (message) => this.notifier.warn("store_silent", message),
      (error) => {
        this.#fault = error;
        this.#end(-1);
      },
    );
  }

  get result(): Promise<BackfillResult> {
    return this.#outcome.result;
  }

  /** Begins, behind what the store says has begun already. */
  async begin(): Promise<void> {
    try {
      await this.#core.begin();
    } catch (error) {
      this.#watchdog.end();
      throw error;
    }
    await this.#outcome.ready;
  }

  pause(): void {
    this.#wants.paused = true;
    this.#core.dispatch((core) => core.pause());
  }

  resume(): void {
    this.#wants.paused = false;
    this.#core.dispatch((core) => core.resume());
  }

  cancel(abort: boolean): void {
    this.#wants.cancel = abort || this.#wants.cancel === true;
    this.#keepCancel();
    this.#core.dispatch((core) => core.cancel(abort));
  }

  /** Stores the wish to cancel: when this process dies before the end, the next must not go on. */
  #keepCancel(): void {
    const { canceling, finishedAt } = this.#options.snapshot;
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
    this.#core.dispatch((core) => core.setMaxParallelRuns(max));
  }

  /** The lease went to somebody else: nothing more is stored or started. */
  loseLease(error: DagfillError): void {
    this.#fault = error;
    this.#wants.lost = true;
    this.#core.dispatch((core) => core.leaseLost());
  }

  /** Makes the core's half, from what the store knows and what is in flight here. */
  async #make(): Promise<() => RawBackfill> {
    const storedRuns = await waitForStore(this.#options.reload(), this.#isAborted);
    return () => this.#restore(storedRuns);
  }

  #restore(storedRuns: StoredRun[]): RawBackfill {
    const { options } = this.#options.snapshot;
    const { rows } = this;
    rows.restore(storedRuns);
    const wanted = coreOptions(this.#options.snapshot, this.#wants.max);
    const core = call((wasm) => new wasm.RawBackfill(rows.count, wanted, this));
    call(() => {
      core.restore(0, rows.status, rows.attempts);
      if (options.rate !== undefined) core.recall(rows.startedSince(this.now() - options.rate.per));
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
    const context = this.#options.context(planned, total, this.#records.conf(row));
    const flight: Flight = { attempt, context, started: rows.startedAt[row] as number };
    this.#flights.set(row, flight);
    const work = this.#options.execute({
      context,
      row,
      past: () => rows.past(row),
      writer: this.#writer,
      news: (news) => this.notifier.tell(news),
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
    this.#core.dispatch((core) => core.settled(row, attempt, success));
  }

  /** The output of a run. One that cannot be kept is said so: the work is done all the same. */
  #keep(row: number, value: unknown): void {
    const why = this.rows.keep(row, value);
    if (why === undefined) return;
    this.notifier.warn("output_not_json", `${this.rows.planned(row).runId}: its output is not kept: ${why}`);
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
        this.notifier.stored(batch);
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
    const { rows, notifier } = this;
    notifier.progress = progressOf(rows.count, completed, failed, skipped, canceled, running, eta);
    const life = LIFE[kind];
    // Told before the callback is called.
    if (kind === 4) (rows.attempts[row] as number) += 1;
    if (life === "started") {
      this.#begun = true;
      this.#keepCancel();
    }
    if (life !== undefined) notifier.life(life);
    else if (kind === 9 || kind === 10) this.#warn(kind, row);
    else notifier.run(kind - 4, row);
    if (life === "started") this.#outcome.stored();
    if (notifier.listeners.wantsProgress) notifier.listeners.progress(notifier.progress);
  }

  #warn(kind: number, row: number): void {
    const { runId, executionDate } = this.rows.planned(row);
    if (kind === 9) {
      this.#flights.delete(row);
      const error = { name: "DagfillError", message: `run ${runId} was aborted and did not settle` };
      this.rows.errors.set(row, error);
      const message = `${runId} was aborted and did not settle: it is recorded as failed, but its work may still go on`;
      this.notifier.warn("run_abandoned", message, executionDate);
      return;
    }
    this.rows.status[row] = STATUS.inFlight;
    this.rows.startedAt[row] = Number.NaN;
    const message = `${runId} is run by somebody else since the plan was made: it is skipped`;
    this.notifier.warn("in_flight", message, executionDate);
  }

  finish(state: number): void {
    if (this.#core.alive) this.#end(state, this.#core.status());
  }

  #end(state: number, status?: Uint8Array): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#wake.at(undefined);
    this.#watchdog.end();
    this.#core.end();
    if (status !== undefined) this.rows.status.set(status);
    if (state < 0) {
      this.#outcome.fail(this.#fault ?? new DagfillError("INTERNAL", "the backfill ended without a reason"));
    } else {
      const { backfillId, snapshot } = this.#options;
      const result = resultOf(
        backfillId,
        snapshot,
        this.rows,
        this.notifier.progress,
        this.notifier.failedTasks,
      );
      this.notifier.tell({ type: "finished", result });
      this.#outcome.resolve(result);
    }
    this.notifier.listeners.close();
  }
}
