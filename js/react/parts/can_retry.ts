// Whether dates that have not succeeded can be tried again now.
import type { PageBackfill } from "../use_backfill.js";

interface Shown {
  phase?: PageBackfill["phase"] | undefined;
  unfinished?: PageBackfill["unfinished"] | undefined;
}

/** A backfill of the DAG that has not ended refuses it: that one is resumed, discarded or waited for instead. */
export const canRetry = ({ phase = "planning", unfinished }: Shown): boolean =>
  ["ready", "finished", "stopped"].includes(phase) && !unfinished?.length;
