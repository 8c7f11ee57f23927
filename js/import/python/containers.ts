// Methods of lists, sets and dicts, which a DAG file gathers its tasks in.
import type { SyntaxNode } from "@lezer/common";
import type { Arguments } from "./call.js";
import type { Reader } from "./reader.js";
import { isKnown, marked, tasksOf, type Value } from "./value.js";

/** Calls a method of a list or set. What is not understood is noted where tasks are in it. */
export function listMethod(
  list: Value[],
  name: string,
  { positional: [first, second] }: Arguments,
  reader: Reader,
  node: SyntaxNode,
): Value | undefined {
  reader.budget.spend(1);
  switch (name) {
    case "append":
      list.push(first ?? null);
      return null;
    case "add":
      reader.budget.spend(list.length);
      if (first !== undefined && !list.includes(first)) list.push(first);
      return null;
    case "extend":
    case "update":
      extend(list, first ?? null, reader);
      return null;
    case "insert":
      reader.budget.spend(list.length);
      if (typeof first !== "number") return unfollowed(list, name, reader, node);
      list.splice(first, 0, second ?? null);
      return null;
    case "pop":
      reader.budget.spend(list.length);
      if (first !== undefined && typeof first !== "number") return unfollowed(list, name, reader, node);
      return list.splice(first ?? -1, 1)[0];
    case "reverse":
      reader.budget.spend(list.length);
      list.reverse();
      return null;
    case "clear":
      list.length = 0;
      return null;
    case "copy":
      return [...list];
    default:
      return unfollowed(list, name, reader, node);
  }
}

/** Adds the members of another list; an unknown one stays as a member, so that a dependency on it is noted. */
export function extend(list: Value[], added: Value, reader: Reader): void {
  const members = added instanceof Map ? [...added.keys()] : Array.isArray(added) ? [...added] : [added];
  reader.budget.spend(list.length + members.length);
  for (const member of members) list.push(member);
}

function unfollowed(list: Value[], name: string, reader: Reader, node: SyntaxNode): Value | undefined {
  if (tasksOf(list, "last", reader.budget).length === 0) return undefined;
  reader.note(`${name} of a list of tasks is not followed`, node);
  return reader.unknown(node, true);
}

/** Calls a method of a dict. */
export function dictMethod(
  dict: Map<Value, Value>,
  name: string,
  { positional: [first = null, second], named }: Arguments,
  reader: Reader,
): Value | undefined {
  reader.budget.spend(1);
  // Of a key that is not known nobody can tell whether it is there.
  const isLookup = ["get", "setdefault", "pop"].includes(name);
  if (isLookup && !isKnown([first, ...dict.keys()], reader.budget)) return undefined;
  switch (name) {
    case "items":
      return [...dict].map(([key, value]) => marked([key, value], true));
    case "keys":
      return [...dict.keys()];
    case "values":
      return [...dict.values()];
    case "copy":
      return new Map(dict);
    case "get":
      return dict.has(first) ? dict.get(first) : (second ?? null);
    case "setdefault":
      if (!dict.has(first)) dict.set(first, second ?? null);
      return dict.get(first);
    case "pop": {
      const value = dict.has(first) ? dict.get(first) : second;
      dict.delete(first);
      return value;
    }
    case "update":
      for (const [key, value] of [...(first instanceof Map ? first : []), ...named]) dict.set(key, value);
      return null;
    default:
      return undefined;
  }
}
