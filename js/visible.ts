// Text that people will read in a terminal: names and messages come from outside and may hold escape sequences.

/** Control characters but for the line break and the tab, and the marks that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const invisible = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The text with such characters written as \\u001b, so that a terminal shows them and does not obey. */
export function visible(text: string): string {
  return text.replace(invisible, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A long text by its start and its end: at most so many characters. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2) - 15;
  return `${text.slice(0, half)}... (${text.length} characters) ...${text.slice(-half)}`;
}

/** Names in it that fill pages are cut before the whole is, so that what is said about them stays. */
export function readable(text: string, most: number): string {
  return shortened(
    visible(text).replace(/\S{200,}/g, (word) => shortened(word, 160)),
    most,
  );
}
