// The counts of a backfill.
import type { Progress } from "./events.js";

/** `eta` is negative while unknown. */
export function progressOf(
  total: number,
  completed: number,
  failed: number,
  skipped: number,
  canceled: number,
  running: number,
  eta: number,
): Progress {
  const remaining = total - completed - failed - skipped - canceled;
  const counts = { total, completed, failed, remaining, running, skipped, canceled };
  return eta < 0 ? counts : { ...counts, etaMs: eta };
}
