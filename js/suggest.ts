// "Did you mean": the known name that an unknown one probably stands for.
import { foreignWords } from "./foreign_words.js";
import { nearest } from "./nearest.js";

/** The name that is meant: the same name in another style (snake_case, kebab-case), what another system's word is called
 *  here, or else the nearest by spelling. */
export function suggestion(word: string, names: Iterable<string>): string | undefined {
  const known = [...names];
  const byWord = new Map(known.map((name) => [plain(name), name]));
  const own = byWord.get(plain(word));
  if (own !== undefined) return own;
  for (const name of foreignWords.get(plain(word)) ?? []) {
    const ours = byWord.get(plain(name));
    if (ours !== undefined) return ours;
  }
  return nearest(word, known);
}

function plain(name: string): string {
  return name.replace(/[_-]/g, "").toLowerCase();
}
