// One batch of a backfill: what its changes mean for the store.
import { ACTIONS, RUN_STATES } from "../../codes.js";
import { failure } from "../../failure.js";
import { BackfillNotice, BackfillState, call, RowStatus, RunOrigin, RunStateCode } from "../../raw.js";
import { storeFailure } from "../../store/failure.js";
import type { RunChange, RunRecord, RunState, StoreChange } from "../../store/store.js";
import { iso } from "../../time.js";
import { abortReason, type Executor } from "../attempt/executor.js";
import type { Entry, Writer } from "../writing/writer.js";

import type { Rows } from "./rows.js";
import { type Member, NO_STATE } from "./run_set.js";
import { type Snapshot, toStored } from "./snapshot.js";

/** The states of snapshots, by `BackfillState`; one that is being canceled, or waits for approval, keeps its own. */
const STATES: Partial<Record<BackfillState, Snapshot["state"]>> = {
  [BackfillState.Running]: "running",
  [BackfillState.Paused]: "paused",
  [BackfillState.Success]: "success",
  [BackfillState.Failed]: "failed",
  [BackfillState.Canceled]: "canceled",
};

const ENDS: Record<number, { notice: BackfillNotice; status: RowStatus }> = {
  [RunStateCode.Success]: { notice: BackfillNotice.RunSucceeded, status: RowStatus.Success },
  [RunStateCode.Failed]: { notice: BackfillNotice.RunFailed, status: RowStatus.Failed },
  [RunStateCode.Canceled]: { notice: BackfillNotice.RunCanceled, status: RowStatus.Canceled },
};

export interface Batch {
  changes: StoreChange[];
  /** The position in the core's batch of each change: one of the core's may be two of the store's. */
  origin: number[];
  /** Rows that ended or failed in it, with the notice that follows when it is stored, and the status of an end. */
  settled: { row: number; notice: BackfillNotice; status?: RowStatus }[];
  /** How many changes the core has made. */
  made: number;
  /** Positions of the ends of runs that a dead process left, of which something may be open still. */
  left: Set<number>;
}

const empty = (): Batch => ({ changes: [], origin: [], settled: [], made: 0, left: new Set() });

/** Collects the core's changes as the store's, until a commit takes them. */
export class Records {
  readonly #rows: Rows;
  readonly #owner: string;
  readonly #now: () => number;
  /** This process pauses to let go: whoever goes on with the backfill is not to find it paused. */
  leaving = false;
  #batch = empty();

  constructor(rows: Rows, owner: string, now: () => number) {
    this.#rows = rows;
    this.#owner = owner;
    this.#now = now;
  }

  take(): Batch {
    const batch = this.#batch;
    this.#batch = empty();
    return batch;
  }

