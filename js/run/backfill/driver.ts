// Drives the runs of a backfill, or one run outside of any. The core says what to store, start, abort and tell; this file
// does it and says what became of it. The core alone decides when.

import { onAbort } from "../../abort_signal.js";
import { DagfillError } from "../../error.js";
import { BackfillCommand, BackfillEventCode, BackfillNotice } from "../../raw.js";
import { storeFailure } from "../../store/failure.js";
import type { Progress } from "../events/backfill_events.js";
import { Clock } from "../machine/clock.js";
import { abortKind, type Commands, Machine } from "../machine/machine.js";
import { leaseLost } from "../writing/lease_handle.js";
import { StoreWatchdog, waitForStore } from "../writing/store_watchdog.js";
import { askApproval, trippedBy } from "./approval.js";
import { Attempts } from "./attempts.js";
import { Deferred } from "./deferred.js";
import type { DriverOptions } from "./driver_options.js";
import { Notifier } from "./notifier.js";
import { countsOf, progressOf } from "./progress.js";
import { type RawBackfill, rebuildBackfill, type Wants } from "./rebuild.js";
import { Records, writeBatch } from "./records.js";
import { Rows, type StoredRun } from "./rows.js";

export class Driver<R> {
  readonly rows: Rows;
  readonly notifier: Notifier;
  readonly #options: DriverOptions<R>;
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #machine: Machine<BackfillEventCode, RawBackfill>;
  readonly #attempts: Attempts;
  readonly #watchdog: StoreWatchdog;
  readonly #outcome = new Deferred<R>();
  readonly #isAborted = () => this.#wants.cancel === true;
  readonly #wants: Wants = { paused: false };
  #known: StoredRun[] | undefined;
  #progress: Progress;
  #fault: DagfillError | undefined;
  #finished = false;
  #disconnect: () => void = () => {};

