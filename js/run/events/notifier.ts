// What listeners are told of a backfill, each thing once, also when a core dies before it has told what is stored.
import { iso } from "../../time.js";
import { progressOf } from "../backfill/progress.js";
import { CHANGE } from "../backfill/records.js";
import type { Rows } from "../backfill/rows.js";
import { type EventBody, type Hooks, Listeners, type Progress } from "./backfill_events.js";

const RUN_NEWS = ["run-started", "run-succeeded", "run-failed", "run-retrying", "run-canceled"] as const;
const RUN_STATES = ["running", undefined, undefined, "queued", undefined] as const;
/** Which of them follows a stored change of a run. */
const AFTER = {
  [CHANGE.success]: 1,
  [CHANGE.failed]: 2,
  [CHANGE.requeue]: 3,
  [CHANGE.canceled]: 4,
} as Record<number, number>;

type Life = "started" | "paused" | "resumed" | "canceling";

export class Notifier {
  readonly listeners: Listeners;
  progress: Progress;
  /** Tasks that failed in runs that succeeded. */
  failedTasks = 0;
  readonly #rows: Rows;
  readonly #now: () => number;
  #life: Life | undefined;
  /** What came before the beginning, which is told first. */
  #early: EventBody[] = [];
  /** Changes of runs that are stored and not told: those of the last batch, and those that a dead core has left. */
  #untold: [news: number, row: number][] = [];
  #left: [news: number, row: number][] = [];

  constructor(hooks: Hooks, rows: Rows, now: () => number) {
    this.listeners = new Listeners(hooks, (warning) => this.tell({ type: "warning", warning }));
    this.progress = progressOf(rows.count, 0, 0, 0, 0, 0, -1);
    this.#rows = rows;
    this.#now = now;
  }

  tell(news: EventBody): void {
    if (this.#life === undefined) {
      this.#early.push(news);
      return;
    }
    if (news.type === "warning" && news.warning.code === "tasks_failed")
      this.failedTasks += news.warning.count ?? 0;
    if (this.listeners.wantsEvents || news.type === "finished")
      this.listeners.tell({ at: iso(this.#now()), progress: this.progress, ...news });
  }

  warn(code: string, message: string, at?: string): void {
    this.tell({ type: "warning", warning: at === undefined ? { code, message } : { code, message, at } });
  }

  /** EventBody of the backfill itself. A core that takes another's place begins with what listeners know. */
  life(life: Life): void {
    if (life === "started" && this.#life !== undefined) {
      for (const [news, row] of this.#left.splice(0)) this.#tellRun(news, row);
    } else if (life !== this.#life) {
      this.#life = life;
      this.tell({ type: life });
      for (const news of this.#early.splice(0)) this.tell(news);
    }
  }

  /** The store has taken a batch. Its core tells of it before it makes another. */
  stored(batch: Uint32Array): void {
    this.#left.push(...this.#untold);
    this.#untold = [];
    for (let at = 0; at < batch.length; at += 3) {
      const news = AFTER[batch[at] as number];
      if (news !== undefined) this.#untold.push([news, batch[at + 1] as number]);
    }
  }

  /** A run has started (0), succeeded, failed, is tried again, or was canceled. */
  run(news: number, row: number): void {
    if (news > 0) this.#untold.shift();
    this.#tellRun(news, row);
  }

  #tellRun(news: number, row: number): void {
    if (!this.listeners.wantsEvents) return;
    const type = RUN_NEWS[news] as (typeof RUN_NEWS)[number];
    this.tell({ type, run: this.#rows.result(row, RUN_STATES[news]) });
  }
}
