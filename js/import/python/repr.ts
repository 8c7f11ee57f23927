// str() and repr() of values that are known.
import { deeper } from "./budget.js";
import { Float, isTuple, outputOf, TaskObject, TaskOutput, type Value } from "./value.js";

/** str(value); `undefined` where only a running Python could tell. A task's output is the template of its XCom. */
export function strOf(value: Value): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof TaskObject || value instanceof TaskOutput ? outputOf(value) : reprOf(value);
}

/** repr(value); `undefined` where only a running Python could tell. */
export function reprOf(value: Value, depth = 0): string | undefined {
  if (typeof value === "string") return quoted(value);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  if (value instanceof Float) return floatText(value.value);
  const inner = deeper(depth);
  if (inner === undefined) return undefined;
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => {
      const [left, right] = [reprOf(key, inner), reprOf(item, inner)];
      return left === undefined || right === undefined ? undefined : `${left}: ${right}`;
    });
    return enclosed("{", entries, "}");
  }
  if (!Array.isArray(value)) return undefined;
  // A set, or a list whose origin is not known, has no certain text.
  const tuple = isTuple(value);
  if (tuple === undefined) return undefined;
  const items = value.map((item) => reprOf(item, inner));
  return tuple ? enclosed("(", items, items.length === 1 ? ",)" : ")") : enclosed("[", items, "]");
}

const LONGEST_CONTAINER = 1_000;

function enclosed(open: string, items: readonly (string | undefined)[], close: string): string | undefined {
  if (items.length > LONGEST_CONTAINER || items.some((item) => item === undefined)) return undefined;
  return open + items.join(", ") + close;
}

const ESCAPES: { readonly [character: string]: string } = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text in quotes. `undefined` where it has characters that Python may escape by their code. */
function quoted(text: string): string | undefined {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let inner = "";
  for (const character of text) {
    if (character === "\\" || character === quote) inner += `\\${character}`;
    else if (Object.hasOwn(ESCAPES, character)) inner += ESCAPES[character];
    else if (/[ \p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) inner += character;
    else return undefined;
  }
  return quote + inner + quote;
}

/** The shortest text that reads as the same number, with an exponent where Python writes one. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  if (value !== 0 && (Number(exponent) < -4 || Number(exponent) >= 16))
    return mantissa + exponentText(exponent);
  const text = String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** `e-05` of "-5": at least two digits. */
export function exponentText(exponent: string): string {
  const digits = Number(exponent);
  return `e${digits < 0 ? "-" : "+"}${String(Math.abs(digits)).padStart(2, "0")}`;
}
