// The operator % of a text: `"%s/%02d" % (name, day)`, `"%(name)s" % {"name": "a"}`.
import type { Budget } from "./budget.js";
import { formatted } from "./format.js";
import { reprOf, strOf } from "./repr.js";
import { Float, isTuple, type Value } from "./value.js";

const FIELD =
  /%(?:\((?<key>[^()]*)\))?(?<flags>[-#0 +]*)(?<width>\d{1,4})?(?:\.(?<precision>\d{1,2}))?[hlL]?(?<type>[diouxXeEfFgGrs%])|%/g;

/** text % values; `undefined` where Python would raise, or only a running Python could tell. */
export function percent(text: string, values: Value, budget: Budget): string | undefined {
  budget.text(text);
  // A list may be the one value of a field, or its origin is not known: then it may be several.
  if (Array.isArray(values) && isTuple(values) === undefined) return undefined;
  const list = Array.isArray(values) && isTuple(values) === true ? [...values] : [values];
  const pieces: string[] = [];
  let [from, next] = [0, 0];
  for (const match of text.matchAll(FIELD)) {
    const {
      key,
      flags = "",
      width = "",
      precision,
      type,
    } = match.groups as { [name: string]: string | undefined };
    pieces.push(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (type === undefined) return undefined;
    if (type === "%") {
      pieces.push("%");
      continue;
    }
    const value = key === undefined ? list[next++] : values instanceof Map ? values.get(key) : undefined;
    const piece = value === undefined ? undefined : field(value, { type, flags, width, precision });
    if (piece === undefined) return undefined;
    pieces.push(piece);
  }
  // Values that no field takes are an error; a dict may have more than its text takes.
  if (next < list.length && !(values instanceof Map)) return undefined;
  return budget.joined([...pieces, text.slice(from)]);
}

interface Field {
  type: string;
  flags: string;
  width: string;
  precision: string | undefined;
}

function field(value: Value, { type, flags, width, precision }: Field): string | undefined {
  const isLeft = flags.includes("-");
  const cut = precision === undefined ? "" : `.${precision}`;
  if (type === "s" || type === "r") {
    const text = type === "s" ? strOf(value) : reprOf(value);
    return text === undefined ? undefined : formatted(text, `${isLeft ? "<" : ">"}${width}${cut}`);
  }
  const isWhole = "diouxX".includes(type);
  // A number of digits that is at least written is no precision of format().
  if (isWhole && precision !== undefined) return undefined;
  const whole = value instanceof Float && "diu".includes(type) ? Math.trunc(value.value) : value;
  const sign = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const zero = flags.includes("0") && !isLeft ? "0" : "";
  const alternate = flags.includes("#") ? "#" : "";
  const kind = "iu".includes(type) ? "d" : type;
  return typeof whole === "string"
    ? undefined
    : formatted(whole, `${isLeft ? "<" : ""}${sign}${alternate}${zero}${width}${cut}${kind}`);
}
