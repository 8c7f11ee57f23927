// The worth of one expression. Nothing is run: literals, names of the file, arithmetic and a few well-known constructors are
// understood, everything else is Unknown.
import type { SyntaxNode } from "@lezer/common";
import { call } from "./call.js";
import { comprehension, dictComprehension } from "./comprehension.js";
import { numberValue, parts, stringValue, unescaped } from "./literal.js";
import type { Reader } from "./reader.js";
import { Duration, isKnown, Name, outputOf, TaskObject, type Value } from "./value.js";

/** Evaluates an expression in the reader's present scope. */
export function evaluate(node: SyntaxNode, reader: Reader): Value {
  reader.budget.step(node, node.to - node.from);
  const known = reader.budget.nested(node, () => KINDS[node.name]?.(node, reader));
  if (known === undefined) return reader.unknown(node);
  // The value of a name or a member exists already; any other expression made a new one, which counts against the budget.
  if (node.name !== "VariableName" && node.name !== "MemberExpression") reader.budget.spend(sizeOf(known));
  return known;
}

function sizeOf(value: Value): number {
  if (Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 0;
}

type Kind = (node: SyntaxNode, reader: Reader) => Value | undefined;

const KINDS: { readonly [name: string]: Kind } = {
  String: (node, reader) => stringValue(reader.text(node)),
  FormatString: formatted,
  ContinuedString: (node, reader) =>
    joined(
      children(node).map((part) => evaluate(part, reader)),
      reader,
    ),
  Number: (node, reader) => numberValue(reader.text(node)),
  Boolean: (node, reader) => reader.text(node) === "True",
  None: () => null,
  VariableName: (node, reader) => reader.lookup(reader.text(node)),
  ArrayExpression: (node, reader) => items(node, reader),
  TupleExpression: (node, reader) => items(node, reader),
  SetExpression: (node, reader) => items(node, reader),
  DictionaryExpression: dictionary,
  ParenthesizedExpression: (node, reader) => first(node, reader),
  UnaryExpression: unary,
  BinaryExpression: binary,
  ConditionalExpression: conditional,
  NamedExpression: (node, reader) => {
    const [name, , value] = children(node);
    if (name === undefined || value === undefined) return undefined;
    const read = evaluate(value, reader);
    reader.assign(reader.text(name), read);
    return read;
  },
  MemberExpression: member,
  CallExpression: call,
  ArrayComprehensionExpression: comprehension,
  ComprehensionExpression: comprehension,
  SetComprehensionExpression: comprehension,
  DictionaryComprehensionExpression: dictComprehension,
  AwaitExpression: (node, reader) => first(node, reader),
};

const PUNCTUATION = new Set(["(", ")", "[", "]", "{", "}", ",", ":", "⚠", "Comment"]);

/** Members of a node without brackets and commas. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const list: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (!PUNCTUATION.has(child.name)) list.push(child);
  }
  return list;
}

function first(node: SyntaxNode, reader: Reader): Value | undefined {
  const inner = children(node)[0];
  return inner === undefined ? undefined : evaluate(inner, reader);
}

function items(node: SyntaxNode, reader: Reader): Value[] | undefined {
  const list: Value[] = [];
  let spread = false;
  for (const child of children(node)) {
    if (child.name === "*") {
      spread = true;
      continue;
    }
    const value = evaluate(child, reader);
    if (!spread) list.push(value);
    else if (!Array.isArray(value)) return undefined;
    else {
      reader.budget.spend(value.length);
      for (const member of value) list.push(member);
    }
    spread = false;
  }
  return list;
}

function dictionary(node: SyntaxNode, reader: Reader): Value | undefined {
  const entries = new Map<Value, Value>();
  const list = children(node);
  for (let at = 0; at < list.length; at += 2) {
    const [key, value] = [list[at] as SyntaxNode, list[at + 1]];
    if (value === undefined) return undefined;
    const read = evaluate(value, reader);
    if (key.name !== "**") entries.set(evaluate(key, reader), read);
    else if (read instanceof Map) {
      reader.budget.spend(read.size);
      for (const [name, inner] of read) entries.set(name, inner);
    } else return undefined;
  }
  return entries;
}

/** Text pieces of a string that is written in several. */
function joined(pieces: Value[], reader: Reader): Value | undefined {
  return pieces.every((piece) => typeof piece === "string") ? reader.budget.joined(pieces) : undefined;
}

/** f"..." whose expressions are all known and have no format. Doubled braces are braces: `f"{{{{ ds }}}}"` is `{{ ds }}`. */
function formatted(node: SyntaxNode, reader: Reader): Value | undefined {
  const source = reader.text(node);
  const { prefix, quote } = parts(source);
  const raw = prefix.includes("r");
  const literal = (text: string) => {
    const plain = raw ? text : unescaped(text);
    return plain.replaceAll("{{", "{").replaceAll("}}", "}");
  };
  const texts: string[] = [];
  let from = node.from + prefix.length + quote;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== "FormatReplacement") continue;
    texts.push(literal(reader.source.slice(from, child.from)));
    const inner = children(child);
    const value = inner.length === 1 ? evaluate(inner[0] as SyntaxNode, reader) : undefined;
    const piece = value instanceof TaskObject ? outputOf(value) : value;
    if (typeof piece !== "string" && typeof piece !== "number") return undefined;
    texts.push(String(piece));
    from = child.to;
  }
  return reader.budget.joined([...texts, literal(reader.source.slice(from, node.to - quote))]);
}