  constructor(options: DriverOptions<R>) {
    const { set, writer, lease, hooks, now } = options;
    this.#options = options;
    this.#known = options.known;
    this.#clock = new Clock(now);
    if (options.canceling) this.#wants.cancel = false;
    this.rows = new Rows(set);
    this.#progress = progressOf(set.dates, 0, 0, 0, 0, 0, -1);
    const clock = () => this.now();
    this.#records = new Records(this.rows, lease.fence.lease, clock);
    this.notifier = new Notifier(hooks, this.rows, clock, () => this.progress);
    this.notifier.unresolved = options.unresolved ?? 0;
    this.#attempts = new Attempts(
      options,
      this.rows,
      this.notifier,
      clock,
      (...event) => this.#machine.dispatch(...event),
      (error) => {
        this.#fault = error;
      },
    );
    this.#machine = new Machine({
      clock: this.#clock,
      commands: this.#commands(),
      sleep: BackfillCommand.Sleep,
      progress: (...numbers) => {
        this.#progress = progressOf(set.dates, ...numbers);
      },
      rebuild: async () => {
        const stored = this.#known ?? (await waitForStore(options.reload(), this.#isAborted));
        this.#known = undefined;
        const parts = { ...options, wants: this.#wants, rows: this.rows };
        return (host) => rebuildBackfill(parts, stored, this.#attempts.inFlight, this.now(), host);
      },
      onRestart: (fault) => {
        // Changes that were not committed are made again.
        this.#records.take();
        this.notifier.restarted();
        this.notifier.warn("core_restarted", fault.message);
      },
      onEnd: (fault) => this.#giveUp(fault),
    });
    this.#watchdog = new StoreWatchdog(
      () => writer.batch,
      this.#isAborted,
      (message) => this.notifier.warn("store_silent", message),
      (error) => {
        // Should the store answer after all, what was canceled stays so.
        const last = this.#records.cancel();
        if (last !== undefined) writer.push({ changes: [last], stored() {}, refused() {}, failed() {} });
        this.#giveUp(error);
      },
    );
  }

  get result(): Promise<R> {
    return this.#outcome.result;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Why the store refused something, or why it ends. */
  get fault(): DagfillError | undefined {
    return this.#fault;
  }

  /** The counts of this moment, as far as the store has acknowledged them. */
  get progress(): Progress {
    try {
      this.#machine.ask((raw) => raw.progress());
    } catch {
      // The machine is lost; the next event finds out.
    }
    return this.#progress;
  }

  /** Begins, behind what the store says has begun already. Where the store cannot say it, `result` rejects, too. */
  async begin(): Promise<void> {
    const { lease, hooks, execute } = this.#options;
    const leave = (error: DagfillError) => this.loseLease(error);
    const ignoreLease = lease.onLost(leave);
    const ignoreEngine = execute.onClose?.(leave);
    const ignoreSignal = onAbort(hooks.signal, () => this.cancel(true));
    this.#disconnect = () => {
      ignoreLease();
      ignoreEngine?.();
      ignoreSignal();
    };
    this.#watchdog.begin();
    await this.#machine.begin().catch((error: unknown) => this.#giveUp(storeFailure(error)));
    await this.#outcome.ready;
  }

  /** `stored` false: whoever goes on with the backfill does not find it paused. */
  pause(stored = true): void {
    this.#records.leaving = !stored;
    this.#wants.paused = true;
    this.#machine.dispatch(BackfillEventCode.Pause);
  }

  /** Stands for this driver where one of its callbacks calls. */
  get owner(): object {
    return this.#options.lease;
  }

  /** No callback runs, and nothing is being written. */
  get isIdle(): boolean {
    return this.#attempts.inFlight.isEmpty && this.#options.writer.batch === undefined;
  }

  resume(): void {
    this.#wants.paused = false;
    this.#machine.dispatch(BackfillEventCode.Resume);
  }

  cancel(abort: boolean): void {
    this.#wants.cancel = abort || this.#wants.cancel === true;
    this.#machine.dispatch(abort ? BackfillEventCode.CancelAbort : BackfillEventCode.Cancel);
    // At once: the sooner it is stored, the sooner it outlives this process.
    this.#machine.pump();
  }

  /** The answer to a canary; false cancels. */
  approve(verdict: boolean): void {
    this.#wants.approved = verdict;
    if (verdict) this.#machine.dispatch(BackfillEventCode.Approve);
    else this.cancel(false);
  }

  setMaxParallelRuns(max: number): void {
    this.#wants.max = max;
    this.#machine.dispatch(BackfillEventCode.SetMaxParallelRuns, max);
  }

  /** The lease went to another owner, or the engine is closed: nothing more is stored or started, and what runs is let go. */
  loseLease(error: DagfillError): void {
    this.#fault = error;
    this.#wants.lost = true;
    this.#machine.dispatch(BackfillEventCode.LeaseLost);
  }

  #commands(): Commands {
    const records = this.#records;
    return {
      [BackfillCommand.Begin]: (row, attempt, origin) => records.begin(row, attempt, origin),
      [BackfillCommand.Requeue]: (row, _, failures) => records.requeue(row, failures),
      [BackfillCommand.End]: (row, _, state) => records.end(row, state),
      [BackfillCommand.Save]: (_, state) =>
        records.save(state, () => countsOf(this.#machine.ask((raw) => raw.countsAfterBatch()))),
      [BackfillCommand.Commit]: () => this.#commit(),
      [BackfillCommand.Start]: (row, attempt) => this.#attempts.start(row, attempt),
      [BackfillCommand.Abort]: (row, code) => this.#attempts.abort(row, abortKind(code), this.#fault),
      [BackfillCommand.Notify]: (row, notice, attempt) => this.#notify(row, notice, attempt),
      [BackfillCommand.Finish]: () => this.#finish(),
      [BackfillCommand.GiveUp]: () => this.#giveUp(),
    };
  }

  #commit(): void {
    const batch = this.#records.take();
    const answer = this.#machine.commits();
    const { writer, execute } = this.#options;
    writeBatch(batch, writer, execute, () => this.#attempts.unstored(batch.settled), {
      stored: () => {
        for (const { row, status } of batch.settled) {
          this.#attempts.stored(row);
          if (status !== undefined) this.rows.status[row] = status;
        }
        this.notifier.stored(batch.settled);
        answer(BackfillEventCode.Applied);
      },
      refused: (index, error) => {
        this.#fault = error;
        answer(BackfillEventCode.Refused, index);
      },
      failed: (error) => {
        const isStale = error.code === "STALE_OWNER";
        this.#fault = isStale ? leaseLost(this.#options.lease.fence.lease) : error;
        answer(isStale ? BackfillEventCode.LeaseLost : BackfillEventCode.StoreFailed);
      },
    });
  }

  #notify(row: number, notice: BackfillNotice, attempt: number): void {
    const warn = (code: string, message: string) => this.notifier.warn(code, message);
    if (notice === BackfillNotice.RunAbandoned) this.#attempts.abandon(row);
    else if (notice === BackfillNotice.BreakerTripped) warn("breaker_tripped", trippedBy(this.#options.core));
    else if (notice === BackfillNotice.RunTaken) {
      this.rows.forget(row);
      this.notifier.warnOf(row, "in_flight", "somebody else runs it since the plan was made: it is skipped");
    } else {
      if (notice === BackfillNotice.RunAttached) this.#attempts.attach(row);
      if (notice === BackfillNotice.RunStarted || notice === BackfillNotice.RunAttached) {
        // A machine that was lost before it could start the run has told of it already.
        if (this.rows.begun[row] && this.rows.attempts[row] === attempt) return;
        this.rows.begun[row] = 1;
        this.rows.attempts[row] = attempt;
      }
      const isNews = this.notifier.notify(notice, row);
      if (notice === BackfillNotice.AwaitingApproval && isNews) {
        const results = this.rows.canary();
        void askApproval(this.#options.approve, results, (verdict) => this.approve(verdict), warn);
      }
      if (notice === BackfillNotice.Started) this.#outcome.stored();
    }
  }

  #finish(): void {
    const status = this.#machine.ask((raw) => raw.status());
    const { progress } = this;
    if (this.#finished) return;
    this.#end();
    if (status !== undefined) this.rows.status.set(status);
    const result = this.#options.finish(this.rows, progress, this.notifier);
    this.#outcome.resolve(result);
    this.notifier.listeners.close();
  }

  /** It ends here, and can be resumed: the store failed, the lease is lost, or no machine can be made. */
  #giveUp(fault?: DagfillError): void {
    if (this.#finished) return;
    this.#fault = fault ?? this.#fault ?? new DagfillError("INTERNAL", "the backfill ended without a reason");
    this.#end();
    this.#outcome.fail(this.#fault);
    this.notifier.listeners.close();
  }

  #end(): void {
    this.#finished = true;
    this.#disconnect();
    this.#watchdog.end();
    this.#machine.end();
  }
}
