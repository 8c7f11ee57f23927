// The object behind a Backfill.

import type { AbortSignalLike } from "../../abort_signal.js";
import { DagfillError } from "../../error.js";
import { type Inspect, inspect, inspected } from "../../inspect.js";
import { fields, flag, integer, oneOf } from "../../options.js";
import { type BackfillPreview, Preview } from "../../plan/plan.js";
import type { PlanData } from "../../plan/plan_data.js";
import { iso } from "../../time.js";
import type { BackfillEvent, BackfillResult, Progress } from "../events/backfill_events.js";
import { unlessItWaits } from "../machine/caller.js";
import { nextTurn } from "../machine/turns.js";
import type { Backfill, LiveEta } from "./backfill.js";
import type { Driver } from "./driver.js";
import { liveEta } from "./progress.js";

export class BackfillHandle implements Backfill {
  /** @internal Minifying renames classes. */
  static readonly name: string = "Backfill";
  readonly backfillId: string;
  readonly preview: BackfillPreview;
  readonly #driver: Driver<BackfillResult>;
  readonly #abortGrace: number;
  readonly #result: Promise<BackfillResult>;
  #lanes: number;

  /** `result` settles when the lease is given back, so that the next backfill may follow at once. */
  constructor(
    backfillId: string,
    plan: PlanData,
    driver: Driver<BackfillResult>,
    abortGrace: number,
    result: Promise<BackfillResult>,
  ) {
    this.backfillId = backfillId;
    this.#result = result;
    this.preview = new Preview(plan);
    this.#driver = driver;
    this.#abortGrace = abortGrace;
    this.#lanes = plan.maxParallelRuns;
    // A reader that wants events from the beginning starts within this turn.
    nextTurn(() => driver.notifier.listeners.forget());
  }

  get result(): Promise<BackfillResult> {
    return this.#end("result");
  }

  get progress(): Progress {
    return this.#driver.progress;
  }

  pause(options: { stored?: boolean } = {}): void {
    this.#driver.pause(fields(options, "options", { stored: flag }).stored);
  }

  resume(): void {
    this.#driver.resume();
  }

  cancel(options: { running?: "finish" | "abort" } = {}): Promise<BackfillResult> {
    const { running } = fields(options, "options", {
      running: oneOf("finish", "abort"),
    });
    this.#driver.cancel(running === "abort");
    return this.#end("cancel()");
  }

  #end(call: string): Promise<BackfillResult> {
    return unlessItWaits(this.#driver.owner, this.#result, call, this.#abortGrace);
  }

  setMaxParallelRuns(n: number): void {
    this.#lanes = integer(1)(n, "maxParallelRuns");
    this.#driver.setMaxParallelRuns(this.#lanes);
  }

  eta(options: { quantiles?: readonly number[] } = {}): LiveEta | undefined {
    return liveEta(this.#driver.rows, this.#lanes, this.#driver.now(), options);
  }

  /** @internal Takes this process out of the backfill, so that another goes on with it: at once where its runs are executed elsewhere, else when
   *  those that run have ended, or `abort` is aborted. `result` rejects with ABORTED. */
  async leave(atOnce: boolean, abort?: AbortSignalLike): Promise<void> {
    let isOver = false;
    const over = this.#result.then(
      () => {},
      () => {},
    );
    void over.then(() => {
      isOver = true;
    });
    if (!atOnce) {
      this.pause({ stored: false });
      // Runs that were claimed before the pause are still stored and called.
      do await new Promise((resolve) => setTimeout(resolve, 20));
      while (!isOver && !this.#driver.isIdle && !abort?.aborted);
    }
    const message = `this process stops: backfill ${this.backfillId} can be resumed, or is served elsewhere`;
    if (!isOver) this.#driver.loseLease(new DagfillError("ABORTED", message));
    await over;
  }

  toJSON(): object {
    const { backfillId, preview, progress } = this;
    return { backfillId, preview, progress };
  }

  /** @internal */
  [inspect](depth: number | null, options: { depth: number | null }, show: Inspect): string {
    const { backfillId, preview, progress, result } = this;
    return inspected("Backfill", { backfillId, preview, progress, result }, depth, options, show);
  }

  [Symbol.asyncIterator](): AsyncIterator<BackfillEvent> {
    const { progress } = this.#driver;
    const { listeners } = this.#driver.notifier;
    const at = iso(this.#driver.now());
    return listeners.read({ type: "started", at, progress });
  }
}
