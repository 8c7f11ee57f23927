// The attempts of rows in this process: called by the executor, aborted, settled, and forgotten when their end is stored.
import type { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { wrong } from "../../options.js";
import { BackfillEventCode } from "../../raw.js";
import type { StoreChange } from "../../store/store.js";
import { Context, contextOf, type Origin } from "../attempt/context.js";
import { abortReason, type Work } from "../attempt/executor.js";
import type { ChunkOfRun } from "../attempt/run_context.js";
import type { EventBody } from "../events/backfill_events.js";
import { callAs } from "../machine/caller.js";
import { InFlightMap, LEFT } from "../machine/in_flight.js";
import type { AbortKind } from "../machine/machine.js";
import type { DriverOptions } from "./driver_options.js";
import type { Notifier } from "./notifier.js";
import type { Rows } from "./rows.js";
import type { RunSet } from "./run_set.js";

/** A run whose callback was called. */
interface Called {
  context: Context;
  work?: Work | undefined;
}

type Dispatch = (event: BackfillEventCode, row: number, attempt: number, value?: number) => void;

export class Attempts {
  readonly inFlight = new InFlightMap<Called>();
  readonly #options: Pick<DriverOptions<unknown>, "origin" | "execute" | "writer" | "lease">;
  readonly #rows: Rows;
  readonly #notifier: Notifier;
  readonly #now: () => number;
  readonly #dispatch: Dispatch;
  readonly #onLeft: (error: DagfillError) => void;
  /** Rows whose attempt a dead process called already. */
  readonly #attached = new Set<number>();

  constructor(
    options: Pick<DriverOptions<unknown>, "origin" | "execute" | "writer" | "lease">,
    rows: Rows,
    notifier: Notifier,
    now: () => number,
    dispatch: Dispatch,
    onLeft: (error: DagfillError) => void,
  ) {
    this.#options = options;
    this.#rows = rows;
    this.#notifier = notifier;
    this.#now = now;
    this.#dispatch = dispatch;
    this.#onLeft = onLeft;
  }

  /** The next start of the row is of an attempt that a dead process called. */
  attach(row: number): void {
    this.#attached.add(row);
  }

  start(row: number, attempt: number): void {
    const { origin, execute, writer, lease } = this.#options;
    const { set, startedAt, left } = this.#rows;
    const started = startedAt[row] as number;
    const isOpen = () => this.inFlight.get(row, attempt) !== undefined;
    const context = contextOfRow(origin, set, row, attempt, isOpen);
    const detail: Called = { context };
    left.delete(row);
    this.inFlight.set(row, { attempt, started, detail });
    detail.work = execute.execute({
      context,
      row,
      past: () => set.past(row),
      started,
      attached: this.#attached.delete(row),
      writer,
      call: (callback) => callAs({ owner: lease, isOpen }, callback),
      emit: this.#emit,
      isOwned: () => lease.isHeld(),
      began: (at) => {
        const entry = this.inFlight.get(row, attempt);
        if (entry !== undefined) entry.began = at;
        this.#dispatch(BackfillEventCode.Began, row, attempt, at);
      },
      settle: (success, value) => this.#settle(row, attempt, success, value),
      leave: (error) => {
        const entry = this.inFlight.get(row, attempt);
        if (entry === undefined) return;
        entry.left = true;
        this.#onLeft(error);
        this.#dispatch(BackfillEventCode.Partly, row, attempt, LEFT);
      },
    });
  }

  readonly #emit = (event: EventBody) => this.#notifier.emit(event);

  #settle(row: number, attempt: number, success: boolean, value: unknown): void {
    // A run that was given up, or that settles twice, changes nothing.
    const entry = this.inFlight.get(row, attempt);
    if (entry === undefined) return;
    entry.settled = success;
    const rows = this.#rows;
    rows.finishedAt[row] = this.#now();
    const why = success ? rows.keep(row, value) : undefined;
    if (!success) rows.fail(row, failure(value));
    // The work is done all the same.
    if (why !== undefined) this.#notifier.warnOf(row, "output_not_json", `its output is not kept: ${why}`);
    const failed = success ? rows.partly(row) : 0;
    if (failed > 0) this.#dispatch(BackfillEventCode.Partly, row, attempt, failed);
    else this.#dispatch(success ? BackfillEventCode.Succeeded : BackfillEventCode.Failed, row, attempt);
  }

  /** `fault`: why the lease is lost, where it is. */
  abort(row: number, kind: AbortKind, fault: DagfillError | undefined): void {
    const called = this.inFlight.get(row)?.detail;
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
    const called = this.inFlight.get(row)?.detail;
    this.inFlight.delete(row);
    this.#rows.set.failures.delete(row);
    const how = called?.work?.abandon?.() ?? "it was aborted and did not settle";
    const why = this.#rows.errors.get(row)?.message;
    this.#rows.errors.set(row, { name: "DagfillError", message: `${why}: ${how}` });
    const text = `${how}: it is recorded as failed, but its work may still be running`;
    this.#notifier.warnOf(row, "run_abandoned", text);
  }

  /** Changes of attempts whose ends are to be stored, which the store did not take before. */
  unstored(ends: readonly { row: number }[]): StoreChange[] {
    return ends.flatMap(({ row }) => this.inFlight.get(row)?.detail.work?.unstored?.() ?? []);
  }

  /** The end of the attempt is stored. */
  stored(row: number): void {
    this.inFlight.get(row)?.detail.work?.stored?.();
    this.inFlight.delete(row);
  }
}

function contextOfRow(
  origin: Origin,
  set: RunSet,
  row: number,
  attempt: number,
  isOpen: () => boolean,
): Context {
  const key = () => set.key(row, attempt);
  return contextOf(origin, set.planned(row), attempt, set.conf(row), key, chunkOf(set, row, isOpen));
}

/** `undefined` where dates do not run in chunks. */
function chunkOf(set: RunSet, row: number, isOpen: () => boolean): ChunkOfRun | undefined {
  if (set.columns.weights.length === 0) return undefined;
  const dates = set.members(row).map(({ planned }) => planned.executionDate);
  return {
    dates,
    fail(date, error) {
      if (!dates.includes(date)) throw wrong("date", `one of the chunk's dates, such as ${dates[0]}`, date);
      // The end is recorded and does not change any more: a late caller gets an error.
      if (!isOpen()) throw wrong("chunk.fail", "a call before its attempt ends, which it has", date);
      const failed = set.failures.get(row) ?? new Map();
      set.failures.set(row, failed.set(date, failure(error)));
    },
  };
}
