// Tokens: what a date of a plan will do, or has done, which a cell, a row and a bar show.

/** In the order of the counts in `DayColumns.tokens` and `BackfillSnapshot.counts`. */
export const TOKENS = [
  "create",
  "again",
  "keep",
  "keepFailed",
  "queued",
  "running",
  "success",
  "failed",
  "canceled",
  "interrupted",
] as const;
/** `create`: no run yet, one will start. `again`: has a run that runs again. `keep`: stays as it is. `keepFailed`: failed, and
 *  stays so. `interrupted`: ran when its backfill was interrupted. The others are states of a backfill that was started. */
export type Token = (typeof TOKENS)[number];

/** How many there are, and the place of each among them. */
export const TOKEN_COUNT = TOKENS.length;
export const CREATE = 0;
export const AGAIN = 1;
export const KEEP = 2;
export const KEEP_FAILED = 3;
export const QUEUED = 4;
export const RUNNING = 5;
export const SUCCESS = 6;
export const FAILED = 7;
export const CANCELED = 8;
export const INTERRUPTED = 9;

/** Solid: something will run, or has. Outlined: left alone, or waiting. */
export const OUTLINED: readonly boolean[] = TOKENS.map((token) => /keep|queued|interrupted/.test(token));

/** The token of a run's state; `keep` for states that no run has. */
export function tokenOfState(state: string): number {
  const at = (TOKENS as readonly string[]).indexOf(state);
  return at < QUEUED ? KEEP : at;
}

/** How many runs a plan with these counts would start. */
export function startingOf(counts: readonly number[]): number {
  return (counts[CREATE] ?? 0) + (counts[AGAIN] ?? 0);
}
