// The error of a wrong setting of a page.
import { BackfillService, DagfillError } from "../face.js";

/** A hint at the name that is most like the word; undefined where none is. */
export function didYouMean(word: string, names: readonly string[]): string | undefined {
  const near = BackfillService.nearest(word, names);
  return near && `Did you mean ${near}?`;
}

export function wrongSetting(field: string, message: string, hint?: string): DagfillError {
  return new DagfillError("INVALID_OPTION", message, { field, ...(hint && { hint }) });
}
