// Assignment to names, to several names at once, and to members of dicts.
import type { SyntaxNode } from "@lezer/common";
import { children, evaluate } from "./evaluate.js";
import type { Reader } from "./reader.js";
import type { Value } from "./value.js";

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
    for (const [at, inner] of targets.entries()) bind([inner], members[at] ?? reader.unknown(inner), reader);
  } else if (target.name === "VariableName") reader.assign(reader.text(target), value);
  else if (target.name === "TupleExpression" || target.name === "ArrayExpression")
    bind(children(target), value, reader);
  else if (target.name === "ParenthesizedExpression") bind(children(target), value, reader);
  else if (target.name === "MemberExpression") {
    const [object, key] = children(target);
    const base = object === undefined ? undefined : evaluate(object, reader);
    if (key === undefined) return;
    const place = Array.isArray(base) && key.name !== "PropertyName" ? evaluate(key, reader) : undefined;
    if (Array.isArray(base) && typeof place === "number" && base.at(place) !== undefined)
      base[place < 0 ? base.length + place : place] = value;
    if (!(base instanceof Map)) return;
    if (key.name !== "PropertyName") (base as Map<Value, Value>).set(evaluate(key, reader), value);
  }
}

/** `a, *rest, z = list`: the name behind the star takes what the others leave. */
function bindRest(targets: SyntaxNode[], star: number, value: Value, reader: Reader): void {
  const [rest, ...behind] = targets.slice(star + 1);
  const before = targets.slice(0, star);
  const least = before.length + behind.length;
  const members = Array.isArray(value) && value.length >= least ? value : undefined;
  reader.budget.spend(members?.length ?? 0);
  for (const [at, inner] of before.entries()) bind([inner], members?.[at] ?? reader.unknown(inner), reader);
  const end = (members?.length ?? 0) - behind.length;
  if (rest !== undefined) bind([rest], members?.slice(before.length, end) ?? reader.unknown(rest), reader);
  for (const [at, inner] of behind.entries())
    bind([inner], members?.[end + at] ?? reader.unknown(inner), reader);
}
