// Operators between values: arithmetic, comparison, membership, and the dependencies that `>>` and `<<` make.
import type { SyntaxNode } from "@lezer/common";
import { type Budget, deeper } from "./budget.js";
import { children, evaluate } from "./evaluate.js";
import { percent } from "./percent.js";
import type { Reader } from "./reader.js";
import { Duration, Float, isKnown, isTuple, marked, Name, numberOf, Unknown, type Value } from "./value.js";

/** Evaluates a UnaryExpression. */
export function unary(node: SyntaxNode, reader: Reader): Value | undefined {
  const operand = node.lastChild === null ? undefined : evaluate(node.lastChild, reader);
  const operator = node.firstChild === null ? "" : reader.text(node.firstChild);
  if (operator === "not" && operand !== undefined) {
    const truth = truthOf(operand);
    return truth === undefined ? undefined : !truth;
  }
  if (operator === "-" && operand instanceof Duration) return new Duration(-operand.ms, -operand.months);
  if (operator === "-" && operand instanceof Float) return new Float(-operand.value);
  if (operator === "-" && typeof operand === "number") return -operand;
  return operator === "+" && numberOf(operand) !== undefined ? operand : undefined;
}

/** Evaluates a BinaryExpression. */
export function binary(node: SyntaxNode, reader: Reader): Value | undefined {
  const list = children(node);
  const [left, operator, right] = [list[0], list[1], list[list.length - 1]];
  if (left === undefined || operator === undefined || right === undefined) return undefined;
  const sign = reader.source.slice(operator.from, (list[list.length - 2] as SyntaxNode).to);
  const a = evaluate(left, reader);
  if (sign === ">>" || sign === "<<") return reader.edges.set(a, evaluate(right, reader), sign, node);
  if (sign === "or" || sign === "and") {
    const truth = truthOf(a);
    if (truth === undefined) return undefined;
    return truth === (sign === "or") ? a : evaluate(right, reader);
  }
  return result(sign, a, evaluate(right, reader), reader);
}

/** The worth of `a sign b`, also of `a sign= b`. */
export function result(sign: string, a: Value, b: Value, reader: Reader): Value | undefined {
  const { budget } = reader;
  // Tasks and outputs may be among the members of a list that grows.
  if (sign === "+" && Array.isArray(a) && Array.isArray(b)) return joinedLists(a, b, budget);
  if (sign === "%" && typeof a === "string") return percent(a, b, budget);
  // A value with unknown members is not None.
  if (b === null && sign.startsWith("is") && truthOf(a) !== undefined)
    return (a === null) === (sign === "is");
  if (!isKnown(a, budget) || !isKnown(b, budget)) return undefined;
  if (sign === "is") return a === b;
  if (sign.startsWith("is") && sign.endsWith("not")) return a !== b;
  if (sign === "==") return isEqual(a, b, budget);
  if (sign === "!=") return !isEqual(a, b, budget);
  if (sign === "in") return isIn(a, b, budget);
  if (sign.startsWith("not") && sign.endsWith("in")) {
    const found = isIn(a, b, budget);
    return found === undefined ? undefined : !found;
  }
  if (sign === "+" && typeof a === "string" && typeof b === "string") return budget.joined([a, b]);
  if (sign === "*" && typeof a === "string" && typeof b === "number") return budget.repeated(a, b);
  if (sign === "*" && typeof a === "number" && typeof b === "string") return budget.repeated(b, a);
  if (sign === "|" && a instanceof Map && b instanceof Map) return new Map([...a, ...b]);
  if (a instanceof Duration || b instanceof Duration) return durationResult(sign, a, b);
  const compare = COMPARISONS[sign];
  if (compare !== undefined) {
    const order = orderOf(a, b, budget);
    return order === undefined ? undefined : compare(order);
  }
  return arithmetic(sign, a, b);
}

function joinedLists(a: Value[], b: Value[], budget: Budget): Value[] {
  budget.spend(a.length + b.length);
  const tuple = isTuple(a);
  const all = [...a, ...b];
  return tuple !== undefined && tuple === isTuple(b) ? marked(all, tuple) : all;
}

