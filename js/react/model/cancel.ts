// Cancels the backfill that a page drives.
import type { Driven } from "./driven.js";

/** Listeners are told before it has ended: runs that are aborted may take their time. */
export async function cancelDriven(
  driven: Driven | null,
  options: { running?: "finish" | "abort" },
): Promise<void> {
  if (!driven?.backfill) return;
  driven.view.isAborting ||= options.running === "abort";
  const canceled = driven.backfill.cancel(options);
  for (const told of driven.listeners) told(null);
  await canceled;
}
