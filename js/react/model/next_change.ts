// A wait for a change of what listeners are told of.

/** Resolves at the next call of a listener, which is taken out again. */
export function nextChange(subscribe: (listener: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    const stop = subscribe(() => resolve(stop()));
  });
}
