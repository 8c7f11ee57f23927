// Python's format specifications, as f-strings, str.format() and format() read them: `>8`, `02d`, `,.2f`, `.1%`.
import { exponentText, strOf } from "./repr.js";
import { Float, type Value } from "./value.js";

const SPECIFICATION =
  /^(?:(?<fill>.)(?<side>[<>=^])|(?<align>[<>=^]))?(?<sign>[-+ ])?(?<hash>#)?(?<zero>0)?(?<width>\d{1,4})?(?<group>[,_])?(?:\.(?<precision>\d{1,2}))?(?<type>[bcdeEfFgGosxX%])?$/su;

interface Specification {
  fill: string;
  align: string | undefined;
  sign: string | undefined;
  alternate: boolean;
  width: number;
  group: string | undefined;
  precision: number | undefined;
  type: string | undefined;
}

/** format(value, specification); `undefined` where Python would raise, or only a running Python could tell. */
export function formatted(value: Value, specification: string): string | undefined {
  if (specification === "") return strOf(value);
  const spec = specificationOf(specification);
  if (spec === undefined) return undefined;
  if (typeof value === "string") return formattedText(value, spec);
  if (typeof value === "boolean") return formattedNumber(Number(value), false, spec);
  if (typeof value === "number") return formattedNumber(value, false, spec);
  return value instanceof Float ? formattedNumber(value.value, true, spec) : undefined;
}

function specificationOf(text: string): Specification | undefined {
  const parts = SPECIFICATION.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const align = parts.side ?? parts.align ?? (parts.zero === undefined ? undefined : "=");
  return {
    fill: parts.fill ?? (parts.zero === undefined ? " " : "0"),
    align,
    sign: parts.sign,
    alternate: parts.hash !== undefined,
    width: Number(parts.width ?? 0),
    group: parts.group,
    precision: parts.precision === undefined ? undefined : Number(parts.precision),
    type: parts.type,
  };
}

function formattedText(text: string, spec: Specification): string | undefined {
  if (spec.type !== undefined && spec.type !== "s") return undefined;
  if (spec.align === "=" || spec.sign !== undefined || spec.alternate || spec.group !== undefined)
    return undefined;
  const characters = Array.from(text).slice(0, spec.precision);
  return padded("", characters.join(""), { ...spec, align: spec.align ?? "<" });
}

function formattedNumber(value: number, isFloat: boolean, spec: Specification): string | undefined {
  if (!Number.isFinite(value) || (!isFloat && !Number.isSafeInteger(value))) return undefined;
  // Python groups the zeros that fill a width, too, which is not followed.
  if (spec.group !== undefined && spec.fill === "0" && spec.width > 0) return undefined;
  const isNegative = value < 0 || Object.is(value, -0);
  const digits = digitsOf(Math.abs(value), isFloat, spec);
  if (digits === undefined) return undefined;
  const sign = isNegative ? "-" : spec.sign === "+" || spec.sign === " " ? spec.sign : "";
  return padded(sign + digits.prefix, digits.text, { ...spec, align: spec.align ?? ">" });
}

function padded(start: string, text: string, { fill, align, width }: Specification): string {
  const missing = Math.max(0, width - Array.from(start + text).length);
  if (align === "=") return start + fill.repeat(missing) + text;
  const before = align === "<" ? 0 : align === ">" ? missing : Math.floor(missing / 2);
  return fill.repeat(before) + start + text + fill.repeat(missing - before);
}

const RADIX: { readonly [type: string]: number } = { b: 2, o: 8, x: 16, X: 16 };

/** Digits of a number that is not negative, and what stands before them. */
function digitsOf(
  value: number,
  isFloat: boolean,
  spec: Specification,
): { prefix: string; text: string } | undefined {
  const { type, precision, group, alternate } = spec;
  const isWhole = type === undefined ? !isFloat : "bcdoxX".includes(type);
  if (isWhole) {
    if (isFloat || precision !== undefined || type === "c") return undefined;
    const radix = RADIX[type ?? "d"];
    if (radix === undefined) return { prefix: "", text: grouped(String(value), group, 3) };
    if (group === ",") return undefined;
    const text = grouped(value.toString(radix), group, 4);
    const prefix = alternate ? `0${type}` : "";
    return { prefix, text: type === "X" ? text.toUpperCase() : text };
  }
  if (alternate || type === "s") return undefined;
  const text = type === undefined ? plain(value, precision) : scientific(value, precision ?? 6, type);
  if (text === undefined) return undefined;
  const point = text.search(/[^\d]|$/);
  return { prefix: "", text: grouped(text.slice(0, point), group, 3) + text.slice(point) };
}

/** A float without a type. With a precision Python has rules of its own, which are not followed. */
function plain(value: number, precision: number | undefined): string | undefined {
  return precision === undefined ? strOf(new Float(value)) : undefined;
}

function scientific(value: number, precision: number, type: string): string | undefined {
  if (type === "%") {
    const text = fixed(value * 100, precision);
    return text === undefined ? undefined : `${text}%`;
  }
  const small = type.toLowerCase();
  const text =
    small === "f"
      ? fixed(value, precision)
      : small === "e"
        ? exponential(value, precision)
        : general(value, precision);
  return type === small ? text : text?.toUpperCase();
}

/** `g`: so many digits that count, without zeros at the end. */
function general(value: number, precision: number): string | undefined {
  const digits = Math.max(1, precision);
  const text = exponential(value, digits - 1);
  if (text === undefined) return undefined;
  const [mantissa = "", exponent] = text.split("e");
  const power = Number(exponent);
  if (power < -4 || power >= digits) return withoutZeros(mantissa) + exponentText(String(power));
  const plainText = fixed(value, digits - 1 - power);
  return plainText === undefined ? undefined : withoutZeros(plainText);
}

function withoutZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** So many further digits show whether a number lies exactly between two that could be written. */
const BEYOND = 45;

/** toFixed() as Python rounds: from exactly between two to the even one. */
function fixed(value: number, precision: number): string | undefined {
  if (value >= 1e21 || precision + BEYOND > 100) return undefined;
  return toEven(value.toFixed(precision), value.toFixed(precision + BEYOND));
}

function exponential(value: number, precision: number): string | undefined {
  if (precision + BEYOND > 100) return undefined;
  const [rounded = "", exponent = "0"] = value.toExponential(precision).split("e");
  const [exact = "", power = "0"] = value.toExponential(precision + BEYOND).split("e");
  const mantissa = exponent === power ? toEven(rounded, exact) : rounded;
  return mantissa + exponentText(exponent);
}

/** `rounded`, or the digits of `exact` where it lies exactly between two and the lower one is even. */
function toEven(rounded: string, exact: string): string {
  const rest = exact.slice(-BEYOND);
  const kept = exact.slice(0, -BEYOND).replace(/\.$/, "");
  const isTie = rest.startsWith("5") && /^0+$/.test(rest.slice(1));
  return isTie && Number(kept.at(-1)) % 2 === 0 ? kept : rounded;
}

function grouped(digits: string, sign: string | undefined, size: number): string {
  if (sign === undefined) return digits;
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= size)
    groups.unshift(digits.slice(Math.max(0, end - size), end));
  return groups.join(sign);
}