  /** One of the store's changes, for the core's change of this moment. */
  #add(change: StoreChange): void {
    this.#batch.changes.push(change);
    this.#batch.origin.push(this.#batch.made);
  }

  /** A run is about to start. */
  begin(row: number, attempt: number, origin: RunOrigin): void {
    const { set } = this.#rows;
    const now = this.#now();
    this.#rememberStart(row, now);
    this.#rows.begun[row] = 1;
    const { startedAt, finishedAt } = this.#rows;
    // Behind the end of the attempt before, also within one millisecond: a task that has ended since the start has ended in this attempt.
    startedAt[row] = (finishedAt[row] as number) >= now ? (finishedAt[row] as number) + 1 : now;
    finishedAt[row] = Number.NaN;
    set.failures.delete(row);
    const members = set.members(row);
    const leader = members[0] as Member;
    for (const member of members) this.#beginDate(row, member, leader, attempt, origin);
    if (set.snapshot !== undefined && this.#startsAreNew) this.#add(this.#saved(set.snapshot, false));
    this.#startsAreNew = false;
    this.#batch.made += 1;
  }

  /** The record of one date of a row; `leader` is its first. */
  #beginDate(row: number, member: Member, leader: Member, attempt: number, origin: RunOrigin): void {
    const { set, startedAt } = this.#rows;
    const { dagId, backfillId } = set;
    const { executionDate, dataInterval, runId, action, runType = set.runType } = member.planned;
    const isLeader = member === leader;
    const from = isLeader ? origin : call((wasm) => wasm.memberOrigin(origin, ACTIONS.indexOf(action)));
    // One literal: where it was spread from parts, this line and the store's reads of it were a third of all time.
    const run: RunRecord = {
      runId,
      dagId,
      executionDate,
      dataInterval,
      runType,
      state: "running",
      conf: set.conf(row),
      // The others of a chunk have had attempts of their own.
      attempt: attempt - leader.attempts + member.attempts,
      owner: this.#owner,
      startedAt: iso(startedAt[row] as number),
    };
    if (backfillId !== undefined) run.backfillId = backfillId;
    if (set.keepsKeys) run.key = set.key(row, attempt);
    if (!isLeader && from !== RunOrigin.Own) run.chunk = leader.planned.runId;
    if (from === RunOrigin.New) {
      this.#add({ type: "create-run", run });
      return;
    }
    if (from === RunOrigin.Reset) this.#add({ type: "clear-run", dagId, runId });
    const states = call((wasm) => wasm.replaceableStates(from, member.before ?? NO_STATE));
    const ifState = RUN_STATES.filter((_, code) => ((states >> code) & 1) === 1);
    const left = { finishedAt: undefined, error: undefined, output: undefined };
    // The data interval of today's schedule, even if the run first ran under another one.
    const { runId: _, dagId: _dag, executionDate: _date, dataInterval: _interval, conf, ...own } = run;
    const planned =
      from === RunOrigin.Own ? {} : { conf, dataInterval, failures: undefined, chunk: undefined };
    this.#add({ type: "update-run", dagId, runId, change: { ...left, ...planned, ...own }, ifState });
  }

  #startsAreNew = false;

  /** The record keeps the last start of its run only; earlier ones that the rate still counts are kept with the backfill. */
  #rememberStart(row: number, now: number): void {
    const { snapshot } = this.#rows.set;
    const started = this.#rows.startedAt[row] as number;
    const per = snapshot?.options.rate?.per;
    // Records have the time before their commit: one more second.
    if (snapshot === undefined || per === undefined || !(started > now - per - 1_000)) return;
    snapshot.starts = [...(snapshot.starts ?? []).filter((start) => start > now - per - 1_000), started];
    this.#startsAreNew = true;
  }

  /** A run failed and waits for its next attempt, from now on. */
  requeue(row: number, failures: number): void {
    const { finishedAt, errors, set } = this.#rows;
    this.#settle(row, { notice: BackfillNotice.RunRetrying });
    const ended = { finishedAt: iso(finishedAt[row] as number), error: errors.get(row) };
    const change: RunChange = { state: "queued", failures, ...ended };
    for (const { planned } of set.members(row))
      this.#add({ type: "update-run", dagId: set.dagId, runId: planned.runId, change });
    this.#batch.made += 1;
  }

  /** A run ended. */
  end(row: number, code: RunStateCode): void {
    const { finishedAt, errors, outputs, set } = this.#rows;
    this.#settle(row, ENDS[code] as { notice: BackfillNotice; status: RowStatus });
    if (code !== RunStateCode.Success && !errors.has(row)) {
      errors.set(row, failure(abortReason("cancel", set.planned(row).runId)));
    }
    const output = outputs[row];
    // One that was to be tried again, and is canceled instead, is canceled with all of its dates.
    if (code !== RunStateCode.Failed) set.failures.delete(row);
    const failed = set.failures.get(row);
    const error = code === RunStateCode.Success ? undefined : errors.get(row);
    if (this.#rows.left.has(row)) this.#batch.left.add(this.#batch.changes.length);
    for (const [at, { planned }] of set.members(row).entries()) {
      const { runId, executionDate } = planned;
      const own = failed?.get(executionDate);
      // Of a chunk some of whose dates failed the others have succeeded.
      const state = failed === undefined ? (RUN_STATES[code] as RunState) : own ? "failed" : "success";
      const change: RunChange = {
        state,
        finishedAt: iso(finishedAt[row] as number),
        error: failed === undefined ? error : own,
      };
      if (output !== undefined && at === 0) change.output = output;
      this.#add({ type: "update-run", dagId: set.dagId, runId, change });
    }
    this.#batch.made += 1;
  }

  #settle(row: number, what: { notice: BackfillNotice; status?: RowStatus }): void {
    const { finishedAt, startedAt } = this.#rows;
    if (Number.isNaN(finishedAt[row])) finishedAt[row] = this.#now();
    // A clock that was set back makes no run shorter than nothing.
    if ((finishedAt[row] as number) < (startedAt[row] as number)) finishedAt[row] = startedAt[row] as number;
    this.#batch.settled.push({ row, ...what });
  }

  /** The backfill itself. `counts` are known when it has ended. */
  save(state: BackfillState, counts: () => NonNullable<Snapshot["counts"]>): void {
    const { snapshot } = this.#rows.set;
    if (snapshot !== undefined) this.#save(snapshot, state, counts);
    this.#batch.made += 1;
  }

  #save(snapshot: Snapshot, state: BackfillState, counts: () => NonNullable<Snapshot["counts"]>): void {
    const isLeaving = state === BackfillState.Paused && this.leaving;
    const name = isLeaving ? "running" : STATES[state];
    if (name === "paused") snapshot.pausedAt = this.#now();
    if (name !== undefined) snapshot.state = name;
    else if (state === BackfillState.AwaitingApproval) snapshot.approval = "awaiting";
    else if (state === BackfillState.Approved) snapshot.approval = "approved";
    else snapshot.canceling = true;
    const finished = name !== undefined && name !== "running" && name !== "paused";
    if (finished) {
      snapshot.finishedAt = iso(Math.max(this.#now(), Date.parse(snapshot.startedAt)));
      snapshot.counts = counts();
    }
    this.#add(this.#saved(snapshot, finished));
  }

  /** The backfill, as it stands, is to end as canceled; nothing where that is stored, or nothing is. */
  cancel(): StoreChange | undefined {
    const { snapshot } = this.#rows.set;
    if (snapshot === undefined || snapshot.canceling || snapshot.finishedAt !== undefined) return undefined;
    snapshot.canceling = true;
    return this.#saved(snapshot, false);
  }

  #saved(snapshot: Snapshot, finished: boolean): StoreChange {
    const { dagId, backfillId = "" } = this.#rows.set;
    return { type: "save-backfill", id: backfillId, dagId, finished, snapshot: toStored(snapshot) };
  }
}

