// A promise of the next change that listeners are told of.

/** Resolves at the next change, and removes its listener then. */
export function nextChange(subscribe: (listener: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    const stop = subscribe(() => resolve(stop()));
  });
}