function unary(node: SyntaxNode, reader: Reader): Value | undefined {
  const operand = node.lastChild === null ? undefined : evaluate(node.lastChild, reader);
  const operator = node.firstChild === null ? "" : reader.text(node.firstChild);
  if (operator === "-" && typeof operand === "number") return -operand;
  if (operator === "-" && operand instanceof Duration) return new Duration(-operand.ms, -operand.months);
  if (operator === "+" && typeof operand === "number") return operand;
  if (operator === "not" && operand !== undefined && isKnown(operand, reader.budget)) return !isTrue(operand);
  return undefined;
}

function binary(node: SyntaxNode, reader: Reader): Value | undefined {
  const list = children(node);
  const [left, operator, right] = [list[0], list[1], list[list.length - 1]];
  if (left === undefined || operator === undefined || right === undefined) return undefined;
  const sign = reader.source.slice(operator.from, (list[list.length - 2] as SyntaxNode).to);
  const a = evaluate(left, reader);
  if (sign === ">>" || sign === "<<") return reader.edges.set(a, evaluate(right, reader), sign, node);
  const { budget } = reader;
  if (sign === "or") return isKnown(a, budget) ? (isTrue(a) ? a : evaluate(right, reader)) : undefined;
  if (sign === "and") return isKnown(a, budget) ? (isTrue(a) ? evaluate(right, reader) : a) : undefined;
  const b = evaluate(right, reader);
  if (!isKnown(a, budget) || !isKnown(b, budget)) return undefined;
  if (sign === "is") return a === b;
  if (sign.startsWith("is") && sign.endsWith("not")) return a !== b;
  if (sign === "==") return a === b;
  if (sign === "!=") return a !== b;
  if (sign === "in" || sign === "not in") {
    if (!Array.isArray(b) && !(b instanceof Map)) return undefined;
    return (Array.isArray(b) ? b.includes(a) : b.has(a)) === (sign === "in");
  }
  if (sign === "+" && typeof a === "string" && typeof b === "string") return budget.joined([a, b]);
  if (sign === "+" && Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  if (sign === "|" && a instanceof Map && b instanceof Map) return new Map([...a, ...b]);
  if (sign === "*" && a instanceof Duration && typeof b === "number")
    return new Duration(a.ms * b, a.months * b);
  if (sign === "+" && a instanceof Duration && b instanceof Duration)
    return new Duration(a.ms + b.ms, a.months + b.months);
  if (typeof a !== "number" || typeof b !== "number") return undefined;
  return ARITHMETIC[sign]?.(a, b);
}

const ARITHMETIC: { readonly [sign: string]: (a: number, b: number) => Value } = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b),
  "%": (a, b) => a - b * Math.floor(a / b),
  "**": (a, b) => a ** b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function conditional(node: SyntaxNode, reader: Reader): Value | undefined {
  const [yes, , condition, , no] = children(node);
  if (yes === undefined || condition === undefined || no === undefined) return undefined;
  const value = evaluate(condition, reader);
  return isKnown(value, reader.budget) ? evaluate(isTrue(value) ? yes : no, reader) : undefined;
}

const LONGEST_NAME = 1_000;

/** `a.b` and `a[b]`. */
function member(node: SyntaxNode, reader: Reader): Value | undefined {
  const object = node.firstChild;
  const last = node.lastChild;
  if (object === null || last === null) return undefined;
  const base = evaluate(object, reader);
  if (last.name === "PropertyName") {
    const name = reader.text(last);
    if (base instanceof Name)
      return base.path.length > LONGEST_NAME ? undefined : new Name(`${base.path}.${name}`);
    return reader.attribute(base, name);
  }
  // A part of an output is the output.
  if (base instanceof TaskObject) return base;
  if (node.getChild(":") !== null) return slice(node, base, reader);
  const inner = children(node)[1];
  const key = inner === undefined ? undefined : evaluate(inner, reader);
  if (base instanceof Map) return base.get(key as Value);
  if ((Array.isArray(base) || typeof base === "string") && typeof key === "number") return base.at(key);
  return undefined;
}

/** `a[from:to]`; with a step it is not known. */
function slice(node: SyntaxNode, base: Value, reader: Reader): Value | undefined {
  if (!Array.isArray(base) && typeof base !== "string") return undefined;
  const bounds: Value[] = [null];
  for (let child = node.firstChild?.nextSibling ?? null; child !== null; child = child.nextSibling) {
    if (child.name === ":") bounds.push(null);
    else if (child.name !== "[" && child.name !== "]") bounds[bounds.length - 1] = evaluate(child, reader);
  }
  const [from, to] = bounds.map((bound) => (bound === null ? undefined : bound));
  if (bounds.length > 2 || ![from, to].every((at) => at === undefined || typeof at === "number"))
    return undefined;
  reader.budget.spend(base.length);
  return base.slice(from as number | undefined, to as number | undefined);
}

/** Python's truth. */
export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (value instanceof Duration) return value.ms !== 0 || value.months !== 0;
  return typeof value === "object" && value !== null ? true : Boolean(value);
}