/** Hands a batch to the store; `refused` is told the core's position of the change. Before that an executor may put more in its place:
 *  for the clearing of a run, and for the end of one that a dead process left. `unstored` is stored in front of it. */
export function writeBatch(
  batch: Batch,
  writer: Writer,
  execute: Executor,
  unstored: () => StoreChange[],
  { stored, refused, failed }: Omit<Entry, "changes">,
): void {
  const { changes, origin, left } = batch;
  const write = () => {
    if (changes.length === 0) return queueMicrotask(stored);
    const first = unstored();
    writer.push({
      changes: first.length === 0 ? changes : [...first, ...changes],
      stored,
      refused: (index, error) => {
        const own = index - first.length;
        if (own < 0) failed(error);
        else refused(origin[own] ?? own, error);
      },
      failed,
    });
  };
  const hasClears = execute.clear !== undefined && changes.some(({ type }) => type === "clear-run");
  const hasLeft = execute.close !== undefined && left.size > 0;
  if (hasClears || hasLeft) expand(batch, execute).then(write, (error) => failed(storeFailure(error)));
  else write();
}

async function expand({ changes, origin, left }: Batch, { clear, close }: Executor): Promise<void> {
  const parts = await Promise.all(
    changes.map(async (change, place) => {
      if (change.type === "clear-run") return (await clear?.(change.dagId, change.runId)) ?? [change];
      if (change.type !== "update-run" || !left.has(place)) return [change];
      return [...((await close?.(change.dagId, change.runId)) ?? []), change];
    }),
  );
  const places = parts.flatMap((some, index) => some.map(() => origin[index] as number));
  origin.length = 0;
  for (const place of places) origin.push(place);
  changes.length = 0;
  for (const some of parts) changes.push(...some);
}
