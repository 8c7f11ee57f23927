// A backfill that runs, as its starter holds it.
import type { BackfillPreview } from "../../plan/plan.js";
import type { BackfillEvent, BackfillResult, Progress } from "../events/backfill_events.js";

/** By quantile, such as "0.9": milliseconds from now that so many outcomes do not exceed, and the time then. */
export type LiveEta = Record<string, { etaMs: number; finishAt: string }>;

/** Iteration begins with "started" and the progress so far; a slow reader loses at most progress, never a change of state. */
export interface Backfill extends AsyncIterable<BackfillEvent> {
  readonly backfillId: string;
  /** The plan that runs. */
  readonly preview: BackfillPreview;
  readonly progress: Progress;
  /** Failed runs do not reject it: STORE_FAILED and STALE_OWNER do, and the backfill can be resumed then. */
  readonly result: Promise<BackfillResult>;
  /** Starts nothing more until `resume`; what runs goes on. It is stored: a backfill whose process dies while it is paused is paused when
   *  another goes on with it, unless `stored` is false, for a process that only pauses to leave. */
  pause(options?: { stored?: boolean }): void;
  resume(): void;
  /** Runs that were never started end as canceled. "finish" (default): running runs end. "abort": their signals are aborted,
   *  and a store that stays silent for 10 to 20 seconds after that is waited for no longer: STORE_FAILED. A callback of the backfill that awaits it
   *  waits for itself: ABORTED after `abortGrace`; in browsers only when it is called before the callback's first `await`. */
  cancel(options?: { running?: "finish" | "abort" }): Promise<BackfillResult>;
  setMaxParallelRuns(n: number): void;
  /** When it will have ended, as `preview.estimate({ from: "history" })` says it, from the durations of its own runs so far: `undefined` before
   *  five of them have ended. Default quantiles: [0.5, 0.9]. */
  eta(options?: { quantiles?: readonly number[] }): LiveEta | undefined;
}
