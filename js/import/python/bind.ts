// Assignment to names, to several names at once, and to members of dicts.
import type { SyntaxNode } from "@lezer/common";
import { children, evaluate } from "./evaluate.js";
import type { Reader } from "./reader.js";
import { ClassObject, DagObject, Instance, TaskObject, type Value } from "./value.js";

/** Binds targets to a value: one name, or several to the members of a list. */
export function bind(targets: SyntaxNode[], value: Value, reader: Reader): void {
  const [target] = targets;
  if (target !== undefined) reader.budget.nested(target, () => bindNested(targets, target, value, reader));
}

function bindNested(targets: SyntaxNode[], target: SyntaxNode, value: Value, reader: Reader): void {
  reader.budget.spend(targets.length);
  const star = targets.findIndex(({ name }) => name === "*");
  if (star >= 0) bindRest(targets, star, value, reader);
  else if (targets.length > 1) {
    const members = Array.isArray(value) ? value : [];
    for (const [at, inner] of targets.entries()) bind([inner], memberAt(members, at, inner, reader), reader);
  } else if (target.name === "VariableName") reader.assign(reader.text(target), value);
  else if (target.name === "TupleExpression" || target.name === "ArrayExpression")
    bind(children(target), value, reader);
  else if (target.name === "ParenthesizedExpression") bind(children(target), value, reader);
  else if (target.name === "MemberExpression") {
    const { firstChild: object, lastChild: property } = target;
    const base = object === null ? undefined : evaluate(object, reader);
    const [, key] = children(target);
    const isAttribute = property?.name === "PropertyName";
    const place = key === undefined || isAttribute ? undefined : evaluate(key, reader);
    if (isAttribute) setAttribute(base, reader.text(property), value, target, reader);
    else if (Array.isArray(base) && typeof place === "number" && base.at(place) !== undefined)
      base[place < 0 ? base.length + place : place] = value;
    else if (base instanceof Map && place !== undefined) (base as Map<Value, Value>).set(place, value);
  }
}

/** `self.name = value`; an attribute of a task or a DAG that is set after its call is noted. */
function setAttribute(
  base: Value | undefined,
  name: string,
  value: Value,
  node: SyntaxNode,
  reader: Reader,
): void {
  if (base instanceof Instance || base instanceof ClassObject) base.members.set(name, value);
  else if ((base instanceof TaskObject || base instanceof DagObject) && !name.startsWith("doc"))
    reader.note(`${name} of ${base.id} is set after its call: not imported`, node);
}

/** `a, *rest, z = list`: the name behind the star takes what the others leave. */
function bindRest(targets: SyntaxNode[], star: number, value: Value, reader: Reader): void {
  const [rest, ...behind] = targets.slice(star + 1);
  const before = targets.slice(0, star);
  const least = before.length + behind.length;
  const members = Array.isArray(value) && value.length >= least ? value : undefined;
  reader.budget.spend(members?.length ?? 0);
  for (const [at, inner] of before.entries()) bind([inner], memberAt(members, at, inner, reader), reader);
  const end = (members?.length ?? 0) - behind.length;
  if (rest !== undefined) bind([rest], members?.slice(before.length, end) ?? reader.unknown(rest), reader);
  for (const [at, inner] of behind.entries())
    bind([inner], memberAt(members, end + at, inner, reader), reader);
}

/** A member, which may be None. */
function memberAt(
  members: readonly Value[] | undefined,
  at: number,
  target: SyntaxNode,
  reader: Reader,
): Value {
  const member = members?.[at];
  return member === undefined ? reader.unknown(target) : member;
}
