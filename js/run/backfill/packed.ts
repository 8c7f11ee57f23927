// Columns of numbers as short JSON: neighbours are the same nearly always, or differ by the same step.

/** Pairs of a value and how often it follows itself. */
export type Packed = number[];

export function pack(values: Iterable<number>): Packed {
  const packed: number[] = [];
  for (const value of values) {
    if (packed.length > 0 && packed[packed.length - 2] === value) (packed[packed.length - 1] as number) += 1;
    else packed.push(value, 1);
  }
  return packed;
}

/** Fills the column, which has as many places as values are packed. */
export function unpack<T extends { [place: number]: number }>(packed: Packed, into: T): T {
  const column: { [place: number]: number } = into;
  let place = 0;
  for (let at = 0; at + 1 < packed.length; at += 2) {
    for (let left = packed[at + 1] as number; left > 0; left--) column[place++] = packed[at] as number;
  }
  return into;
}

/** How many values are packed; undefined when it is nothing that was packed. */
export function lengthOf(packed: unknown): number | undefined {
  if (!Array.isArray(packed) || !packed.every(Number.isFinite)) return undefined;
  let length = 0;
  for (let at = 1; at < packed.length; at += 2) length += packed[at];
  return length;
}

/** The differences of neighbours, the first from 0. */
export function* steps(values: Float64Array): Iterable<number> {
  let last = 0;
  for (const value of values) {
    yield value - last;
    last = value;
  }
}
