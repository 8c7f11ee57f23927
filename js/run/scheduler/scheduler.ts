// The host's half of the scheduler: it does what the core says, and says what became of it. The core alone decides when.
import type { CheckedDag } from "../../dag/dag.js";
import type { DagfillError } from "../../error.js";
import { callback } from "../../options.js";
import { storeFailure } from "../../store/failure.js";
import { iso } from "../../time.js";
import type { RunResult } from "../events/backfill_events.js";
import { type SchedulerListener, SchedulerListeners } from "../events/scheduler_events.js";
import type { Executor } from "../host/executor.js";
import { executorOf, type Host } from "../host/host.js";
import { Wake } from "../timing/turns.js";
import { runOnce } from "../trigger/single_run.js";
import { acquireInTime, acquireOwnLease, type LeaseHandle } from "../writing/lease_handle.js";
import { Writer } from "../writing/writer.js";
import { claim } from "./claim.js";
import { asError, type RawScheduler, SchedulerCore } from "./core.js";
import { abandonedBut, isOpen, type RunKey, RunWatcher, recordAt } from "./run_watcher.js";
import { readSchedulerOptions, ScheduleChanges } from "./schedule_change.js";
import { scheduledRun } from "./scheduled_run.js";
import type { SchedulerOptions } from "./scheduler_options.js";

/** Timers of machines that sleep stand still, and clocks jump: no sleep is longer. */
const LONGEST_SLEEP_MS = 60_000;

/** One DAG with a schedule. */
interface ScheduledDag {
  dag: CheckedDag;
  execute: Executor;
}

