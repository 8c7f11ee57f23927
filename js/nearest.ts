// The nearest name by spelling.

/** Names of this library are short. A longer word did not misspell one of them, and the comparison is quadratic. */
const LONGEST = 64;

/** The name that needs the fewest edits (insert, delete, replace, swap of neighbours; case counts as half an edit), if those
 *  are few enough to be a misspelling: at most a third of the longer word. src/error/suggest.rs does the same for names that
 *  the core knows; tests/cases/names/nearest.json holds both. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  const letters = [...word];
  if (letters.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const other = [...name];
    const cost = twiceTheEdits(letters, other);
    const allowed = 2 * Math.max(1, Math.floor(Math.max(letters.length, other.length) / 3));
    if (cost <= allowed && cost < 2 * other.length && cost < least) {
      best = name;
      least = cost;
    }
  }
  return best;
}

function twiceTheEdits(a: readonly string[], b: readonly string[]): number {
  const far = Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => 2 * j);
  for (const [i, x] of a.entries()) {
    const row = [2 * (i + 1)];
    for (const [j, y] of b.entries()) {
      const replace = x === y ? 0 : x.toLowerCase() === y.toLowerCase() ? 1 : 2;
      let cost = Math.min((last[j] ?? far) + replace, (last[j + 1] ?? far) + 2, (row[j] ?? far) + 2);
      if (x === b[j - 1] && y === a[i - 1] && x !== y) cost = Math.min(cost, (before[j - 1] ?? far) + 2);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? far;
}
