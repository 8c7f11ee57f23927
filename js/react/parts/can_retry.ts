// Whether dates that have not succeeded can be tried again now.
import type { PageBackfill } from "../use_backfill.js";

interface Shown {
  phase?: PageBackfill["phase"] | undefined;
  unfinished?: PageBackfill["unfinished"] | undefined;
}

/** False beside a backfill of the DAG that has not ended: the store refuses a second one, so the first is resumed, discarded or waited for. */
export const canRetry = ({ phase = "planning", unfinished }: Shown): boolean =>
  ["ready", "finished", "stopped"].includes(phase) && !unfinished?.length;
