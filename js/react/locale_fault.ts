// Validates the `locale` of a page: each wrong text is named.
import type { DagfillError } from "../face.js";
import { didYouMean, wrongSetting } from "./wrong_setting.js";

/** The language, where numbers and dates can be written in it. */
function languageFault(language: unknown): DagfillError | null {
  try {
    Intl.getCanonicalLocales(language as string);
    if (typeof language === "string") return null;
  } catch {
    // Said below.
  }
  const shown = String(language);
  const meant = shown.replaceAll("_", "-");
  return wrongSetting(
    "locale.language",
    `locale.language: expected a language tag (BCP 47) such as "de-DE", got ${shown}`,
    meant === shown ? undefined : `Did you mean ${meant}?`,
  );
}

/** Why a text cannot stand in the place of the English one; null where it can. `own`: the English texts that have its path, `within`. */
export function textFault(
  within: string,
  name: string,
  text: unknown,
  english: unknown,
  own: object,
): DagfillError | null {
  const field = `${within}.${name}`;
  if (field === "locale.language") return languageFault(text);
  if (english === undefined)
    return wrongSetting(field, `${within}: there is no text "${name}"`, didYouMean(name, Object.keys(own)));
  if (typeof text === typeof english && text !== null) return null;
  const expected = typeof english === "object" ? "an object of texts" : `a ${typeof english}`;
  return wrongSetting(field, `${field}: expected ${expected}, got ${typeof text}`);
}
