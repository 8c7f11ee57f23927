// Comprehensions over values that are known: lists, sets, generators, dicts.
import type { SyntaxNode } from "@lezer/common";
import { bind } from "./bind.js";
import { children, evaluate, iterated } from "./evaluate.js";
import { truthOf } from "./operators.js";
import type { Reader } from "./reader.js";
import type { Value } from "./value.js";

/** `[f(x, y) for x in known if condition for y in known]`, a set of these, or a generator. */
export function comprehension(node: SyntaxNode, reader: Reader): Value[] | undefined {
  const [result, ...clauses] = children(node);
  const list: Value[] = [];
  if (result === undefined) return undefined;
  return collect(result, clauses, () => list.push(evaluate(result, reader)), reader) ? list : undefined;
}

/** `{f(x): g(x) for x in known}`. */
export function dictComprehension(node: SyntaxNode, reader: Reader): Value | undefined {
  const [key, value, ...clauses] = children(node);
  const entries = new Map<Value, Value>();
  if (key === undefined || value === undefined) return undefined;
  const add = () => entries.set(evaluate(key, reader), evaluate(value, reader));
  return collect(value, clauses, add, reader) ? entries : undefined;
}

/** Calls `add` for each turn of the clauses; false, with a note, where that cannot be known. */
function collect(
  result: SyntaxNode,
  clauses: readonly SyntaxNode[],
  add: () => void,
  reader: Reader,
): boolean {
  const [word] = clauses;
  if (word === undefined) {
    add();
    return true;
  }
  if (word.name === "if" && clauses[1] !== undefined) {
    const holds = truthOf(evaluate(clauses[1], reader));
    if (holds === undefined) return unfollowed(result, clauses[1], reader);
    return !holds || collect(result, clauses.slice(2), add, reader);
  }
  const at = clauses.findIndex((child) => child.name === "in");
  const iterable = clauses[at + 1];
  if (word.name !== "for" || iterable === undefined) return unfollowed(result, word, reader);
  const members = iterated(evaluate(iterable, reader));
  if (members === undefined) return unfollowed(result, iterable, reader);
  for (const member of members) {
    bind(clauses.slice(1, at), member, reader);
    if (!collect(result, clauses.slice(at + 2), add, reader)) return false;
  }
  return true;
}

/** Only calls and operators make tasks and dependencies, whose absence is to be told. */
function unfollowed(result: SyntaxNode, node: SyntaxNode, reader: Reader): false {
  if (result.name === "CallExpression" || result.name === "BinaryExpression")
    reader.note(`the loop over ${reader.text(node)} is not followed: its values are not known`, node);
  return false;
}
