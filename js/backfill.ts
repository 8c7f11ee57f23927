// A backfill that runs, as its starter holds it.
import type { Driver } from "./driver.js";
import type { BackfillEvent, BackfillResult, Progress } from "./events.js";
import { fields, integer, oneOf } from "./options.js";
import { type BackfillPreview, Preview } from "./plan.js";
import { iso } from "./time.js";

/** Iteration begins with "started" and the progress so far; a slow reader loses at most progress, never a change of state. */
export interface Backfill extends AsyncIterable<BackfillEvent> {
  readonly backfillId: string;
  /** The plan that runs. */
  readonly preview: BackfillPreview;
  readonly progress: Progress;
  /** Failed runs do not reject it: STORE_FAILED and STALE_OWNER do, and the backfill can be resumed then. */
  readonly result: Promise<BackfillResult>;
  /** Starts nothing more until `resume`; what runs goes on. */
  pause(): void;
  resume(): void;
  /** Runs that were never started end as canceled. "finish" (default): running runs end. "abort": their signals are aborted. */
  cancel(options?: { running?: "finish" | "abort" }): Promise<BackfillResult>;
  setMaxParallelRuns(n: number): void;
}

export class Running implements Backfill {
  readonly backfillId: string;
  readonly preview: BackfillPreview;
  readonly #driver: Driver;

  readonly result: Promise<BackfillResult>;

  /** `result` settles when the lease is given back, so that the next backfill may follow at once. */
  constructor(backfillId: string, driver: Driver, result: Promise<BackfillResult>) {
    this.backfillId = backfillId;
    this.result = result;
    this.preview = new Preview(driver.rows.plan);
    this.#driver = driver;
  }

  get progress(): Progress {
    return this.#driver.progress;
  }

  pause(): void {
    this.#driver.pause();
  }

  resume(): void {
    this.#driver.resume();
  }

  cancel(options: { running?: "finish" | "abort" } = {}): Promise<BackfillResult> {
    const { running } = fields<{ running?: "finish" | "abort" }>(options, "options", {
      running: oneOf("finish", "abort"),
    });
    this.#driver.cancel(running === "abort");
    return this.result;
  }

  setMaxParallelRuns(n: number): void {
    this.#driver.setMaxParallelRuns(integer(1)(n, "maxParallelRuns"));
  }

  [Symbol.asyncIterator](): AsyncIterator<BackfillEvent> {
    const { progress } = this.#driver;
    const at = iso(this.#driver.now());
    return this.#driver.listeners.read([{ type: "started", at, progress }]);
  }
}
