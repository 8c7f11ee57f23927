// Carries out the commands of a scheduler: reads of the store, runs, events. Each answer goes to the machine that asked.
import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { environmentOf } from "../../macros/environment.js";
import { BeginCode, call, type Raw, SchedulerCommand, SchedulerEventCode } from "../../raw.js";
import { timetableOf } from "../../schedule/timetable.js";
import { storeFailure } from "../../store/failure.js";
import type { RunRecord } from "../../store/store.js";
import { iso } from "../../time.js";
import { originOf } from "../attempt/context.js";
import type { Executor } from "../attempt/executor.js";
import { runOnce } from "../backfill/single_run.js";
import type { BackfillEvent, RunResult } from "../events/backfill_events.js";
import type { SchedulerListeners } from "../events/scheduler_events.js";
import type { Host } from "../host/host.js";
import type { Commands, Machine, MachineHost } from "../machine/machine.js";
import type { LeaseHandle } from "../writing/lease_handle.js";
import type { Writer } from "../writing/writer.js";
import { abandonedBut, claim, isOpen, type RunKey, RunWatcher, recordAt } from "./left_runs.js";
import { type ScheduleChanges, scheduledRun } from "./scheduled_run.js";
import { DagSlots } from "./slots.js";

/** One DAG with a schedule. */
export interface ScheduledDag {
  dag: CheckedDag;
  execute: Executor;
}

/** Under what a scheduler's runs are driven. */
export interface Owner {
  lease: LeaseHandle;
  writer: Writer;
}

export interface SchedulerWorkOptions {
  host: Host;
  dags: readonly ScheduledDag[];
  listeners: SchedulerListeners;
  changes: ScheduleChanges;
  owner: () => Owner | undefined;
  machine: () => Machine<SchedulerEventCode, RawScheduler> | undefined;
  isOpen: () => boolean;
  /** A run is on record. */
  onRecord: () => void;
  onResult: (run: RunResult) => void;
  /** Something that was waited for has ended. */
  onIdle: () => void;
  /** The machine cannot go on: it did not learn what it needs. */
  onUseless: () => void;
}

/** false: the machine that asked is lost, and hears nothing. */
type Answer = (event: SchedulerEventCode, subject?: number, a?: number, b?: number) => boolean;

export class SchedulerWork {
  readonly #options: SchedulerWorkOptions;
  readonly #watcher: RunWatcher;
  readonly #slots: DagSlots;
  /** Runs in flight here, and the answers that machines wait for: after a trap there is another. */
  readonly #inFlight = new Map<string, Answer[]>();
  /** One for each run that was begun since the last tick: whether its date had a run already. */
  #checks: Promise<boolean>[] = [];
  #pending = 0;

  constructor(options: SchedulerWorkOptions) {
    this.#options = options;
    this.#watcher = new RunWatcher(options.host.store);
    this.#slots = new DagSlots(options.host.store, options.host.leaseTime);
  }

  /** Something is read or runs. */
  get isBusy(): boolean {
    return this.#pending > 0;
  }

  /** Gives back the reservations of a lost machine. */
  forget(): void {
    this.#slots.releaseAll().catch((error: unknown) => this.#report(storeFailure(error)));
  }

  left(mine: string): Promise<RunKey[]> {
    return this.#watcher.left(mine);
  }

  commands(): Commands {
    const { listeners } = this.#options;
    return {
      [SchedulerCommand.Load]: (dag) => this.#do((answer) => this.#load(dag, answer)),
      [SchedulerCommand.CheckPast]: (dag, date) =>
        this.#do((answer) => this.#checkPast(this.#key(dag, date), answer)),
      [SchedulerCommand.Reserve]: (dag) => this.#do((answer) => this.#reserve(dag, answer)),
      [SchedulerCommand.Release]: (dag) => this.#do(() => this.#slots.release(this.#dagId(dag))),
      [SchedulerCommand.Begin]: (dag, date, begin) =>
        this.#do((answer) => this.#begin(this.#key(dag, date), begin, answer)),
      [SchedulerCommand.Missed]: (dag, count) =>
        listeners.tell({ type: "missed", dagId: this.#dagId(dag), count }),
      [SchedulerCommand.Ticked]: (_, begun, next) =>
        this.#do(async () => {
          const checks = this.#checks.splice(0);
          const had = await Promise.all(checks.slice(checks.length - begun));
          const due = begun - had.filter(Boolean).length;
          listeners.tell({ type: "tick", due, nextRunAt: Number.isNaN(next) ? null : iso(next) });
        }),
      [SchedulerCommand.Failed]: (dag) => {
        const error = this.#options.machine()?.ask((raw) => raw.takeError(dag));
        if (error !== undefined) this.#report(asError(error));
      },
    };
  }

