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
  const shown = JSON.stringify(language) ?? String(language);
  const meant = String(language).replaceAll("_", "-");
  return wrongSetting(
    "locale.language",
    `locale.language: expected a language tag (BCP 47) such as "de-DE", got ${shown}`,
    meant === language ? undefined : `Did you mean ${meant}?`,
  );
}

/** Why a text cannot stand in the place of the English one; null where it can. */
export function textFault(name: string, text: unknown, english: Readonly<object>): DagfillError | null {
  const own = (english as Record<string, unknown>)[name];
  const field = `locale.${name}`;
  if (own === undefined)
    return wrongSetting(field, `locale: there is no text "${name}"`, didYouMean(name, Object.keys(english)));
  if (name === "language") return languageFault(text);
  if (typeof text === typeof own && text !== null) return null;
  const expected = typeof own === "object" ? "an object of texts" : `a ${typeof own}`;
  return wrongSetting(field, `${field}: expected ${expected}, got ${typeof text}`);
}
