// Functions of Python and of its standard library that a DAG file makes names, lists and commands with.
import type { Arguments } from "./call.js";
import { formatted } from "./format.js";
import { orderOf, truthOf } from "./operators.js";
import type { Reader } from "./reader.js";
import { strOf } from "./repr.js";
import { Float, isTuple, marked, Name, numberOf, TaskObject, TaskOutput, type Value } from "./value.js";

type Call = (args: Arguments, reader: Reader) => Value | undefined;

/** The function of this dotted name; `undefined` for one that is not known. */
export function builtin(path: string): Call | undefined {
  const short = path.startsWith("builtins.") ? path.slice("builtins.".length) : path;
  if (Object.hasOwn(PLAIN, short)) return PLAIN[short];
  const end = Object.keys(OF_MODULES).find((name) => short === name || short.endsWith(`.${name}`));
  return end === undefined ? undefined : OF_MODULES[end];
}

function members(value: Value | undefined): readonly Value[] | undefined {
  if (value instanceof Map) return [...value.keys()];
  return Array.isArray(value) ? value : undefined;
}

function list(value: Value | undefined, reader: Reader): Value[] | undefined {
  const items = value === undefined ? [] : members(value);
  reader.budget.spend(items?.length ?? 0);
  return items === undefined ? undefined : [...items];
}

/** Functions without a module before them. */
const PLAIN: { readonly [name: string]: Call } = {
  dict: ({ positional: [base], named }) => {
    const pairs = base instanceof Map ? [...base] : base === undefined ? [] : members(base);
    if (!pairs?.every((pair) => Array.isArray(pair) && pair.length === 2)) return undefined;
    return new Map<Value, Value>([...(pairs as [Value, Value][]), ...named]);
  },
  list: ({ positional: [base] }, reader) => markedAs(list(base, reader), false),
  tuple: ({ positional: [base] }, reader) => markedAs(list(base, reader), true),
  set: ({ positional: [base] }, reader) => list(base, reader),
  frozenset: ({ positional: [base] }, reader) => list(base, reader),
  len: ({ positional: [value] }) =>
    typeof value === "string" ? Array.from(value).length : members(value)?.length,
  reversed: ({ positional: [base] }, reader) =>
    Array.isArray(base) ? list(base, reader)?.reverse() : undefined,
  sorted: ({ positional: [base], named }, reader) => sorted(base, named, reader),
  zip: ({ positional }, reader) => {
    const lists = positional.map((value) => list(value, reader));
    if (lists.length === 0 || !lists.every((items) => items !== undefined)) return undefined;
    const length = Math.min(...lists.map((items) => items.length));
    return Array.from({ length }, (_, at) =>
      marked(
        lists.map((items) => items[at] as Value),
        true,
      ),
    );
  },
  enumerate: ({ positional: [base, from], named }, reader) => {
    const start = from ?? named.get("start") ?? 0;
    const items = list(base, reader);
    if (items === undefined || typeof start !== "number") return undefined;
    return items.map((item, at) => marked([start + at, item], true));
  },
  range: ({ positional }) => range(positional),
  // Of a task it is a template, whose dependency Airflow does not know either.
  str: ({ positional: [value = ""] }) =>
    !(value instanceof TaskObject) && !(value instanceof TaskOutput) ? strOf(value) : undefined,
  format: ({ positional: [value, spec] }) =>
    value !== undefined && typeof (spec ?? "") === "string"
      ? formatted(value, (spec ?? "") as string)
      : undefined,
  int: ({ positional: [value, base] }) => (base === undefined ? wholeOf(value) : undefined),
  float: ({ positional: [value] }) => floatOf(value),
  bool: ({ positional: [value = false] }) => truthOf(value),
  isinstance: ({ positional: [value, type] }) => isInstance(value, type),
  abs: ({ positional: [value] }) =>
    value instanceof Float
      ? new Float(Math.abs(value.value))
      : typeof value === "number"
        ? Math.abs(value)
        : undefined,
  min: (args, reader) => extreme(args, -1, reader),
  max: (args, reader) => extreme(args, 1, reader),
  sum: ({ positional: [base] }) => {
    const items = members(base);
    return items?.every((item) => typeof item === "number")
      ? items.reduce((sum, item) => sum + item, 0)
      : undefined;
  },
  any: ({ positional: [base] }) => {
    const truths = members(base)?.map(truthOf);
    return truths?.includes(undefined) === false ? truths.includes(true) : undefined;
  },
  all: ({ positional: [base] }) => {
    const truths = members(base)?.map(truthOf);
    return truths?.includes(undefined) === false ? !truths.includes(false) : undefined;
  },
};

