// Statements of a DAG file, as far as they make DAGs, tasks and dependencies.
import type { SyntaxNode } from "@lezer/common";
import { bind } from "./bind.js";
import { defineClass } from "./classes.js";
import { extend } from "./containers.js";
import { define } from "./definitions.js";
import { children, evaluate, iterated } from "./evaluate.js";
import { bindImports } from "./imports.js";
import { result, truthOf } from "./operators.js";
import type { Reader } from "./reader.js";
import { Jump, marked, TaskObject, Unknown, type Value } from "./value.js";

/** Reads the statements of a Script or Body. The worth of its `return`, or what ends or skips a loop; `undefined` when it has none. */
export function runBody(body: SyntaxNode, reader: Reader): Value | Jump | undefined {
  for (let node = body.firstChild; node !== null; node = node.nextSibling) {
    const returned = statement(node, reader);
    if (returned !== undefined) return returned;
  }
  return undefined;
}

function statement(node: SyntaxNode, reader: Reader): Value | Jump | undefined {
  reader.budget.step(node, node.to - node.from);
  return reader.budget.nested(node, () => read(node, reader));
}

function read(node: SyntaxNode, reader: Reader): Value | Jump | undefined {
  switch (node.name) {
    case "ReturnStatement": {
      const [, first, ...others] = children(node);
      if (first === undefined) return null;
      if (others.length === 0) return evaluate(first, reader);
      return [first, ...others].map((item) => evaluate(item, reader));
    }
    case "ExpressionStatement":
      if (node.firstChild !== null) noteUnfollowed(evaluate(node.firstChild, reader), reader);
      return undefined;
    case "AssignStatement":
      return assignment(node, reader);
    case "UpdateStatement":
      return update(node, reader);
    case "WithStatement":
      return withStatement(node, reader);
    case "ForStatement":
      return forStatement(node, reader);
    case "IfStatement":
      return ifStatement(node, reader);
    case "TryStatement":
      return tryStatement(node, reader);
    case "FunctionDefinition":
      define(node, [], reader);
      return undefined;
    case "ClassDefinition":
      defineClass(node, [], reader);
      return undefined;
    case "DecoratedStatement": {
      const decorators = children(node).filter((child) => child.name === "Decorator");
      const [definition] = [node.lastChild];
      if (definition?.name === "ClassDefinition") defineClass(definition, decorators, reader);
      else define(definition, decorators, reader);
      return undefined;
    }
    case "ImportStatement":
      bindImports(node, reader);
      return undefined;
    case "StatementGroup":
      return runBody(node, reader);
    case "WhileStatement":
      reader.note("a while loop is not followed", node);
      return undefined;
    case "MatchStatement":
      reader.note("a match statement is not followed", node);
      return undefined;
    case "BreakStatement":
      return new Jump("break");
    case "ContinueStatement":
      return new Jump("continue");
    default:
      // Assertions, deletions and the like make no tasks.
      return undefined;
  }
}

/** Modules and functions whose calls make no tasks. */
const HARMLESS = [
  ...["print", "log", "warnings", "sys", "os", "json", "yaml", "re", "math", "uuid", "random", "time"],
  ...["datetime", "pendulum", "timedelta", "open", "super", "isinstance", "getattr", "hasattr", "globals"],
  ...["Variable", "Connection", "BaseHook", "conf", "configuration", "days_ago", "Dataset", "Asset", "k8s"],
];

/** A call or a choice that is not known may make tasks, if it stands in a DAG's body. */
function noteUnfollowed(value: Value, reader: Reader): void {
  if (!reader.isInDag) return;
  for (const item of Array.isArray(value) ? value : [value]) {
    if (!(item instanceof Unknown) || item.isNoted) continue;
    const isCall = item.node.name === "CallExpression" || item.node.name === "ConditionalExpression";
    const root = /^\w*/.exec(item.text)?.[0] ?? "";
    if (!isCall || root.startsWith("log") || HARMLESS.includes(root)) continue;
    reader.note(
      `${item.text} is not followed: if it makes tasks or dependencies, they are missing`,
      item.node,
    );
  }
}

/** `a = b = value`, `a, b = value`, `a: type = value`. */
function assignment(node: SyntaxNode, reader: Reader): undefined {
  const parts: SyntaxNode[][] = [[]];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name === "AssignOp") parts.push([]);
    else if (child.name !== "TypeDef" && child.name !== "Comment") parts.at(-1)?.push(child);
  }
  const right = parts.pop() ?? [];
  if (parts.length === 0) return;
  const values = right.filter((child) => child.name !== ",");
  const value =
    values.length === 1
      ? evaluate(values[0] as SyntaxNode, reader)
      : marked(
          values.map((child) => evaluate(child, reader)),
          true,
        );
  noteUnfollowed(value, reader);
  for (const left of parts)
    bind(
      left.filter((child) => child.name !== ","),
      value,
      reader,
    );
}

