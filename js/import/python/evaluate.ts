// The worth of one expression. Nothing is run: literals, names of the file, arithmetic and a few well-known constructors are
// understood, everything else is Unknown.
import type { SyntaxNode } from "@lezer/common";
import { call } from "./call.js";
import { enumMembers } from "./classes.js";
import { comprehension, dictComprehension } from "./comprehension.js";
import { formatString } from "./format_string.js";
import { numberValue, stringValue } from "./literal.js";
import { binary, truthOf, unary } from "./operators.js";
import type { Reader } from "./reader.js";
import { ClassObject, marked, TaskObject, TaskOutput, type Value } from "./value.js";

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
  FormatString: formatString,
  ContinuedString: (node, reader) =>
    joined(
      children(node).map((part) => evaluate(part, reader)),
      reader,
    ),
  Number: (node, reader) => numberValue(reader.text(node)),
  Boolean: (node, reader) => reader.text(node) === "True",
  None: () => null,
  VariableName: (node, reader) => reader.lookup(reader.text(node)),
  ArrayExpression: (node, reader) => sequence(node, false, reader),
  TupleExpression: (node, reader) => sequence(node, true, reader),
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
  ArrayComprehensionExpression: (node, reader) => {
    const list = comprehension(node, reader);
    return list === undefined ? undefined : marked(list, false);
  },
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

function sequence(node: SyntaxNode, tuple: boolean, reader: Reader): Value[] | undefined {
  const list = items(node, reader);
  return list === undefined ? undefined : marked(list, tuple);
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

function conditional(node: SyntaxNode, reader: Reader): Value | undefined {
  const [yes, , condition, , no] = children(node);
  if (yes === undefined || condition === undefined || no === undefined) return undefined;
  const truth = truthOf(evaluate(condition, reader));
  return truth === undefined ? undefined : evaluate(truth ? yes : no, reader);
}

/** `a.b` and `a[b]`. */
function member(node: SyntaxNode, reader: Reader): Value | undefined {
  const object = node.firstChild;
  const last = node.lastChild;
  if (object === null || last === null) return undefined;
  const base = evaluate(object, reader);
  if (last.name === "PropertyName") return reader.attribute(base, reader.text(last));
  if (node.getChild(":") !== null) return slice(node, base, reader);
  const inner = children(node)[1];
  const key = inner === undefined ? undefined : evaluate(inner, reader);
  if (base instanceof TaskObject) return typeof key === "string" ? new TaskOutput(base, key) : base;
  // The key of a key takes its place, as in Airflow.
  if (base instanceof TaskOutput) return typeof key === "string" ? new TaskOutput(base.task, key) : base;
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

/** The elements that a loop goes through; `undefined` where they are not known. */
export function iterated(value: Value): readonly Value[] | undefined {
  if (value instanceof Map) return [...value.keys()];
  if (value instanceof ClassObject) return enumMembers(value);
  return Array.isArray(value) ? value : undefined;
}
