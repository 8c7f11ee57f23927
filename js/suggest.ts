// "Did you mean": the twin of src/error/suggest.rs for names that JavaScript knows (options, flags, DAGs).

// Names of a library are short: whoever sends more did not misspell one of them, and the cost is quadratic.
const LONGEST = 64;

/** The name that needs the fewest edits (insert, delete, replace, swap of neighbours; case counts as half an edit), if those
 *  are few enough to be a misspelling: at most a third of the longer word. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const cost = twiceTheEdits(word, name);
    const allowed = 2 * Math.ceil(Math.max(word.length, name.length) / 3);
    if (cost <= allowed && cost < 2 * name.length && cost < least) {
      best = name;
      least = cost;
    }
  }
  return best;
}

function twiceTheEdits(a: string, b: string): number {
  const far = Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => 2 * j);
  for (let i = 0; i < a.length; i += 1) {
    const row = [2 * (i + 1)];
    for (let j = 0; j < b.length; j += 1) {
      const [x, y] = [a.charAt(i), b.charAt(j)];
      const replace = x === y ? 0 : x.toLowerCase() === y.toLowerCase() ? 1 : 2;
      let cost = Math.min((last[j] ?? far) + replace, (last[j + 1] ?? far) + 2, (row[j] ?? far) + 2);
      if (i > 0 && j > 0 && x === b.charAt(j - 1) && y === a.charAt(i - 1) && x !== y) {
        cost = Math.min(cost, (before[j - 1] ?? far) + 2);
      }
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? far;
}
