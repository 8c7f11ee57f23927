// Waiting for a change that listeners are told of.

/** Resolves at the next change. The listener for it is removed again. */
export function nextChange(subscribe: (listener: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    const stop = subscribe(() => resolve(stop()));
  });
}