  #dagId(dag: number): string {
    return this.#options.dags[dag]?.dag.dagId ?? "";
  }

  #key(dag: number, date: number): RunKey {
    return { dag, dagId: this.#dagId(dag), date };
  }

  #report(error: DagfillError): void {
    this.#options.listeners.tell({ type: "error", error });
  }

  /** Work that the machine waits for. Its answer is dropped when that machine is lost. */
  #do(work: (answer: Answer) => Promise<void>): void {
    const machine = this.#options.machine();
    const asked = machine?.current;
    const answer: Answer = (...event) => {
      const isSame =
        machine !== undefined && machine === this.#options.machine() && machine.current === asked;
      if (isSame) machine.dispatch(...event);
      return isSame;
    };
    this.#pending += 1;
    work(answer)
      .catch((error: unknown) => this.#report(storeFailure(error)))
      .finally(() => {
        this.#pending -= 1;
        this.#options.machine()?.pump();
        this.#options.onIdle();
      });
  }

  get #mine(): string {
    return this.#options.owner()?.lease.fence.lease ?? "";
  }

  /** Reads a DAG's scheduled runs. */
  async #load(dag: number, answer: Answer): Promise<void> {
    const { store } = this.#options.host;
    const dagId = this.#dagId(dag);
    const query = { dagId, runTypes: ["scheduled" as const] };
    const left: number[] = [];
    let last = Number.NaN;
    const machine = this.#options.machine();
    try {
      const isLeft = abandonedBut(store, this.#mine);
      const [newest] = await store.listRuns({ ...query, order: "desc", limit: 1 });
      if (newest !== undefined) last = Date.parse(newest.executionDate);
      for (const record of await store.listRuns({ ...query, states: ["queued", "running"] })) {
        const date = Date.parse(record.executionDate);
        // Also what runs here since before a machine was lost: the next one hears of it, and it is not begun again.
        if (await isLeft(record)) left.push(date);
        else this.#watcher.add({ dag, dagId, date });
      }
    } catch (error) {
      // Without that knowledge this machine cannot go on; the next look is by another.
      if (machine !== this.#options.machine()) return;
      this.#options.onUseless();
      throw error;
    }
    for (const date of left) answer(SchedulerEventCode.Left, dag, date);
    answer(SchedulerEventCode.Known, dag, last);
  }

  /** Whether the run before, of whatever type, succeeded. */
  async #checkPast({ dag, dagId, date }: RunKey, answer: Answer): Promise<void> {
    const { store } = this.#options.host;
    let met = false;
    try {
      const [before] = await store.listRuns({ dagId, to: date - 1, order: "desc", limit: 1 });
      met = before === undefined || before.state === "success";
    } finally {
      answer(met ? SchedulerEventCode.PastMet : SchedulerEventCode.PastUnmet, dag);
    }
  }

  async #reserve(dag: number, answer: Answer): Promise<void> {
    const dagId = this.#dagId(dag);
    let others: number | undefined;
    try {
      others = await this.#slots.reserve(dagId, this.#mine, this.#options.isOpen);
    } finally {
      const isHeard =
        others !== undefined && this.#options.isOpen() && answer(SchedulerEventCode.Reserved, dag, others);
      if (!isHeard) {
        answer(SchedulerEventCode.NotReserved, dag);
        // Also what came too late for its machine: the next one waits for the same slots.
        await this.#slots.release(dagId);
      }
    }
  }

  async #begin(key: RunKey, begin: BeginCode, answer: Answer): Promise<void> {
    const { dag, dagId, date } = key;
    const isRestart = begin === BeginCode.Restart;
    const standing = recordAt(this.#options.host.store, key);
    const check = standing.then((record) => record !== undefined && !isRestart);
    this.#checks.push(check.catch(() => false));
    const name = `${dag} ${date}`;
    const inFlight = this.#inFlight.get(name);
    if (inFlight !== undefined) {
      // It runs here since before the machine was lost.
      inFlight.push(answer);
      return;
    }
    const answers = [answer];
    this.#inFlight.set(name, answers);
    let recorded: () => void = () => {};
    this.#slots.begins(
      dagId,
      new Promise<void>((resolve) => {
        recorded = resolve;
      }),
    );
    let end = SchedulerEventCode.Settled;
    try {
      end = await this.#run(key, isRestart, standing, recorded);
    } finally {
      recorded();
      this.#inFlight.delete(name);
      for (const answer of answers) {
        answer(end, dag, date, begin);
        if (end === SchedulerEventCode.Left) answer(SchedulerEventCode.Settled, dag);
      }
    }
  }

  /** Runs a date to its end, and says what has become of it. `NotStored`: the store did not take it, and it is to be tried again.
   *  `Left`: the lease is lost, and the machine of the next owner goes on with it. */
  async #run(
    key: RunKey,
    restart: boolean,
    standing: Promise<RunRecord | undefined>,
    recorded: () => void,
  ): Promise<SchedulerEventCode> {
    const { host, dags, owner: ownerOf, listeners } = this.#options;
    const { store, now, inFlight, leaseTime } = host;
    const { dag, execute } = dags[key.dag] as ScheduledDag;
    const owner = ownerOf();
    if (owner === undefined) return SchedulerEventCode.NotStored;
    const mine = owner.lease.fence;
    let begun = false;
    const onEvent = (event: BackfillEvent) => {
      if (event.type === "warning")
        listeners.tell({ type: "warning", dagId: dag.dagId, warning: event.warning });
      if (event.type !== "run-started" && event.type !== "run-attached") return;
      begun = true;
      this.#options.onRecord();
      recorded();
      listeners.tell({ type: "run-started", run: event.run });
    };
    try {
      const left = await standing;
      if (!restart && left !== undefined) {
        await this.#meet(key, left, restart, mine.lease);
        return SchedulerEventCode.Settled;
      }
      if (restart && !isOpen(left)) return SchedulerEventCode.Settled;
      if (left !== undefined) await claim(store, left, mine, leaseTime);
      const origin = this.#options.machine()?.ask((raw) => raw.origin(key.dag));
      const timetable = origin === undefined ? dag.timetable : { ...dag.timetable, origin };
      const planned = scheduledRun(timetable, key.date);
      if (left === undefined && !(await this.#options.changes.allows(dag, timetable, planned)))
        return SchedulerEventCode.Settled;
      const run = await runOnce({
        ...owner,
        origin: originOf(dag, timetable, "scheduled", environmentOf(dag, host)),
        planned: left === undefined ? planned : { ...planned, runId: left.runId },
        conf: left?.conf ?? {},
        attach: inFlight === "attach",
        store,
        execute,
        now,
        left: left === undefined ? undefined : { ...left, owner: mine.lease },
        hooks: { onEvent },
      });
      this.#options.onResult(run);
      listeners.tell({ type: run.state === "success" ? "run-succeeded" : "run-failed", run });
      return SchedulerEventCode.Settled;
    } catch (thrown) {
      const error = storeFailure(thrown);
      if (!begun && error.code === "RUN_EXISTS") {
        await this.#meet(key, await recordAt(store, key), restart, mine.lease);
        return SchedulerEventCode.Settled;
      }
      if (error.code === "STALE_OWNER") {
        owner.lease.lose();
        return SchedulerEventCode.Left;
      }
      this.#report(error);
      if (!begun) return SchedulerEventCode.NotStored;
      // Its end is not on record: it is started again.
      this.#watcher.add(key);
      return SchedulerEventCode.Settled;
    }
  }

  /** The date has a run: somebody else's, or one that this process itself has left, when the answer to its creation was lost. */
  async #meet(key: RunKey, record: RunRecord | undefined, restart: boolean, mine: string): Promise<void> {
    if (!isOpen(record)) return;
    if (!restart && (await abandonedBut(this.#options.host.store, mine)(record))) {
      this.#options.machine()?.dispatch(SchedulerEventCode.Left, key.dag, key.date);
    } else this.#watcher.add(key);
  }
}

function asError(thrown: unknown): DagfillError {
  return thrown instanceof DagfillError
    ? thrown
    : new DagfillError("INTERNAL", failure(thrown).message, { cause: thrown });
}

export type RawScheduler = InstanceType<Raw["RawScheduler"]>;

export function makeScheduler(dags: readonly CheckedDag[], host: MachineHost): RawScheduler {
  return call((wasm) => {
    const schedules = new wasm.RawSchedules();
    for (const { timetable, startDate, endDate, catchup, maxActiveRuns, dependsOnPast } of dags) {
      const [policy, amount] =
        typeof catchup === "string" ? [catchup, 0] : (Object.entries(catchup)[0] as [string, number]);
      schedules.add(timetableOf(timetable), startDate, endDate, policy, amount, maxActiveRuns, dependsOnPast);
    }
    return new wasm.RawScheduler(schedules, host);
  });
}
