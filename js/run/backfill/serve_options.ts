// Options of serving.
import type { AbortSignalLike } from "../../abort_signal.js";
import type { Duration } from "../../duration.js";

export interface ServeOptions {
  /** Aborting it lets go of everything, so that others go on with it at once: with an engine its jobs go on, callbacks of this process
   *  end first. */
  signal: AbortSignalLike;
  /** Backfills at once. Default 4. */
  maxBackfills?: number;
  /** How often the store is looked at. Default 1 s. */
  every?: Duration;
}
