// A promise that an effect waits for.

/** Hands over the value, unless the returned function was called by then. A promise that is rejected hands over nothing. */
export function whenAnswered<T>(answer: Promise<T>, take: (value: T) => void): () => void {
  let isOver = false;
  answer.then(
    (value) => isOver || take(value),
    () => {},
  );
  return () => {
    isOver = true;
  };
}
