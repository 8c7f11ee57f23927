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
  if (targets.length > 1) {
    const members = Array.isArray(value) ? value : [];
    for (const [at, inner] of targets.entries()) bind([inner], members[at] ?? reader.unknown(inner), reader);
  } else if (target.name === "VariableName") reader.assign(reader.text(target), value);
  else if (target.name === "TupleExpression" || target.name === "ArrayExpression")
    bind(children(target), value, reader);
  else if (target.name === "ParenthesizedExpression") bind(children(target), value, reader);
  else if (target.name === "MemberExpression") {
    const [object, key] = children(target);
    const base = object === undefined ? undefined : evaluate(object, reader);
    if (!(base instanceof Map) || key === undefined) return;
    if (key.name !== "PropertyName") (base as Map<Value, Value>).set(evaluate(key, reader), value);
  }
}
