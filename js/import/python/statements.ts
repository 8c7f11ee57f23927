// Statements of a DAG file, as far as they make DAGs, tasks and dependencies.
import type { SyntaxNode } from "@lezer/common";
import { bind } from "./bind.js";
import { argumentsOf } from "./call.js";
import { extend } from "./containers.js";
import { children, evaluate, isTrue } from "./evaluate.js";
import type { Reader } from "./reader.js";
import {
  isKnown,
  Jump,
  Name,
  PythonFunction,
  TaskFactory,
  TaskObject,
  Unknown,
  type Value,
} from "./value.js";

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
      const value = children(node)[1];
      return value === undefined ? null : evaluate(value, reader);
    }
    case "ExpressionStatement":
      if (node.firstChild !== null) expression(node.firstChild, reader);
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
    case "DecoratedStatement":
      define(
        node.lastChild,
        children(node).filter((child) => child.name === "Decorator"),
        reader,
      );
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
      // Imports, classes, assertions and the like make no tasks.
      return undefined;
  }
}

/** A call or a choice that is not known may make tasks, if it stands in a DAG's body. */
function expression(node: SyntaxNode, reader: Reader): void {
  const value = evaluate(node, reader);
  const isOwn = value instanceof Unknown && value.node.from === node.from && value.node.to === node.to;
  if (!isOwn || !reader.isInDag) return;
  const isHarmless = ["print(", "log", "warnings.", "sys.", "os."].some((start) =>
    value.text.startsWith(start),
  );
  if (!isHarmless && (node.name === "CallExpression" || node.name === "ConditionalExpression"))
    reader.note(`${value.text} is not followed: if it makes tasks or dependencies, they are missing`, node);
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
      : values.map((child) => evaluate(child, reader));
  for (const left of parts)
    bind(
      left.filter((child) => child.name !== ","),
      value,
      reader,
    );
}

function update(node: SyntaxNode, reader: Reader): undefined {
  const [target, , value] = children(node);
  if (target === undefined || value === undefined) return;
  const [old, added] = [evaluate(target, reader), evaluate(value, reader)];
  if (target.name !== "VariableName") {
    if (Array.isArray(old)) extend(old, added, reader);
    return;
  }
  const text = reader.text(target);
  if (typeof old === "string" && typeof added === "string")
    reader.assign(text, reader.budget.joined([old, added]) ?? reader.unknown(node));
  else if (typeof old === "number" && typeof added === "number") reader.assign(text, old + added);
  else if (Array.isArray(old)) extend(old, added, reader);
  else reader.assign(text, reader.unknown(node));
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
  let values: Value = evaluate(iterable, reader);
  // `for x in a, b:`
  if (more.length > 0) values = [values, ...more.map((item) => evaluate(item, reader))];
  if (values instanceof Map) values = [...values.keys()];
  if (!Array.isArray(values)) {
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
    const value = evaluate(condition, reader);
    const known = isKnown(value, reader.budget);
    if (isMain(reader.text(condition)) || (known && isTrue(value))) return runBody(body, reader);
    if (known || reader.text(condition).includes("TYPE_CHECKING")) continue;
    reader.note(`whether ${reader.text(condition)} holds is not known: it is read as true`, condition);
    const returned = runBody(body, reader);
    // Whether the loop is left here is unknown: reading goes on, so that no later task is lost.
    return returned instanceof Jump ? undefined : returned;
  }
  return undefined;
}

/** A test run at the end of a DAG file makes nothing that is scheduled, and does no harm. */
function isMain(text: string): boolean {
  return text.includes("__name__");
}

function tryStatement(node: SyntaxNode, reader: Reader): Value | Jump | undefined {
  const body = children(node).find((child) => child.name === "Body");
  return body === undefined ? undefined : runBody(body, reader);
}

/** A function with its decorators. */
function define(node: SyntaxNode | null, decorators: SyntaxNode[], reader: Reader): void {
  if (node?.name !== "FunctionDefinition") return;
  const list = children(node);
  const nameNode = list.find((child) => child.name === "VariableName");
  const [parameters, body] = [node.getChild("ParamList"), node.getChild("Body")];
  if (nameNode === undefined || body === null) return;
  const name = reader.text(nameNode);
  const target = new PythonFunction(name, parameters === null ? [] : parametersOf(parameters, reader), body);
  for (const decorator of decorators) {
    const factory = factoryOf(decorator, name, target, reader);
    if (factory === undefined) continue;
    reader.assign(name, factory);
    return;
  }
  reader.assign(name, target);
}

function parametersOf(list: SyntaxNode, reader: Reader): PythonFunction["parameters"] {
  const parameters: { name: string; fallback: SyntaxNode | undefined }[] = [];
  const parts = children(list);
  for (const [at, part] of parts.entries()) {
    const before = parts[at - 1]?.name;
    if (part.name !== "VariableName" || before === "*" || before === "**" || before === "AssignOp") continue;
    const behind = parts.slice(at + 1).findIndex((child) => child.name !== "TypeDef");
    const next = parts[at + 1 + behind];
    const fallback = behind >= 0 && next?.name === "AssignOp" ? parts[at + 2 + behind] : undefined;
    parameters.push({ name: reader.text(part), fallback });
  }
  return parameters;
}

/** `@task`, `@task.bash(...)`, `@dag(...)`, `@task_group`. */
function factoryOf(
  decorator: SyntaxNode,
  name: string,
  body: PythonFunction,
  reader: Reader,
): TaskFactory | undefined {
  const names: string[] = [];
  let args = new Map<string, Value>();
  for (const child of children(decorator)) {
    if (child.name === "VariableName" || child.name === "PropertyName") names.push(reader.text(child));
    if (child.name === "ArgList") {
      const read = argumentsOf(child, reader);
      args = read.named;
      if (read.positional[0] !== undefined && names.at(-1) === "dag") args.set("dag_id", read.positional[0]);
    }
  }
  const resolved = reader.lookup(names[0] ?? "");
  if (!(resolved instanceof Name) && !(resolved instanceof Unknown)) return undefined;
  const word = ["dag", "task_group", "task", "setup", "teardown"].find((known) => names.includes(known));
  if (word === undefined) return undefined;
  const kind = word === "setup" || word === "teardown" ? "task" : (word as TaskFactory["kind"]);
  if (word === "teardown") reader.note(`task ${name} is a teardown: it is an ordinary task here`, decorator);
  const flavour = names[names.indexOf("task") + 1];
  const operator =
    kind === "task" ? (flavour === undefined || flavour === "python" ? "@task" : `@task.${flavour}`) : "";
  return new TaskFactory(kind, operator, name, args, body, reader.line(decorator));
}
