// Ctrl-C: once to start no further runs and let those in flight finish, twice to abort these. With a grace period, one SIGTERM does both in turn.

import { setTimeout as sleep } from "node:timers/promises";
import { type Duration, durationMs } from "../face.js";

const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interrupts {
  /** Aborted by the first signal. */
  readonly drain: AbortSignal;
  /** Aborted by the second. */
  readonly abort: AbortSignal;
  /** Restores the default handling of signals. */
  dispose(): void;
}

/** Handles SIGINT, SIGTERM and SIGHUP. The third one ends the process at once, because the second one did not end it. Supervisors send
 *  SIGTERM once: with `grace`, which gives milliseconds, it counts as sent twice after that time. */
export function takeInterrupts(grace?: () => number): Interrupts {
  const drain = new AbortController();
  const abort = new AbortController();
  let deadline: NodeJS.Timeout | undefined;
  const listener = (name: NodeJS.Signals) => {
    if (!drain.signal.aborted) {
      drain.abort();
      if (name !== "SIGINT" && grace !== undefined) deadline = setTimeout(() => abort.abort(), grace());
    } else if (!abort.signal.aborted) abort.abort();
    else process.exit(130);
  };
  for (const name of names) process.on(name, listener);
  return {
    drain: drain.signal,
    abort: abort.signal,
    dispose() {
      clearTimeout(deadline);
      for (const name of names) process.off(name, listener);
    },
  };
}

/** Fulfils when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** The time for `grace`, from the value of --abort-grace. */
export function graceOf(value: unknown): () => number {
  return () => durationMs((value ?? "PT30S") as Duration);
}

/** Waits until work that was aborted has ended, for at most 10 seconds. */
export async function settling(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, sleep(10_000)]);
}
