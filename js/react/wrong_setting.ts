// What is wrong with a setting of a page, as an error.
import { BackfillService, DagfillError } from "../face.js";

/** The nearest of the names, in words. */
export function didYouMean(word: string, names: readonly string[]): string | undefined {
  const near = BackfillService.nearest(word, names);
  return near && `Did you mean ${near}?`;
}

export function wrongSetting(field: string, message: string, hint?: string): DagfillError {
  return new DagfillError("INVALID_OPTION", message, { field, ...(hint && { hint }) });
}
