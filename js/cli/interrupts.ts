// Ctrl-C: once to stop starting runs and let the running ones end, twice to abort those too.

const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interrupts {
  /** Aborted by the first signal. */
  readonly drain: AbortSignal;
  /** Aborted by the second. */
  readonly abort: AbortSignal;
  /** Signals do again what they do by default. */
  dispose(): void;
}

/** Handles SIGINT and SIGTERM. The third one ends the process at once, because the second one did not end it. */
export function takeInterrupts(): Interrupts {
  const drain = new AbortController();
  const abort = new AbortController();
  const listener = () => {
    if (!drain.signal.aborted) drain.abort();
    else if (!abort.signal.aborted) abort.abort();
    else process.exit(130);
  };
  for (const name of names) process.on(name, listener);
  return {
    drain: drain.signal,
    abort: abort.signal,
    dispose() {
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
