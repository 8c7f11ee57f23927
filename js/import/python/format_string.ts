// f-strings, and str.format(), which has the same fields.
import type { SyntaxNode } from "@lezer/common";
import type { Arguments } from "./call.js";
import { children, evaluate } from "./evaluate.js";
import { formatted } from "./format.js";
import { parts, unescaped } from "./literal.js";
import type { Reader } from "./reader.js";
import { reprOf, strOf } from "./repr.js";
import type { Value } from "./value.js";

/** Evaluates a FormatString. Doubled braces are braces: `f"{{{{ ds }}}}"` is `{{ ds }}`. */
export function formatString(node: SyntaxNode, reader: Reader): Value | undefined {
  const { prefix, quote } = parts(reader.text(node));
  const start = node.from + prefix.length + quote;
  const isRaw = prefix.includes("r");
  return pieces(node, start, node.to - quote, isRaw, reader);
}

/** The text between two places of the source, with what its replacements are worth. */
function pieces(
  node: SyntaxNode,
  start: number,
  end: number,
  isRaw: boolean,
  reader: Reader,
): string | undefined {
  const literal = (text: string) => {
    const plain = isRaw ? text : unescaped(text);
    return plain.replaceAll("{{", "{").replaceAll("}}", "}");
  };
  const texts: string[] = [];
  let from = start;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== "FormatReplacement") continue;
    texts.push(literal(reader.source.slice(from, child.from)));
    const text = replacement(child, isRaw, reader);
    if (text === undefined) return undefined;
    texts.push(text);
    from = child.to;
  }
  return reader.budget.joined([...texts, literal(reader.source.slice(from, end))]);
}

const OF_FORMAT = ["FormatSelfDoc", "FormatConversion", "FormatSpec"];

/** `{value}`, `{value!r}`, `{value:02d}`, `{value=}`. */
function replacement(node: SyntaxNode, isRaw: boolean, reader: Reader): string | undefined {
  const [expression, ...more] = children(node).filter(({ name }) => !OF_FORMAT.includes(name));
  if (expression === undefined || more.length > 0) return undefined;
  const value = evaluate(expression, reader);
  const [document, conversion, spec] = OF_FORMAT.map((name) => node.getChild(name));
  const specification =
    spec === null || spec === undefined ? "" : pieces(spec, spec.from + 1, spec.to, isRaw, reader);
  if (specification === undefined) return undefined;
  const letter = conversion === null || conversion === undefined ? undefined : reader.text(conversion).at(-1);
  if (document === null || document === undefined) return converted(value, letter, specification);
  // `{value=}` writes its source before the value, and the value as repr() does.
  const behind = conversion?.from ?? spec?.from ?? node.to - 1;
  const text = converted(value, letter ?? (specification === "" ? "r" : undefined), specification);
  return text === undefined ? undefined : reader.source.slice(node.from + 1, behind) + text;
}

/** A value behind its conversion (`r`, `s` or `a`) and its format specification. */
function converted(value: Value, conversion: string | undefined, specification: string): string | undefined {
  if (conversion === undefined) return formatted(value, specification);
  const text = conversion === "s" ? strOf(value) : reprOf(value);
  if (text === undefined || (conversion === "a" && /[^ -~]/.test(text))) return undefined;
  return formatted(text, specification);
}

/** str.format(): `{}`, `{0}`, `{name}`, `{name[key]}`, `{name.attribute}`, each with a conversion and a specification. */
export function formatMethod(text: string, args: Arguments, reader: Reader): string | undefined {
  reader.budget.text(text);
  return fields(text, args, { next: 0 }, reader);
}

function fields(text: string, args: Arguments, place: { next: number }, reader: Reader): string | undefined {
  const texts: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character !== "{" && character !== "}") texts.push(character);
    else if (text[at + 1] === character) {
      texts.push(character);
      at += 1;
    } else {
      const end = character === "{" ? closing(text, at) : -1;
      const piece = end < 0 ? undefined : field(text.slice(at + 1, end), args, place, reader);
      if (piece === undefined) return undefined;
      texts.push(piece);
      at = end;
    }
  }
  return reader.budget.joined(texts);
}

/** Where the brace that opens at `from` is closed; -1 where it is not. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    else if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

const FIELD = /^(?<name>\w*)(?<path>(?:\.\w+|\[[^\]]+\])*)(?:!(?<conversion>[rsa]))?(?::(?<spec>.*))?$/su;

function field(text: string, args: Arguments, place: { next: number }, reader: Reader): string | undefined {
  const { name = "", path = "", conversion, spec = "" } = FIELD.exec(text)?.groups ?? { name: "?" };
  let value: Value | undefined;
  if (name === "") value = args.positional[place.next++];
  else value = /^\d+$/.test(name) ? args.positional[Number(name)] : args.named.get(name);
  for (const [step] of path.matchAll(/\.\w+|\[[^\]]+\]/g)) {
    if (value === undefined) return undefined;
    const key = step.startsWith(".") ? step.slice(1) : step.slice(1, -1);
    const place = /^\d+$/.test(key) ? Number(key) : key;
    if (step.startsWith(".")) value = reader.attribute(value, key);
    else
      value =
        value instanceof Map ? value.get(place) : Array.isArray(value) ? value.at(Number(key)) : undefined;
  }
  // Fields of a specification are filled first.
  const specification = spec.includes("{") ? fields(spec, args, place, reader) : spec;
  if (value === undefined || specification === undefined) return undefined;
  return converted(value, conversion, specification);
}
