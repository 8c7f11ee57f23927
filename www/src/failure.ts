import type { DagfillError } from "dagfill";
import type { EngineError } from "./model";

/** Any thrown value as plain data. Errors of the package keep their code, place and hint. They are known by their code,
 *  not by their class: each entry of the package may bring its own. */
export function failureOf(thrown: unknown): EngineError {
  if (isPackageError(thrown)) {
    const { code, message, field, input, start, end, hint, details } = thrown;
    return { code, message, field, input, start, end, hint, details };
  }
  return { code: "INTERNAL", message: thrown instanceof Error ? thrown.message : String(thrown) };
}

function isPackageError(thrown: unknown): thrown is DagfillError {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string";
}

/** The message of an error, and its hint at what to do, as sentences. */
export function sentencesOf({ message, hint }: Pick<EngineError, "message" | "hint">): string {
  if (!hint) return message;
  // A hint that begins with a word, not with the name of an option, is a sentence of its own.
  const sentence = /^[a-z]+\b/.test(hint) ? `${hint.charAt(0).toUpperCase()}${hint.slice(1)}` : hint;
  return `${message}${".?!".includes(message.at(-1) ?? "") ? "" : "."} ${sentence}`;
}
