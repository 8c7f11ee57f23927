// What is wrong with a setting of a page, as an error.
import { DagfillError } from "../face.js";

/** Of the names the one that differs by one letter, or by none but case, in words. */
export function didYouMean(word: string, names: readonly string[]): string | undefined {
  const near = names.find(
    (name) => Math.abs(name.length - word.length) < 2 && cuts(name).some((cut) => cuts(word).includes(cut)),
  );
  return near && `Did you mean ${near}?`;
}

/** The word, and what is left of it without one of its letters. */
function cuts(word: string): string[] {
  const lower = word.toLowerCase();
  return [lower, ...Array.from(lower, (_, at) => lower.slice(0, at) + lower.slice(at + 1))];
}

export function wrongSetting(field: string, message: string, hint?: string): DagfillError {
  return new DagfillError("INVALID_OPTION", message, { field, ...(hint && { hint }) });
}
