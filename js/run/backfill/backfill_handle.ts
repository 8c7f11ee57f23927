// The object behind a Backfill.

import { type Inspect, inspect, inspected } from "../../inspect.js";
import { fields, integer, oneOf } from "../../options.js";
import { type BackfillPreview, Preview } from "../../plan/plan.js";
import type { PlanData } from "../../plan/plan_data.js";
import { iso } from "../../time.js";
import type { BackfillEvent, BackfillResult, Progress } from "../events/backfill_events.js";
import { nextTurn } from "../timing/turns.js";
import type { Backfill } from "./backfill.js";
import type { Driver } from "./driver.js";

export class BackfillHandle implements Backfill {
  /** @internal Minifying renames classes. */
  static readonly name: string = "Backfill";
  readonly backfillId: string;
  readonly preview: BackfillPreview;
  readonly #driver: Driver<BackfillResult>;

  readonly result: Promise<BackfillResult>;

  /** `result` settles when the lease is given back, so that the next backfill may follow at once. */
  constructor(
    backfillId: string,
    plan: PlanData,
    driver: Driver<BackfillResult>,
    result: Promise<BackfillResult>,
  ) {
    this.backfillId = backfillId;
    this.result = result;
    this.preview = new Preview(plan);
    this.#driver = driver;
    // Whoever awaited the start reads within this turn, or did not want the beginning.
    nextTurn(() => driver.notifier.listeners.forget());
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
