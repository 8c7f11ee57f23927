// Schedulers as users hold them: ticks, a timer, and an owner under whose lease runs are driven. The core says when runs begin.
import type { CheckedDag } from "../../dag/dag.js";
import type { DagfillError } from "../../error.js";
import { callback } from "../../options.js";
import { SchedulerCommand, SchedulerEventCode } from "../../raw.js";
import { storeFailure } from "../../store/failure.js";
import { ABORT_GRACE_MS } from "../backfill/single_run.js";
import type { RunResult } from "../events/backfill_events.js";
import { type SchedulerListener, SchedulerListeners } from "../events/scheduler_events.js";
import { executorOf, type Host } from "../host/host.js";
import type { SchedulerOptions } from "../host/options.js";
import { unlessItWaits } from "../machine/caller.js";
import { Clock } from "../machine/clock.js";
import { Machine } from "../machine/machine.js";
import { Wake } from "../machine/turns.js";
import { acquireInTime, acquireOwnLease } from "../writing/lease_handle.js";
import { Writer } from "../writing/writer.js";
import { readSchedulerOptions, ScheduleChanges } from "./scheduled_run.js";
import {
  makeScheduler,
  type Owner,
  type RawScheduler,
  type ScheduledDag,
  SchedulerWork,
} from "./scheduler_work.js";

/** Timers of machines that sleep stand still, and clocks jump: no sleep is longer. */
const LONGEST_SLEEP_MS = 60_000;

/** The pause after a lease was lost again before anything was on record; it doubles. */
const FIRST_PAUSE_MS = 1_000;

/** Starts the runs of schedules when they are due: each DAG and date once ever, also by several schedulers over one store.
 *  What was missed is made good for as each DAG's `catchup` says; runs that a dead process left are started again with
 *  the next attempt, or attached to. DAGs without schedule are left alone.
 *
 *  ```ts
 *  const scheduler = new Scheduler({ dags, store, executeTask });
 *  scheduler.onEvent((event) => console.log(event.type));
 *  scheduler.start(); // keeps the process alive until
 *  await scheduler.stop(); // which lets what runs come to its end
 *  ``` */
export class Scheduler {
  /** @internal Minifying renames classes. */
  static readonly name: string = "Scheduler";
  readonly #host: Host;
  readonly #dags: readonly CheckedDag[];
  readonly #clock: Clock;
  readonly #listeners: SchedulerListeners;
  readonly #work: SchedulerWork;
  readonly #timer = new Wake(() => this.#look(false));
  #machine: Machine<SchedulerEventCode, RawScheduler> | undefined;
  #owner: Owner | undefined;
  /** Leases lost in a row before a run was on record. */
  #losses = 0;
  #started = false;
  /** Something may begin. */
  #open = false;
  #looking = false;
  /** Another look is wanted: at all DAGs, or at those whose time has come. */
  #wanted: "all" | "due" | undefined;
  #ticks: { results: RunResult[]; resolve: (results: RunResult[]) => void }[] = [];
  #stops: (() => void)[] = [];

  /** INVALID_OPTION also when there is no callback for a DAG with a schedule. */
  constructor(options: SchedulerOptions) {
    const { host, onScheduleChange } = readSchedulerOptions(options);
    this.#host = host;
    this.#clock = new Clock(host.now);
    this.#dags = [...host.dags.values()].filter(({ hasSchedule }) => hasSchedule);
    this.#listeners = new SchedulerListeners(host.now);
    this.#work = new SchedulerWork({
      host,
      dags: this.#dags.map((dag): ScheduledDag => ({ dag, execute: executorOf(host, dag) })),
      listeners: this.#listeners,
      changes: new ScheduleChanges(host.store, onScheduleChange, this.#listeners),
      owner: () => this.#owner,
      machine: () => this.#machine,
      isOpen: () => this.#open,
      onRecord: () => {
        this.#losses = 0;
      },
      onResult: (run) => {
        for (const { results } of this.#ticks) results.push(run);
      },
      onIdle: () => this.#rest(),
      onUseless: () => this.#drop(),
    });
  }

  /** Looks at every DAG now, creates and runs what is due, and resolves when nothing runs any more, to what has ended
   *  meanwhile, oldest first. Failed runs, and stores that fail, do not reject it: they are events. INVALID_OPTION when the
   *  clock has never told the time; ABORTED in a callback of one of its runs, which it waits for. */
  async tick(): Promise<RunResult[]> {
    this.#host.now();
    const ended = new Promise<RunResult[]>((resolve) => {
      this.#ticks.push({ results: [], resolve });
      this.#open = true;
      this.#look(true);
    });
    return this.#unlessItWaits(ended, "tick()");
  }