/** Starts the runs of schedules when they are due: each DAG and date once ever, also by several schedulers over one store.
 *  What was missed is made good for as each DAG's `catchup` says; runs that a dead process left are started again with
 *  the next attempt. DAGs without schedule are left alone.
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
  readonly #dags: ScheduledDag[];
  readonly #listeners: SchedulerListeners;
  readonly #watcher: RunWatcher;
  readonly #changes: ScheduleChanges;
  readonly #core: SchedulerCore;
  readonly #wake = new Wake(() => this.#look(false));
  /** Runs in flight here, and the cores that wait for them: after a fault there is another. */
  readonly #flights = new Map<string, (RawScheduler | undefined)[]>();
  #owner: { held: LeaseHandle; writer: Writer } | undefined;
  #started = false;
  /** Something may begin. */
  #open = false;
  #looking = false;
  /** Another look is wanted: at all DAGs, or at those whose time has come. */
  #wanted: "all" | "due" | undefined;
  /** What the core waits for. */
  #pending = 0;
  #ticks: { results: RunResult[]; resolve: (results: RunResult[]) => void }[] = [];
  #stops: (() => void)[] = [];

  /** INVALID_OPTION also when there is no callback for a DAG with a schedule. */
  constructor(options: SchedulerOptions) {
    const { host, onScheduleChange } = readSchedulerOptions(options);
    const dags = [...host.dags.values()].filter(({ hasSchedule }) => hasSchedule);
    this.#host = host;
    this.#dags = dags.map((dag) => ({ dag, execute: executorOf(host, dag) }));
    this.#listeners = new SchedulerListeners(host.now);
    this.#watcher = new RunWatcher(host.store);
    this.#changes = new ScheduleChanges(host.store, onScheduleChange, this.#listeners);
    const again = () => void (this.#open && this.#look(true));
    this.#core = new SchedulerCore(dags, (fault) => this.#report(fault), again);
  }

  /** Looks at every DAG now, creates and runs what is due, and resolves when nothing runs any more, to what has ended
   *  meanwhile, oldest first. Failed runs, and stores that fail, do not reject it: they are events. */
  tick(): Promise<RunResult[]> {
    return new Promise((resolve) => {
      this.#ticks.push({ results: [], resolve });
      this.#open = true;
      this.#look(true);
    });
  }

  /** Ticks now, and from then on whenever a run is due, until `stop`. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#open = true;
    this.#wake.at(LONGEST_SLEEP_MS);
    this.#look(true);
  }

  /** Begins nothing more and resolves when what runs has ended. Nothing is aborted. */
  stop(): Promise<void> {
    this.#started = false;
    this.#open = false;
    this.#wake.at(undefined);
    this.#core.use((core) => core.stop(this.#host.now()));
    return new Promise((resolve) => {
      this.#stops.push(resolve);
      this.#rest();
    });
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
        this.#drain();
      });
  }

  async #lookAround(): Promise<void> {
    const { store, now } = this.#host;
    while (this.#wanted !== undefined && this.#open) {
      const all = this.#wanted === "all";
      this.#wanted = undefined;
      if (this.#owner === undefined) {
        const held = await acquireInTime(acquireOwnLease(store, "scheduler"), () => false);
        held.onLost((error) => this.#lose(error));
        this.#owner = { held, writer: new Writer(store, held.fence) };
      }
      const left = await this.#watcher.left(this.#owner.held.fence.lease);
      if (!this.#open) return;
      for (const { dag, date } of left) this.#core.use((core) => core.left(dag, date, now()));
      this.#core.look(all, now());
      this.#drain();
    }
  }

  /** Somebody took this owner for dead, as after a long sleep: its runs are another's now. It goes on under a new name. */
  #lose(error: DagfillError): void {
    this.#report(error);
    this.#owner = undefined;
    this.#core.drop();
    if (this.#open) this.#look(true);
  }

  /** Does everything that the core asks for now. */
  #drain(): void {
    const now = this.#host.now();
    const commands = this.#core.use((core) => core.drain(now)) ?? [];
    for (let at = 0; at < commands.length; at += 5) {
      const [kind, dag, first, second] = commands.slice(at, at + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const { dagId } = this.#dags[dag]?.dag ?? { dagId: "" };
      const place: RunKey = { dag, dagId, date: first };
      if (kind === 0) this.#answer(() => this.#load(dag, dagId));
      else if (kind === 1) this.#answer(() => this.#checkPast(place));
      else if (kind === 2) this.#answer(() => this.#begin(place, second === 1));
      else if (kind === 3) this.#listeners.tell({ type: "missed", dagId, count: first });
      else if (kind === 4) {
        const nextRunAt = Number.isNaN(second) ? null : iso(second);
        this.#listeners.tell({ type: "tick", due: first, nextRunAt });
      } else {
        const error = this.#core.use((core) => core.takeError());
        if (error !== undefined) this.#report(asError(error));
      }
    }
    this.#rest();
  }

  /** Work that the core waits for; when it is done there may be more to do. */
  #answer(work: () => Promise<void>): void {
    this.#pending += 1;
    work()
      .catch((error: unknown) => this.#report(storeFailure(error)))
      .finally(() => {
        this.#pending -= 1;
        this.#drain();
      });
  }

  /** Sleeps until the next date, or ends what waits for nothing to run. */
  #rest(): void {
    const now = this.#host.now();
    if (this.#started) {
      const next = this.#core.use((core) => core.wake(now));
      this.#wake.at(next === undefined ? LONGEST_SLEEP_MS : Math.min(next - now, LONGEST_SLEEP_MS));
    }
    const isIdle = this.#core.use((core) => core.isIdle()) ?? true;
    if (!isIdle || this.#pending > 0 || this.#looking) return;
    const [ticks, stops, owner] = [this.#ticks, this.#stops, this.#owner];
    [this.#ticks, this.#stops] = [[], []];
    const tell = () => {
      for (const { results, resolve } of ticks) {
        resolve(results.sort((a, b) => Date.parse(a.executionDate) - Date.parse(b.executionDate)));
      }
      for (const resolve of stops) resolve();
    };
    if (this.#started || owner === undefined) {
      tell();
      return;
    }
    this.#open = false;
    this.#owner = undefined;
    // The store may be closed as soon as they know.
    void owner.held.release().then(tell);
  }

  /** What the store has of a DAG's scheduled runs. */
  async #load(dag: number, dagId: string): Promise<void> {
    const { store, now } = this.#host;
    const core = this.#core.current;
    const query = { dagId, runTypes: ["scheduled" as const] };
    const left: number[] = [];
    let last: number | undefined;
    try {
      const isLeft = abandonedBut(store, this.#owner?.held.fence.lease ?? "");
      const [newest] = await store.listRuns({ ...query, order: "desc", limit: 1 });
      if (newest !== undefined) last = Date.parse(newest.executionDate);
      for (const record of await store.listRuns({ ...query, states: ["queued", "running"] })) {
        const date = Date.parse(record.executionDate);
        // Also what runs here since before a core died: the next one hears of it, and it is not begun again.
        if (await isLeft(record)) left.push(date);
        else this.#watcher.add({ dag, dagId, date });
      }
    } catch (error) {
      // Without that knowledge this core cannot go on; the next look is by another.
      if (this.#core.current !== core) return;
      this.#core.drop();
      throw error;
    }
    if (this.#core.current !== core) return;
    this.#core.use((core) => {
      for (const date of left) core.left(dag, date, now());
      core.known(dag, last, now());
    });
  }

  /** Whether the run before, of whatever type, succeeded. */
  async #checkPast({ dag, dagId, date }: RunKey): Promise<void> {
    const { store, now } = this.#host;
    const core = this.#core.current;
    let met = false;
    try {
      const [before] = await store.listRuns({ dagId, to: date - 1, order: "desc", limit: 1 });
      met = before === undefined || before.state === "success";
    } finally {
      if (this.#core.current === core) this.#core.use((core) => core.past(dag, met, now()));
    }
  }

  async #begin(place: RunKey, restart: boolean): Promise<void> {
    const { dag, date } = place;
    const key = `${dag} ${date}`;
    const flight = this.#flights.get(key);
    if (flight !== undefined) {
      // It runs here since before the core died.
      flight.push(this.#core.current);
      return;
    }
    const cores = [this.#core.current];
    this.#flights.set(key, cores);
    let stored = true;
    try {
      stored = await this.#run(place, restart);
    } finally {
      this.#flights.delete(key);
      const now = this.#host.now();
      for (const core of cores) {
        if (core !== this.#core.current) continue;
        this.#core.use((core) => (stored ? core.settled(dag, now) : core.notStored(dag, date, restart, now)));
      }
    }
  }

  /** Runs a date to its end. false: the store did not take it, and it is to be tried again. */
  async #run(place: RunKey, restart: boolean): Promise<boolean> {
    const { store, now } = this.#host;
    const { dag, execute } = this.#dags[place.dag] as ScheduledDag;
    const owner = this.#owner;
    if (owner === undefined) return false;
    let begun = false;
    try {
      const left = restart ? await recordAt(store, place) : undefined;
      if (restart && !isOpen(left)) return true;
      const origin = this.#core.use((core) => core.origin(place.dag));
      const timetable = origin === undefined ? dag.timetable : { ...dag.timetable, origin };
      const planned = scheduledRun(timetable, place.date);
      if (left === undefined && !(await this.#changes.allows(dag, timetable, planned))) return true;
      if (left !== undefined) await claim(store, left, owner.held.fence);
      const run = await runOnce({
        lease: owner.held,
        writer: owner.writer,
        key: crypto.randomUUID(),
        attach: this.#host.inFlight === "attach",
        origin: { dag, timetable, runType: "scheduled" },
        planned: left === undefined ? planned : { ...planned, runId: left.runId },
        conf: left?.conf ?? {},
        store,
        execute,
        now,
        left: left === undefined ? undefined : { ...left, owner: owner.held.fence.lease },
        onEvent: (event) => {
          if (event.type !== "run-started" && event.type !== "run-attached") return;
          begun = true;
          this.#listeners.tell({ type: "run-started", run: event.run });
        },
      });
      for (const { results } of this.#ticks) results.push(run);
      this.#listeners.tell({ type: run.state === "success" ? "run-succeeded" : "run-failed", run });
      return true;
    } catch (thrown) {
      const error = storeFailure(thrown);
      if (!begun && error.code === "RUN_EXISTS") {
        await this.#meet(place, restart, owner.held.fence.lease);
        return true;
      }
      // Its end is not on record: it is started again.
      if (begun) this.#watcher.add(place);
      if (error.code === "STALE_OWNER") owner.held.lose();
      else this.#report(error);
      return begun;
    }
  }

  /** The date has a run: somebody else's, or one that this process itself has left, when the answer to its creation was lost. */
  async #meet(place: RunKey, restart: boolean, mine: string): Promise<void> {
    const { store, now } = this.#host;
    const { dag, date } = place;
    const record = await recordAt(store, place);
    if (!isOpen(record)) return;
    if (!restart && (await abandonedBut(store, mine)(record)))
      this.#core.use((core) => core.left(dag, date, now()));
    else this.#watcher.add(place);
  }
}
