// Python's string and number literals.
import { Float } from "./value.js";

/** The text of a plain string literal with its prefix and quotes; `undefined` for bytes. */
export function stringValue(source: string): string | undefined {
  const { prefix, body } = parts(source);
  if (prefix.includes("b")) return undefined;
  return prefix.includes("r") ? body : unescaped(body);
}

/** Prefix in small letters, and what is between the quotes. */
export function parts(source: string): { prefix: string; body: string; quote: number } {
  let at = 0;
  while (at < source.length && source[at] !== '"' && source[at] !== "'") at += 1;
  const mark = source[at] ?? '"';
  const quote = source.startsWith(mark.repeat(3), at) ? 3 : 1;
  const body = source.slice(at + quote, source.length - quote);
  return { prefix: source.slice(0, at).toLowerCase(), body, quote };
}

const SIMPLE: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};
const CODES: Record<string, number> = { x: 2, u: 4, U: 8 };

/** Resolves escapes; one that Python does not know stays as it is. */
export function unescaped(text: string): string {
  let result = "";
  for (let at = 0; at < text.length; at += 1) {
    const next = text[at + 1];
    if (text[at] !== "\\" || next === undefined) {
      result += text[at];
      continue;
    }
    at += 1;
    const digits = CODES[next];
    const code = digits === undefined ? Number.NaN : Number.parseInt(text.slice(at + 1, at + 1 + digits), 16);
    if (digits !== undefined && code <= 0x10ffff) {
      result += String.fromCodePoint(code);
      at += digits;
    } else result += Object.hasOwn(SIMPLE, next) ? SIMPLE[next] : `\\${next}`;
  }
  return result;
}

/** A number literal: decimal, hexadecimal, octal, binary, with `_`. `undefined` for one that no JavaScript number holds exactly. */
export function numberValue(source: string): number | Float | undefined {
  const text = source.replaceAll("_", "").toLowerCase();
  const value = Number(text);
  if (Number.isNaN(value)) return undefined;
  if (!text.startsWith("0x") && /[.e]/.test(text)) return new Float(value);
  return Number.isSafeInteger(value) ? value : undefined;
}
