// The median of figures, by which benchmarks compare.

/** The middle one; the upper of two. */
export function median(figures) {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1];
}
