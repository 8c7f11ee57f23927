// An error in the words of the page.
import { DagfillError } from "../face.js";
import type { Locale } from "./locale.js";

export function errorWords({ errors }: Locale, error: Error): string {
  const words = error instanceof DagfillError ? errors[error.code] : undefined;
  return words === undefined ? error.message : words(error as DagfillError);
}

/** The hint of an error, in English; nothing where the page says the error in its own words. */
export function errorHint({ errors }: Locale, error: Error): string | null {
  if (!(error instanceof DagfillError) || errors[error.code] !== undefined) return null;
  return error.hint ?? null;
}
