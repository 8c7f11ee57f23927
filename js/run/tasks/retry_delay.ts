// The pause before a task's next attempt, by the rule of the core (`src/run/retry.rs`).

/** The core waits no longer than this, or than the first delay where that is longer. */
const LONGEST_MS = 86_400_000;

/** The pause after so many failures; `retryDelay` in milliseconds. */
export function retryDelayMs(
  { retryDelay, retryBackoff }: { retryDelay: number; retryBackoff: number },
  failures: number,
): number {
  return Math.min(retryDelay * retryBackoff ** (failures - 1), Math.max(LONGEST_MS, retryDelay));
}
