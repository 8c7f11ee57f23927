/** The states that an edit left behind and those that an undo left behind, newest last. */
export interface Edits<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** The fields that the newest edit changed, and when: more of the same is no step of its own. */
  readonly last: { readonly what: string; readonly at: number } | null;
}

/** More steps back are not kept. */
const MOST = 100;
/** Changes of one field that follow each other faster are one step: nobody takes back single letters. */
const ONE_STEP = 1000;

export const unedited = <T>(now: T): Edits<T> => ({ past: [], now, future: [], last: null });

/** One edit. `at` is epoch milliseconds. */
export function edited<T extends object>(edits: Edits<T>, next: T, at: number): Edits<T> {
  const what = changed(edits.now, next);
  if (what === "") return { ...edits, now: next };
  const isSameStep = edits.last?.what === what && at - edits.last.at < ONE_STEP;
  const past = isSameStep ? edits.past : [...edits.past, edits.now].slice(-MOST);
  return { past, now: next, future: [], last: { what, at } };
}

export function undone<T>(edits: Edits<T>): Edits<T> {
  const before = edits.past.at(-1);
  if (before === undefined) return edits;
  return { past: edits.past.slice(0, -1), now: before, future: [...edits.future, edits.now], last: null };
}

export function redone<T>(edits: Edits<T>): Edits<T> {
  const next = edits.future.at(-1);
  if (next === undefined) return edits;
  return { past: [...edits.past, edits.now], now: next, future: edits.future.slice(0, -1), last: null };
}

/** The names of the fields that differ, with the lengths of lists: a task that is deleted is another step than its text. */
function changed<T extends object>(before: T, next: T): string {
  return (Object.keys(next) as (keyof T & string)[])
    .filter((key) => before[key] !== next[key])
    .map((key) => {
      const value = next[key];
      return Array.isArray(value) ? `${key} ${value.length}` : key;
    })
    .join();
}
