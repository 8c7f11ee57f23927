// "Did you mean": the known name that an unknown one probably stands for.
import { adviceFor } from "./foreign_advice.js";
import { foreignWords } from "./foreign_words.js";
import { nearest } from "./nearest.js";

/** The name that is meant: the same name in another style (snake_case, kebab-case), what another system's word is called
 *  here, or else the nearest by spelling. */
export function suggestion(word: string, names: Iterable<string>): string | undefined {
  const known = [...names];
  return byMeaning(word, known) ?? nearest(word, known);
}

/** The hint of an error about an unknown option: the name to write instead. */
export function unknownHint(word: string, names: readonly string[]): string | undefined {
  const meant = byMeaning(word, names);
  const instead = meant === undefined ? advice(word, names) : undefined;
  const near = meant ?? nearest(word, names);
  return instead ?? (near === undefined ? undefined : `Did you mean ${near}?`);
}

/** The advice for a word of another system that has no counterpart here. */
export function advice(word: string, names: readonly string[]): string | undefined {
  return adviceFor(plain(word), names);
}

function byMeaning(word: string, known: readonly string[]): string | undefined {
  const byWord = new Map(known.map((name) => [plain(name), name]));
  const own = byWord.get(plain(word));
  if (own !== undefined) return own;
  for (const name of foreignWords.get(plain(word)) ?? []) {
    const ours = byWord.get(plain(name));
    if (ours !== undefined) return ours;
  }
  return undefined;
}

function plain(name: string): string {
  return name.replace(/[_-]/g, "").toLowerCase();
}
