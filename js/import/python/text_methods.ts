// Methods of texts, as far as their result is the same in every Python.
import type { Arguments } from "./call.js";
import { formatMethod } from "./format_string.js";
import type { Reader } from "./reader.js";
import { marked, type Value } from "./value.js";

/** Calls a method of a text; `undefined` for one that is not known, and where Python would raise. */
export function textMethod(text: string, name: string, args: Arguments, reader: Reader): Value | undefined {
  const { budget } = reader;
  budget.text(text);
  if (name === "format") return formatMethod(text, args, reader);
  const [a, b] = args.positional;
  if (name === "join") return joined(text, a, reader);
  if (name === "split" || name === "rsplit")
    return split(text, a ?? args.named.get("sep") ?? null, b ?? args.named.get("maxsplit") ?? -1, name);
  if (name === "strip" || name === "lstrip" || name === "rstrip") return stripped(text, name, a ?? null);
  if (name === "ljust" || name === "rjust") return justified(text, name, a, b ?? " ");
  if (name === "startswith" || name === "endswith") return hasEnd(text, name, a);
  if (args.named.size > 0) return undefined;
  if (typeof a === "string" && typeof b === "string" && name === "replace")
    return replaced(text, a, b, reader);
  if (typeof a === "string" && b === undefined) return WITH_TEXT[name]?.(text, a);
  if (typeof a === "number" && name === "zfill") return zeroFilled(text, a);
  return a === undefined ? ALONE[name]?.(text) : undefined;
}

const ALONE: { readonly [name: string]: (text: string) => Value } = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  casefold: (text) => text.toLowerCase(),
  capitalize: capitalized,
  title: (text) => text.replace(/\p{L}+/gu, capitalized),
  splitlines: (text) => {
    const lines = text.split(/\r\n|\n|\r/);
    if (lines.at(-1) === "") lines.pop();
    return marked(lines, false);
  },
};

const WITH_TEXT: { readonly [name: string]: (text: string, other: string) => Value } = {
  removeprefix: (text, start) => (text.startsWith(start) ? text.slice(start.length) : text),
  removesuffix: (text, end) =>
    end !== "" && text.endsWith(end) ? text.slice(0, text.length - end.length) : text,
  count: (text, part) => (part === "" ? Array.from(text).length + 1 : text.split(part).length - 1),
  find: (text, part) => {
    const at = text.indexOf(part);
    return at < 0 ? -1 : Array.from(text.slice(0, at)).length;
  },
};

function capitalized(text: string): string {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("").toLowerCase();
}

function joined(sign: string, list: Value | undefined, { budget }: Reader): string | undefined {
  const pieces = list instanceof Map ? [...list.keys()] : list;
  if (!Array.isArray(pieces) || !pieces.every((piece) => typeof piece === "string")) return undefined;
  return budget.joined(pieces.flatMap((piece, at) => (at === 0 ? [piece] : [sign, piece])));
}

function split(text: string, sign: Value, most: Value, name: "split" | "rsplit"): Value[] | undefined {
  if (typeof most !== "number" || (sign !== null && typeof sign !== "string") || sign === "")
    return undefined;
  const parts = sign === null ? text.split(/\s+/).filter((part) => part !== "") : text.split(sign);
  if (most < 0 || parts.length <= most + 1) return marked(parts, false);
  // Between words the white space of the rest is kept, which a list of words does not tell.
  if (sign === null) return undefined;
  const [start, end] = name === "split" ? [most, parts.length] : [0, parts.length - most];
  const rest = parts.slice(start, end).join(sign);
  return marked([...parts.slice(0, start), rest, ...parts.slice(end)], false);
}

function stripped(text: string, name: "strip" | "lstrip" | "rstrip", signs: Value): string | undefined {
  if (signs !== null && typeof signs !== "string") return undefined;
  const characters = Array.from(text);
  const goes = (at: number) => {
    const character = characters[at];
    if (character === undefined) return false;
    return signs === null ? character.trim() === "" : signs.includes(character);
  };
  let [start, end] = [0, characters.length];
  while (name !== "rstrip" && start < end && goes(start)) start += 1;
  while (name !== "lstrip" && end > start && goes(end - 1)) end -= 1;
  return characters.slice(start, end).join("");
}

const WIDEST = 10_000;

function justified(
  text: string,
  name: "ljust" | "rjust",
  width: Value | undefined,
  fill: Value,
): string | undefined {
  if (
    typeof width !== "number" ||
    width > WIDEST ||
    typeof fill !== "string" ||
    Array.from(fill).length !== 1
  )
    return undefined;
  const missing = fill.repeat(Math.max(0, width - Array.from(text).length));
  return name === "ljust" ? text + missing : missing + text;
}

function zeroFilled(text: string, width: number): string | undefined {
  if (width > WIDEST) return undefined;
  const sign = text.startsWith("-") || text.startsWith("+") ? (text[0] as string) : "";
  const missing = Math.max(0, width - Array.from(text).length);
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

function hasEnd(text: string, name: "startswith" | "endswith", ends: Value | undefined): boolean | undefined {
  const list = Array.isArray(ends) ? ends : [ends];
  if (!list.every((end) => typeof end === "string")) return undefined;
  return list.some((end) => (name === "startswith" ? text.startsWith(end) : text.endsWith(end)));
}

function replaced(text: string, old: string, by: string, { budget }: Reader): string | undefined {
  const parts = old === "" ? ["", ...text, ""] : text.split(old);
  return budget.joined(parts.flatMap((part, at) => (at === 0 ? [part] : [by, part])));
}