/** Functions by the end of their dotted name. */
const OF_MODULES: { readonly [name: string]: Call } = {
  dedent: ({ positional: [text] }) => (typeof text === "string" ? dedent(text) : undefined),
  cleandoc: ({ positional: [text] }) => (typeof text === "string" ? dedent(text).trim() : undefined),
  Path: ({ positional: [path] }) => path,
  "path.join": ({ positional }, { budget }) => {
    if (!positional.every((part) => typeof part === "string")) return undefined;
    return budget.joined([positional.reduce(pathJoined)]);
  },
  basename: ({ positional: [path] }) =>
    typeof path === "string" ? path.slice(path.lastIndexOf("/") + 1) : undefined,
  splitext: ({ positional: [path] }) => {
    const dot = typeof path === "string" ? path.lastIndexOf(".") : -1;
    return dot < 0 ? undefined : marked([(path as string).slice(0, dot), (path as string).slice(dot)], true);
  },
  "copy.copy": copied,
  deepcopy: copied,
  "chain.from_iterable": ({ positional: [base] }, reader) => {
    const lists = members(base)?.map((item) => list(item, reader));
    return lists?.every((items) => items !== undefined) ? lists.flat() : undefined;
  },
  product: ({ positional, named }, reader) => {
    const lists = positional.map((value) => list(value, reader));
    return named.size === 0 && lists.every((items) => items !== undefined)
      ? product(lists, reader)
      : undefined;
  },
  Param: ({ positional, named }) => positional[0] ?? named.get("default") ?? null,
  XComArg: ({ positional: [operator], named }) => operator ?? named.get("operator"),
};

/** Of the types of literals. */
const TYPES: { readonly [name: string]: (value: Value) => boolean | undefined } = {
  str: (value) => typeof value === "string",
  dict: (value) => value instanceof Map,
  bool: (value) => typeof value === "boolean",
  int: (value) => typeof value === "number" || typeof value === "boolean",
  float: (value) => value instanceof Float,
  list: (value) => (Array.isArray(value) ? negated(isTuple(value)) : false),
  tuple: (value) => (Array.isArray(value) ? isTuple(value) : false),
};

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function isInstance(value: Value | undefined, type: Value | undefined): boolean | undefined {
  if (Array.isArray(type)) {
    const found = type.map((one) => isInstance(value, one));
    return found.includes(true) ? true : found.includes(undefined) ? undefined : false;
  }
  if (value === undefined || truthOf(value) === undefined || !(type instanceof Name)) return undefined;
  return TYPES[type.path]?.(value);
}

function markedAs(items: Value[] | undefined, tuple: boolean): Value[] | undefined {
  return items === undefined ? undefined : marked(items, tuple);
}

/** A copy, also of what is inside of it: nobody changes the members of a copy. */
function copied({ positional: [base] }: Arguments, reader: Reader): Value | undefined {
  if (base instanceof Map) return new Map(base);
  return Array.isArray(base) ? list(base, reader) : base;
}

function pathJoined(path: string, part: string): string {
  if (part.startsWith("/") || path === "") return part;
  return path.endsWith("/") ? path + part : `${path}/${part}`;
}

function sorted(
  base: Value | undefined,
  named: ReadonlyMap<string, Value>,
  reader: Reader,
): Value[] | undefined {
  const items = list(base, reader);
  const reverse = named.get("reverse") ?? false;
  if (items === undefined || named.has("key") || typeof reverse !== "boolean") return undefined;
  let isComparable = true;
  items.sort((a, b) => {
    const order = orderOf(a, b, reader.budget);
    if (order === undefined) isComparable = false;
    return reverse ? -(order ?? 0) : (order ?? 0);
  });
  return isComparable ? marked(items, false) : undefined;
}

function extreme({ positional, named }: Arguments, sign: 1 | -1, { budget }: Reader): Value | undefined {
  const items = positional.length === 1 ? members(positional[0]) : positional;
  if (items === undefined || named.size > 0) return undefined;
  let best = items[0];
  for (const item of items) {
    const order = best === undefined ? undefined : orderOf(item, best, budget);
    if (order === undefined) return undefined;
    if (order * sign > 0) best = item;
  }
  return best;
}

function wholeOf(value: Value | undefined): number | undefined {
  if (typeof value === "boolean") return Number(value);
  const text = typeof value === "string" ? value.trim() : "";
  const number = /^[-+]?\d+$/.test(text) ? Number(text) : numberOf(value);
  return number !== undefined && Number.isSafeInteger(Math.trunc(number)) ? Math.trunc(number) : undefined;
}

function floatOf(value: Value | undefined): Float | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : numberOf(value);
  return number === undefined ? undefined : new Float(number);
}

const LONGEST_RANGE = 10_000;

function range(values: readonly Value[]): Value[] | undefined {
  if (!values.every((value) => typeof value === "number")) return undefined;
  const [start = 0, end = 0, step = 1] = values.length === 1 ? [0, values[0]] : values;
  const numbers: number[] = [];
  for (let at = start; step !== 0 && (step > 0 ? at < end : at > end); at += step) {
    if (numbers.length >= LONGEST_RANGE) return undefined;
    numbers.push(at);
  }
  return numbers;
}

function product(lists: readonly Value[][], { budget }: Reader): Value[] {
  let rows: Value[][] = [[]];
  for (const items of lists) {
    budget.spend(rows.length * items.length);
    rows = rows.flatMap((row) => items.map((item) => [...row, item]));
  }
  return rows.map((row) => marked(row, true));
}

/** textwrap.dedent: the indentation that all lines share goes. */
function dedent(text: string): string {
  const lines = text.split("\n").map((line) => (line.trim() === "" ? "" : line));
  const indents = lines.filter((line) => line !== "").map((line) => line.length - line.trimStart().length);
  const shared = indents.reduce((least, indent) => Math.min(least, indent), indents[0] ?? 0);
  return lines.map((line) => line.slice(shared)).join("\n");
}
