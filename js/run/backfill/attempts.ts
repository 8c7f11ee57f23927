// The attempts of rows in this process: called by the executor, aborted, settled, and forgotten when their end is stored.
import type { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { wrong } from "../../options.js";
import { BackfillEventCode } from "../../raw.js";
import type { StoreChange } from "../../store/store.js";
import { Context, contextOf, type Origin } from "../attempt/context.js";
import { type Attempt, abortReason, type Executor, type Work } from "../attempt/executor.js";
import type { ChunkOfRun } from "../attempt/run_context.js";
import type { EventBody } from "../events/backfill_events.js";
import { type Caller, callAs } from "../machine/caller.js";
import { type InFlight, InFlightMap, LEFT } from "../machine/in_flight.js";
import type { AbortKind } from "../machine/machine.js";
import type { LeaseHandle } from "../writing/lease_handle.js";
import type { Writer } from "../writing/writer.js";
import type { DriverOptions } from "./driver_options.js";
import type { Notifier } from "./notifier.js";
import type { Rows } from "./rows.js";
import type { RunSet } from "./run_set.js";

/** An attempt of a row: for its executor, and among those in flight. Methods of a class, unlike closures, cost nothing for each attempt. */
class RowAttempt implements Attempt, Caller, InFlight {
  readonly #attempts: Attempts;
  readonly row: number;
  readonly attempt: number;
  readonly started: number;
  readonly attached: boolean;
  readonly context: Context;
  work: Work | undefined = undefined;
  beganAt: number | undefined = undefined;
  settled: boolean | undefined = undefined;
  isLeft = false;

  constructor(attempts: Attempts, row: number, attempt: number, started: number, attached: boolean) {
    this.#attempts = attempts;
    this.row = row;
    this.attempt = attempt;
    this.started = started;
    this.attached = attached;
    const { origin, set } = attempts;
    const key = () => set.key(row, attempt);
    this.context = contextOf(origin, set.planned(row), attempt, set.conf(row), key, chunkOf(set, this));
  }

  get owner(): object {
    return this.#attempts.lease;
  }

  get writer(): Writer {
    return this.#attempts.writer;
  }

  isOpen(): boolean {
    return this.#attempts.inFlight.get(this.row, this.attempt) === this;
  }

  past(): string | null {
    return this.#attempts.set.past(this.row);
  }

  call<T>(callback: () => T): T {
    return callAs(this, callback);
  }

  emit(event: EventBody): void {
    this.#attempts.notifier.emit(event);
  }

  isOwned(): Promise<boolean> {
    return this.#attempts.lease.isHeld();
  }

  began(at: number): void {
    if (this.isOpen()) this.beganAt = at;
    this.#attempts.dispatch(BackfillEventCode.Began, this.row, this.attempt, at);
  }

  settle(success: boolean, value: unknown): void {
    this.#attempts.settle(this, success, value);
  }

  leave(error: DagfillError): void {
    this.#attempts.leave(this, error);
  }
}

type Dispatch = (event: BackfillEventCode, row: number, attempt: number, value?: number) => void;

export class Attempts {
  readonly inFlight = new InFlightMap<RowAttempt>();
  readonly origin: Origin;
  readonly set: RunSet;
  readonly writer: Writer;
  readonly lease: LeaseHandle;
  readonly notifier: Notifier;
  readonly dispatch: Dispatch;
  readonly #execute: Executor;
  readonly #rows: Rows;
  readonly #now: () => number;
  readonly #onLeft: (error: DagfillError) => void;
  /** Rows whose attempt a dead process called already. */
  readonly #attached = new Set<number>();

  constructor(
    {
      origin,
      execute,
      writer,
      lease,
    }: Pick<DriverOptions<unknown>, "origin" | "execute" | "writer" | "lease">,
    rows: Rows,
    notifier: Notifier,
    now: () => number,
    dispatch: Dispatch,
    onLeft: (error: DagfillError) => void,
  ) {
    this.origin = origin;
    this.set = rows.set;
    this.writer = writer;
    this.lease = lease;
    this.notifier = notifier;
    this.dispatch = dispatch;
    this.#execute = execute;
    this.#rows = rows;
    this.#now = now;
    this.#onLeft = onLeft;
  }

  /** The next start of the row is of an attempt that a dead process called. */
  attach(row: number): void {
    this.#attached.add(row);
  }

  start(row: number, attempt: number): void {
    const { startedAt, left } = this.#rows;
    const made = new RowAttempt(this, row, attempt, startedAt[row] as number, this.#attached.delete(row));
    left.delete(row);
    this.inFlight.set(row, made);
    made.work = this.#execute.execute(made);
  }

  settle(ended: RowAttempt, success: boolean, value: unknown): void {
    // A run that was given up, or that settles twice, changes nothing.
    if (!ended.isOpen()) return;
    ended.settled = success;
    const { row, attempt } = ended;
    const rows = this.#rows;
    rows.finishedAt[row] = this.#now();
    const why = success ? rows.keep(row, value) : undefined;
    if (!success) rows.fail(row, failure(value));
    // The work is done all the same.
    if (why !== undefined) this.notifier.warnOf(row, "output_not_json", `its output is not kept: ${why}`);
    const failed = success ? rows.partly(row) : 0;
    if (failed > 0) this.dispatch(BackfillEventCode.Partly, row, attempt, failed);
    else this.dispatch(success ? BackfillEventCode.Succeeded : BackfillEventCode.Failed, row, attempt);
  }

  leave(left: RowAttempt, error: DagfillError): void {
    if (!left.isOpen()) return;
    left.isLeft = true;
    this.#onLeft(error);
    this.dispatch(BackfillEventCode.Partly, left.row, left.attempt, LEFT);
  }

  /** `fault`: why the lease is lost, where it is. */
  abort(row: number, kind: AbortKind, fault: DagfillError | undefined): void {
    const called = this.inFlight.get(row);
    if (called === undefined) return;
    const { context, work } = called;
    const why = (kind === "lost" ? fault : undefined) ?? abortReason(kind, context.runId);
    this.#rows.errors.set(row, failure(why));
    // A listener of the signal may throw; that is the callback's own business.
    queueMicrotask(() => {
      try {
        Context.abort(context, why);
        work?.abort(kind);
      } catch {}
    });
  }

  /** The attempt did not settle after an abort, and is waited for no longer. */
  abandon(row: number): void {
    const called = this.inFlight.get(row);
    this.inFlight.delete(row);
    this.set.failures.delete(row);
    const how = called?.work?.abandon?.() ?? "it was aborted and did not settle";
    const why = this.#rows.errors.get(row)?.message;
    this.#rows.errors.set(row, { name: "DagfillError", message: `${why}: ${how}` });
    const text = `${how}: it is recorded as failed, but its work may still be running`;
    this.notifier.warnOf(row, "run_abandoned", text);
  }

  /** Changes of attempts whose ends are to be stored, which the store did not take before. */
  unstored(ends: readonly { row: number }[]): StoreChange[] {
    return ends.flatMap(({ row }) => this.inFlight.get(row)?.work?.unstored?.() ?? []);
  }

  /** The end of the attempt is stored. */
  stored(row: number): void {
    this.inFlight.get(row)?.work?.stored?.();
    this.inFlight.delete(row);
  }
}

/** `undefined` where dates do not run in chunks. */
function chunkOf(set: RunSet, attempt: RowAttempt): ChunkOfRun | undefined {
  if (set.columns.weights.length === 0) return undefined;
  const { row } = attempt;
  const dates = set.members(row).map(({ planned }) => planned.executionDate);
  return {
    dates,
    fail(date, error) {
      if (!dates.includes(date)) throw wrong("date", `one of the chunk's dates, such as ${dates[0]}`, date);
      // The end is recorded and does not change any more: a late caller gets an error.
      if (!attempt.isOpen()) throw wrong("chunk.fail", "a call before its attempt ends, which it has", date);
      const failed = set.failures.get(row) ?? new Map();
      set.failures.set(row, failed.set(date, failure(error)));
    },
  };
}
