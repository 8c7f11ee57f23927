// Changes how many runs the backfill that a page drives has at once.
import type { Driven } from "./driven.js";

/** What is begun of the backfill later, such as a retry, has as many. */
export function widen(driven: Driven | null, count: number): void {
  if (!driven?.backfill) return;
  driven.backfill.setMaxParallelRuns(count);
  driven.origin.widen(count);
  for (const told of driven.listeners) told(null);
}
