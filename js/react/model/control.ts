// Controls of the backfill that a page drives. Its listeners are told at once: an event of the backfill may come much later.
import { type Driven, tellListeners } from "./driven.js";

/** Runs that are aborted may take their time: listeners are told before the backfill has ended. */
export async function cancelDriven(
  driven: Driven | null,
  options: { running?: "finish" | "abort" },
): Promise<void> {
  if (!driven?.backfill) return;
  driven.view.isAborting ||= options.running === "abort";
  const canceled = driven.backfill.cancel(options);
  tellListeners(driven);
  await canceled;
}

/** Sets how many runs the backfill has at once, and those that are started from it later, such as a retry. */
export function setDrivenMaxParallelRuns(driven: Driven | null, count: number): void {
  if (!driven?.backfill) return;
  driven.backfill.setMaxParallelRuns(count);
  driven.origin.setMaxParallelRuns(count);
  tellListeners(driven);
}