/** `target += value`, and the other operators of this form. */
function update(node: SyntaxNode, reader: Reader): undefined {
  const [target, operator, value] = children(node);
  if (target === undefined || operator === undefined || value === undefined) return;
  const [old, added] = [evaluate(target, reader), evaluate(value, reader)];
  const sign = reader.text(operator).slice(0, -1);
  if (sign === "+" && Array.isArray(old)) extend(old, added, reader);
  else bind([target], result(sign, old, added, reader) ?? reader.unknown(node), reader);
}

/** `with DAG(...) as dag, TaskGroup(...) as group:` */
function withStatement(node: SyntaxNode, reader: Reader): Value | Jump | undefined {
  const owners: Value[] = [];
  let pending: Value | undefined;
  let body: SyntaxNode | undefined;
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name === "Body") body = child;
    else if (child.name === "VariableName" && child.prevSibling?.name === "as" && pending !== undefined)
      reader.assign(reader.text(child), pending);
    else if (!["with", "as", ",", "async", "(", ")", "Comment"].includes(child.name)) {
      pending = evaluate(child, reader);
      owners.push(pending);
      if (pending instanceof TaskObject)
        reader.note("tasks inside of a setup or teardown are not ordered by it here", child);
    }
  }
  return reader.inside(owners, () => (body === undefined ? undefined : runBody(body, reader)));
}

function forStatement(node: SyntaxNode, reader: Reader): Value | Jump | undefined {
  const list = children(node);
  const at = list.findIndex((child) => child.name === "in");
  const targets = list.slice(list[0]?.name === "async" ? 2 : 1, at);
  const end = list.findIndex((child) => child.name === "Body");
  const [iterable, ...more] = list.slice(at + 1, end);
  const body = list[end];
  if (iterable === undefined || body === undefined) return undefined;
  const first = evaluate(iterable, reader);
  // `for x in a, b:`
  const values = more.length > 0 ? [first, ...more.map((item) => evaluate(item, reader))] : iterated(first);
  if (values === undefined) {
    reader.note(`the loop over ${reader.text(iterable)} is not followed: its values are not known`, node);
    return undefined;
  }
  for (const value of values) {
    bind(targets, value, reader);
    const returned = runBody(body, reader);
    if (returned instanceof Jump && returned.word === "break") break;
    if (returned !== undefined && !(returned instanceof Jump)) return returned;
  }
  return undefined;
}

/** Where no condition is known, the first branch is read and a note says so. */
function ifStatement(node: SyntaxNode, reader: Reader): Value | Jump | undefined {
  const list = children(node);
  for (let at = 0; at < list.length; at += 1) {
    const word = list[at]?.name;
    if (word === "else") return runBody(list[at + 1] as SyntaxNode, reader);
    if (word !== "if" && word !== "elif") continue;
    const [condition, body] = [list[at + 1], list[at + 2]];
    if (condition === undefined || body === undefined) return undefined;
    if (isNeverTrue(reader.text(condition))) continue;
    const holds = truthOf(evaluate(condition, reader));
    if (holds === true) return runBody(body, reader);
    // A file that Airflow could load has raised nothing.
    if (holds === false || children(body)[0]?.name === "RaiseStatement") continue;
    reader.note(`whether ${reader.text(condition)} holds is not known: it is read as true`, condition);
    const returned = runBody(body, reader);
    // Whether the loop is left here is unknown: reading goes on, so that no later task is lost.
    return returned instanceof Jump ? undefined : returned;
  }
  return undefined;
}

/** Airflow loads a DAG file as a module: `if __name__ == "__main__"` is for a test run by hand. */
function isNeverTrue(condition: string): boolean {
  return /__name__\s*==/.test(condition) || condition.includes("TYPE_CHECKING");
}

/** Reads the statements under `try`, `else` and `finally`, not those under `except`: a file that Airflow could load went on there, or names another place to import from. */
function tryStatement(node: SyntaxNode, reader: Reader): Value | Jump | undefined {
  const list = children(node);
  for (const [at, body] of list.entries()) {
    const word = list
      .slice(0, at)
      .findLast(({ name }) => ["try", "except", "else", "finally"].includes(name));
    if (body.name !== "Body" || word?.name === "except") continue;
    const returned = runBody(body, reader);
    if (returned !== undefined) return returned;
  }
  return undefined;
}
