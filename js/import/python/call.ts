// The worth of a call: what is called, with which arguments.
import type { SyntaxNode } from "@lezer/common";
import { builtin } from "./builtins.js";
import { construct, isOperatorClass, namedTuple } from "./classes.js";
import { comprehension } from "./comprehension.js";
import { dateMaker } from "./dates.js";
import { children, evaluate } from "./evaluate.js";
import { method } from "./methods.js";
import type { Reader } from "./reader.js";
import { settingDefault } from "./settings.js";
import {
  ClassObject,
  DagObject,
  EdgeLabel,
  GroupObject,
  Name,
  Partial,
  PythonFunction,
  TaskFactory,
  TaskObject,
  type Value,
} from "./value.js";

/** Arguments of a call: by position, and by name. */
export interface Arguments {
  positional: Value[];
  named: Map<string, Value>;
}

/** The places of a call in the source: the whole of it, what is called, and its arguments. */
export interface Site {
  node: SyntaxNode;
  callee: SyntaxNode;
  list: SyntaxNode;
}

/** Evaluates a CallExpression. */
export function call(node: SyntaxNode, reader: Reader): Value | undefined {
  const [callee, list] = [node.firstChild, node.lastChild];
  if (callee === null || list === null || list.name !== "ArgList") return undefined;
  const site = { node, callee, list };
  const [object, name] = [callee.firstChild, callee.lastChild];
  if (callee.name !== "MemberExpression" || object === null || name?.name !== "PropertyName")
    return apply(evaluate(callee, reader), argumentsOf(list, reader), site, reader);
  const base = evaluate(object, reader);
  const word = reader.text(name);
  const args = argumentsOf(list, reader);
  const known = method(base, word, args, site, reader);
  if (known !== undefined) return known;
  return apply(reader.attribute(base, word) ?? reader.unknown(callee), args, site, reader);
}

/** The worth of a call of `target`. */
function apply(target: Value, args: Arguments, site: Site, reader: Reader): Value | undefined {
  const { node } = site;
  if (target instanceof TaskFactory) return reader.instantiate(target, args, node);
  if (target instanceof PythonFunction) {
    if (target.decorator !== undefined)
      reader.note(`the decorator ${target.decorator} of ${target.name} is not followed`, node);
    return reader.invoke(target, args, node);
  }
  if (target instanceof Partial) {
    const positional = [...target.positional, ...args.positional];
    return apply(
      target.target,
      { positional, named: new Map([...target.named, ...args.named]) },
      site,
      reader,
    );
  }
  if (target instanceof ClassObject) {
    if (isOperator(target.name) || isOperatorClass(target, isOperator) || args.named.has("task_id"))
      return reader.task(target.name, args, node);
    return construct(target, args, node, reader) ?? unknownCall(args, site, reader);
  }
  return target instanceof Name ? named(target.path, args, site, reader) : unknownCall(args, site, reader);
}

/** A call of something that the file does not define, by its dotted name. */
function named(path: string, args: Arguments, site: Site, reader: Reader): Value | undefined {
  const { node } = site;
  const name = path.slice(path.lastIndexOf(".") + 1);
  const make = builtin(path) ?? dateMaker(path);
  if (make !== undefined) return make(args, reader);
  const [first, ...others] = args.positional;
  if (name === "partial" && first !== undefined) return new Partial(first, others, args.named);
  if (name === "namedtuple") return namedTuple(first, others[0] ?? args.named.get("field_names"));
  if (name === "DAG") return reader.dag(args, node);
  if (name === "TaskGroup") return reader.group(args, node);
  if (name === "Label") return new EdgeLabel();
  if (name === "chain") return reader.edges.chain(args.positional, node);
  if (name === "chain_linear") return reader.edges.chainLinear(args.positional, node);
  if (name === "cross_downstream") {
    const from = first ?? args.named.get("from_tasks") ?? null;
    reader.edges.set(from, others[0] ?? args.named.get("to_tasks") ?? null, ">>", node);
    return null;
  }
  if (isOperator(name) || args.named.has("task_id")) return reader.task(name, args, node);
  return settingDefault(path, args, node, reader) ?? unknownCall(args, site, reader);
}

/** Notes that an unknown function does something with a DAG or a task, or may make a DAG; functions that print do nothing with them. */
function unknownCall(args: Arguments, { callee, node }: Site, reader: Reader): Value | undefined {
  const name = reader.text(callee);
  if (name === "print" || name.startsWith("log")) return undefined;
  const isOfDag = [...args.positional, ...args.named.values()]
    .flat()
    .some(
      (value) => value instanceof DagObject || value instanceof TaskObject || value instanceof GroupObject,
    );
  const isDependency = name.endsWith(".set_downstream") || name.endsWith(".set_upstream");
  if (isOfDag || isDependency) {
    reader.note(`the call of ${name} is not followed`, node);
    return reader.unknown(node, true);
  }
  const isMaker =
    args.named.has("task_id") || args.named.has("dag_id") || (!reader.isInDag && /dag/i.test(name));
  if (!isMaker || name.includes("DagBag")) return undefined;
  const what = args.named.has("task_id") ? "the task" : "a DAG";
  reader.note(`the call of ${name} is not followed: ${what} that it makes is missing`, node);
  return reader.unknown(node, true);
}

/** Whether a class of this name is one of Airflow's operators. */
export function isOperator(name: string): boolean {
  return name.endsWith("Operator") || name.endsWith("Sensor") || name.endsWith("SensorAsync");
}

/** Reads an argument list; `*rest` and `**rest` are understood where they are known. */
export function argumentsOf(list: SyntaxNode, reader: Reader): Arguments {
  const args: Arguments = { positional: [], named: new Map() };
  const parts = children(list);
  // A generator as the only argument has no parentheses of its own.
  if (parts.some(({ name }) => name === "for"))
    return { positional: [comprehension(list, reader) ?? reader.unknown(list)], named: args.named };
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] as SyntaxNode;
    const next = parts[at + 1];
    if (part.name === "VariableName" && next?.name === "AssignOp") {
      const value = parts[at + 2];
      if (value !== undefined) args.named.set(reader.text(part), evaluate(value, reader));
      at += 2;
    } else if ((part.name === "*" || part.name === "**") && next !== undefined) {
      const value = evaluate(next, reader);
      if (Array.isArray(value)) {
        reader.budget.spend(value.length);
        for (const inner of value) args.positional.push(inner);
      } else if (value instanceof Map) {
        reader.budget.spend(value.size);
        for (const [key, inner] of value) args.named.set(String(key), inner);
      } else reader.note(`the arguments in ${reader.text(next)} are not known`, part);
      at += 1;
    } else args.positional.push(evaluate(part, reader));
  }
  for (const value of [...args.positional, ...args.named.values()])
    if (typeof value === "string") reader.budget.text(value);
  return args;
}
