// Answers that an effect waits for.

/** Hands over the answer, unless the effect has ended by then: the returned function ends it. A question that fails has no answer. */
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