  /** Ticks now, and from then on whenever a run is due, until `stop`. INVALID_OPTION as for `tick`. */
  start(): void {
    if (this.#started) return;
    this.#host.now();
    this.#started = true;
    this.#open = true;
    this.#timer.at(LONGEST_SLEEP_MS);
    this.#look(true);
  }

  /** Begins nothing more and resolves when what runs has ended. Nothing is aborted. ABORTED in a callback of one of its runs, when that has not
   *  ended within 30 seconds. */
  stop(): Promise<void> {
    this.#started = false;
    this.#open = false;
    this.#timer.at(undefined);
    this.#machine?.dispatch(SchedulerEventCode.Stop);
    this.#machine?.pump();
    const ended = new Promise<void>((resolve) => {
      this.#stops.push(resolve);
      this.#rest();
    });
    return this.#unlessItWaits(ended, "stop()");
  }

  #unlessItWaits<T>(ended: Promise<T>, call: string): Promise<T> {
    return unlessItWaits(this.#owner?.lease, ended, call, ABORT_GRACE_MS);
  }

  /** Returns a function that ends it. */
  onEvent(listener: SchedulerListener): () => void {
    return this.#listeners.add(callback<SchedulerListener>()(listener, "listener"));
  }

  #report(error: DagfillError): void {
    this.#listeners.tell({ type: "error", error });
  }

  /** One look at a time. */
  #look(all: boolean): void {
    this.#wanted = all ? "all" : (this.#wanted ?? "due");
    if (this.#looking) return;
    this.#looking = true;
    this.#lookAround()
      .catch((error: unknown) => this.#report(storeFailure(error)))
      .finally(() => {
        this.#looking = false;
        this.#rest();
      });
  }

  async #lookAround(): Promise<void> {
    while (this.#wanted !== undefined && this.#open) {
      const all = this.#wanted === "all";
      this.#wanted = undefined;
      const owner = this.#owner ?? (await this.#own());
      const left = await this.#work.left(owner.lease.fence.lease);
      if (!this.#open) return;
      const isNew = this.#machine === undefined;
      const machine = this.#machine ?? (await this.#make());
      for (const { dag, date } of left) machine.dispatch(SchedulerEventCode.Left, dag, date);
      // A machine that was made just now knows nothing and looks at all.
      machine.dispatch(all || isNew ? SchedulerEventCode.Tick : SchedulerEventCode.Woken);
      machine.pump();
    }
  }

  async #own(): Promise<Owner> {
    const { store, leaseTime } = this.#host;
    const lease = await acquireInTime(acquireOwnLease(store, "scheduler", leaseTime), () => false);
    lease.onLost((error) => this.#lose(error));
    this.#owner = { lease, writer: new Writer(store, lease.fence) };
    return this.#owner;
  }

  async #make(): Promise<Machine<SchedulerEventCode, RawScheduler>> {
    const machine: Machine<SchedulerEventCode, RawScheduler> = new Machine<SchedulerEventCode, RawScheduler>({
      clock: this.#clock,
      commands: {
        ...this.#work.commands(),
        [SchedulerCommand.Sleep]: (_, at) => this.#sleepUntil(at),
      },
      rebuild: async () => (host) => makeScheduler(this.#dags, host),
      onRestart: (fault, isOwn) => {
        if (isOwn) this.#report(fault);
        if (this.#machine === machine) this.#drop();
        if (this.#open) this.#look(true);
      },
      onEnd: (fault) => {
        this.#report(fault);
        if (this.#machine === machine) this.#drop();
      },
    });
    this.#machine = machine;
    await machine.begin();
    return machine;
  }

  /** The next look is by another machine. */
  #drop(): void {
    this.#machine?.end();
    this.#machine = undefined;
    this.#work.forget();
  }

  /** The lease has expired, as after a long sleep, and another owner has taken its runs. It goes on under a new name; at once
   *  the first time, and later and later where that is lost as well before anything is on record. */
  #lose(error: DagfillError): void {
    this.#report(error);
    this.#owner = undefined;
    this.#drop();
    this.#losses += 1;
    if (!this.#open) return;
    if (this.#losses === 1) this.#look(true);
    else {
      const pause = FIRST_PAUSE_MS * 2 ** (this.#losses - 2);
      this.#wanted = undefined;
      this.#timer.at(Math.min(pause, LONGEST_SLEEP_MS));
    }
  }

  #sleepUntil(at: number): void {
    const now = this.#clock.now();
    if (this.#started) {
      this.#timer.at(Number.isNaN(at) ? LONGEST_SLEEP_MS : Math.min(at - now, LONGEST_SLEEP_MS));
    }
    queueMicrotask(() => this.#rest());
  }

  /** Ends what waits for nothing to run. */
  #rest(): void {
    if (this.#looking || this.#work.isBusy || !this.#isIdle()) return;
    const [ticks, stops, owner] = [this.#ticks, this.#stops, this.#owner];
    [this.#ticks, this.#stops] = [[], []];
    const tell = () => {
      for (const { results, resolve } of ticks) {
        resolve(results.sort((a, b) => Date.parse(a.executionDate) - Date.parse(b.executionDate)));
      }
      for (const resolve of stops) resolve();
    };
    if (this.#started || owner === undefined) {
      if (!this.#started) this.#timer.at(undefined);
      tell();
      return;
    }
    this.#open = false;
    this.#owner = undefined;
    this.#timer.at(undefined);
    // The store may be closed as soon as they know.
    void owner.lease.release().then(tell);
  }

  #isIdle(): boolean {
    try {
      return this.#machine?.ask((raw) => raw.isIdle()) ?? true;
    } catch (error) {
      this.#report(storeFailure(error));
      this.#drop();
      return true;
    }
  }
}
