// Notifies the listeners of a backfill, once of each change, also when a machine is lost before it has told what is stored.
import { BackfillNotice } from "../../raw.js";
import { iso } from "../../time.js";
import {
  type EventBody,
  type Hooks,
  Listeners,
  type Progress,
  type RunResult,
} from "../events/backfill_events.js";
import type { Rows } from "./rows.js";

type Lifecycle = "started" | "paused" | "resumed" | "canceling" | "awaiting-approval";

const LIFECYCLE: Partial<Record<BackfillNotice, Lifecycle>> = {
  [BackfillNotice.Started]: "started",
  [BackfillNotice.Paused]: "paused",
  [BackfillNotice.Resumed]: "resumed",
  [BackfillNotice.Canceling]: "canceling",
  [BackfillNotice.AwaitingApproval]: "awaiting-approval",
};

type RunEvent = Extract<EventBody, { run: RunResult }>["type"];

/** The event of a run, and its state where that is not its row's. */
const RUN: Partial<Record<BackfillNotice, { type: RunEvent; state?: RunResult["state"] }>> = {
  [BackfillNotice.RunStarted]: { type: "run-started", state: "running" },
  [BackfillNotice.RunAttached]: { type: "run-attached", state: "running" },
  [BackfillNotice.RunSucceeded]: { type: "run-succeeded" },
  [BackfillNotice.RunFailed]: { type: "run-failed" },
  [BackfillNotice.RunRetrying]: { type: "run-retrying", state: "queued" },
  [BackfillNotice.RunCanceled]: { type: "run-canceled" },
};

interface RunNotice {
  notice: BackfillNotice;
  row: number;
}

export class Notifier {
  readonly listeners: Listeners;
  /** Tasks that failed in runs that succeeded. */
  failedTasks = 0;
  /** Texts of the plan's templates that nothing resolves. */
  unresolved = 0;
  readonly #rows: Rows;
  readonly #now: () => number;
  readonly #progress: () => Progress;
  #lifecycle: Lifecycle | undefined;
  /** Events from before the beginning; they follow "started". */
  #early: EventBody[] = [];
  /** Changes of runs that are stored and not told: those of this machine, and those that a lost one has left. */
  #untold: RunNotice[] = [];
  #left: RunNotice[] = [];

  constructor(hooks: Hooks, rows: Rows, now: () => number, progress: () => Progress) {
    this.listeners = new Listeners(hooks, (warning) => this.emit({ type: "warning", warning }));
    this.#rows = rows;
    this.#now = now;
    this.#progress = progress;
  }

  emit(event: EventBody): void {
    if (this.#lifecycle === undefined) {
      this.#early.push(event);
      return;
    }
    if (event.type === "warning" && event.warning.code === "tasks_failed")
      this.failedTasks += event.warning.count ?? 0;
    if (this.listeners.wantsEvents || event.type === "finished")
      this.listeners.tell({ at: iso(this.#now()), progress: this.#progress(), ...event });
  }

  warn(code: string, message: string, at?: string): void {
    this.emit({ type: "warning", warning: at === undefined ? { code, message } : { code, message, at } });
  }

  /** A warning of one run. */
  warnOf(row: number, code: string, text: string): void {
    const { runId, executionDate } = this.#rows.set.planned(row);
    this.warn(code, `${runId}: ${text}`, executionDate);
  }

  /** Ends of runs are stored. The machine tells of them before it makes another batch. */
  stored(settled: readonly RunNotice[]): void {
    for (const { notice, row } of settled) this.#untold.push({ notice, row });
  }

  /** The machine is lost, and tells nothing more. */
  restarted(): void {
    this.#left.push(...this.#untold.splice(0));
  }

  /** A notice of the machine; whether it is new. One that takes another's place begins with what listeners know already. */
  notify(notice: BackfillNotice, row: number): boolean {
    const isNews = LIFECYCLE[notice] !== this.#lifecycle;
    const lifecycle = LIFECYCLE[notice];
    if (lifecycle === undefined) {
      if (notice !== BackfillNotice.RunStarted && notice !== BackfillNotice.RunAttached) this.#untold.shift();
      this.#emitRun(notice, row);
    } else if (lifecycle === "started" && this.#lifecycle !== undefined) {
      for (const left of this.#left.splice(0)) this.#emitRun(left.notice, left.row);
    } else if (lifecycle !== this.#lifecycle) {
      this.#lifecycle = lifecycle;
      if (lifecycle === "started") this.emit({ type: lifecycle, unresolved: this.unresolved });
      else if (lifecycle === "awaiting-approval")
        this.emit({ type: lifecycle, results: this.#rows.canary() });
      else this.emit({ type: lifecycle });
      for (const event of this.#early.splice(0)) this.emit(event);
    }
    if (this.listeners.wantsProgress) this.listeners.progress(this.#progress());
    return isNews;
  }

  #emitRun(notice: BackfillNotice, row: number): void {
    const event = RUN[notice];
    if (event === undefined || !this.listeners.wantsEvents) return;
    this.emit({ type: event.type, run: this.#rows.result(row, event.state) });
  }
}
