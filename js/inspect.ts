// The output of console.log for the public objects in Node. Their data stands in private fields and getters, which Node's
// inspection leaves out.

/** Under this name Node looks for an object's own way to be shown. */
export const inspect: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

/** Node's `util.inspect`. */
export type Inspect = (value: unknown, options: { depth: number | null }) => string;

/** `members` under the name of the object's type. */
export function inspected(
  name: string,
  members: object,
  depth: number | null,
  options: { depth: number | null },
  show: Inspect,
): string {
  // Nested deeper than the reader asked for.
  if (depth !== null && depth < 0) return `[${name}]`;
  return `${name} ${show(members, { ...options, depth })}`;
}

/** The first items of a list that has `count`, and a last one that says how many more there are. */
export function leftOut(first: readonly unknown[], count: number): unknown[] {
  const more = count - first.length;
  return more > 0 ? [...first, { [inspect]: () => `... ${more} more items` }] : [...first];
}
