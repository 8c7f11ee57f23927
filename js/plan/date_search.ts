// A binary search in columns of dates.

/** The place of a date among dates that ascend or descend; -1 when it is not there. */
export function placeIn(dates: Float64Array, ms: number): number {
  const isDescending = (dates[0] as number) > (dates[1] as number);
  let [low, high] = [0, dates.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const here = dates[middle] as number;
    if (isDescending ? here > ms : here < ms) low = middle + 1;
    else high = middle;
  }
  return dates[low] === ms ? low : -1;
}