function durationResult(sign: string, a: Value, b: Value): Value | undefined {
  const factor = numberOf(b);
  if (a instanceof Duration && factor !== undefined) {
    if (sign === "*") return new Duration(a.ms * factor, a.months * factor);
    return sign === "/" && a.months === 0 && factor !== 0 ? new Duration(a.ms / factor) : undefined;
  }
  if (sign === "*" && b instanceof Duration) return durationResult(sign, b, a);
  if (!(a instanceof Duration) || !(b instanceof Duration)) return undefined;
  if (sign === "+") return new Duration(a.ms + b.ms, a.months + b.months);
  return sign === "-" ? new Duration(a.ms - b.ms, a.months - b.months) : undefined;
}

function arithmetic(sign: string, a: Value, b: Value): Value | undefined {
  const [left, right, make] = [numberOf(a), numberOf(b), ARITHMETIC[sign]];
  if (left === undefined || right === undefined || make === undefined) return undefined;
  const value = make(left, right);
  const isFloat = sign === "/" || a instanceof Float || b instanceof Float || (sign === "**" && right < 0);
  if (isFloat) return Number.isFinite(value) ? new Float(value) : undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}

const ARITHMETIC: { readonly [sign: string]: (a: number, b: number) => number } = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "//": (a, b) => Math.floor(a / b),
  "%": (a, b) => a - b * Math.floor(a / b),
  "**": (a, b) => a ** b,
};

const COMPARISONS: { readonly [sign: string]: (order: number) => boolean } = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/** Less than 0 where `a` comes before `b`: of numbers, of texts, and of lists of these. */
export function orderOf(a: Value, b: Value, budget: Budget, depth = 0): number | undefined {
  budget.spend(1);
  const [left, right, inner] = [numberOf(a), numberOf(b), deeper(depth)];
  if (left !== undefined && right !== undefined) return left - right;
  if (typeof a === "string" && typeof b === "string") return textOrder(a, b);
  if (!Array.isArray(a) || !Array.isArray(b) || inner === undefined) return undefined;
  for (const [at, item] of a.entries()) {
    if (at >= b.length) return 1;
    const order = orderOf(item, b[at] as Value, budget, inner);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** By code points, as Python compares. */
function textOrder(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [Array.from(a), Array.from(b)];
  for (const [at, character] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    if (character !== other) return (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  }
  return -1;
}

/** Python's `==`. */
function isEqual(a: Value, b: Value, budget: Budget, depth = 0): boolean {
  budget.spend(1);
  const [left, right, inner] = [numberOf(a), numberOf(b), deeper(depth)];
  if (left !== undefined && right !== undefined) return left === right;
  if (a === b || inner === undefined) return a === b;
  if (a instanceof Duration && b instanceof Duration) return a.ms === b.ms && a.months === b.months;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => isEqual(item, b[at] as Value, budget, inner));
  if (!(a instanceof Map) || !(b instanceof Map) || a.size !== b.size) return false;
  return [...a].every(([key, item]) => b.has(key) && isEqual(item, b.get(key) as Value, budget, inner));
}

function isIn(a: Value, b: Value, budget: Budget): boolean | undefined {
  if (typeof a === "string" && typeof b === "string") return b.includes(a);
  const members = b instanceof Map ? [...b.keys()] : b;
  return Array.isArray(members) ? members.some((member) => isEqual(a, member, budget)) : undefined;
}

/** Python's truth; `undefined` of what is not known. */
export function truthOf(value: Value): boolean | undefined {
  return value instanceof Unknown || value instanceof Name ? undefined : isTrue(value);
}

/** Python's truth of a value that is known. */
function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (value instanceof Duration) return value.ms !== 0 || value.months !== 0;
  if (value instanceof Float) return value.value !== 0;
  return typeof value === "object" && value !== null ? true : Boolean(value);
}
