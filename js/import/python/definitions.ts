// Functions of a DAG file with their decorators: ordinary ones, and those that make tasks, groups and DAGs.
import type { SyntaxNode } from "@lezer/common";
import { argumentsOf } from "./call.js";
import { children } from "./evaluate.js";
import type { Reader } from "./reader.js";
import { Name, type Parameter, PythonFunction, TaskFactory, Unknown, type Value } from "./value.js";

/** Decorators that change nothing of what a function makes. */
const HARMLESS = [
  "cache",
  "lru_cache",
  "wraps",
  "provide_session",
  "abstractmethod",
  "override",
  "contextmanager",
];

/** Reads a FunctionDefinition. */
export function define(node: SyntaxNode | null, decorators: readonly SyntaxNode[], reader: Reader): void {
  if (node?.name !== "FunctionDefinition") return;
  const list = children(node);
  const nameNode = list.find((child) => child.name === "VariableName");
  const [parameters, body] = [node.getChild("ParamList"), node.getChild("Body")];
  if (nameNode === undefined || body === null) return;
  const name = reader.text(nameNode);
  const words = decorators.map((decorator) => lastWord(decorator, reader));
  const kind = (["staticmethod", "classmethod", "property"] as const).find((word) => words.includes(word));
  const strange = words.find((word) => word !== kind && !HARMLESS.includes(word));
  const target = new PythonFunction(
    name,
    parameters === null ? [] : parametersOf(parameters, reader),
    body,
    reader.closure,
    kind ?? "plain",
    strange,
  );
  const factory = decorators
    .map((decorator) => factoryOf(decorator, name, target, reader))
    .find((found) => found !== undefined);
  reader.assign(name, factory ?? target);
}

function lastWord(decorator: SyntaxNode, reader: Reader): string {
  const names = children(decorator).filter(({ name }) => name === "VariableName" || name === "PropertyName");
  const last = names.at(-1);
  return last === undefined ? "" : reader.text(last);
}

function parametersOf(list: SyntaxNode, reader: Reader): Parameter[] {
  const parameters: Parameter[] = [];
  const parts = children(list);
  let isNamedOnly = false;
  for (const [at, part] of parts.entries()) {
    const before = parts[at - 1]?.name;
    if (part.name === "*") isNamedOnly = true;
    if (part.name !== "VariableName" || before === "AssignOp") continue;
    const behind = parts.slice(at + 1).findIndex((child) => child.name !== "TypeDef");
    const next = parts[at + 1 + behind];
    const fallback = behind >= 0 && next?.name === "AssignOp" ? parts[at + 2 + behind] : undefined;
    const kind = before === "*" ? "rest" : before === "**" ? "named" : "plain";
    parameters.push({
      name: reader.text(part),
      kind,
      isNamedOnly: isNamedOnly && kind === "plain",
      fallback,
    });
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
  const names = children(decorator)
    .filter((child) => child.name === "VariableName" || child.name === "PropertyName")
    .map((child) => reader.text(child));
  const resolved = reader.lookup(names[0] ?? "");
  if (!(resolved instanceof Name) && !(resolved instanceof Unknown)) return undefined;
  // Behind an import under another name is the name that Airflow has.
  if (resolved instanceof Name) names[0] = resolved.path.slice(resolved.path.lastIndexOf(".") + 1);
  const word = ["dag", "task_group", "task", "setup", "teardown"].find((known) => names.includes(known));
  if (word === undefined) return undefined;
  const list = decorator.getChild("ArgList");
  const { positional, named: args } =
    list === null ? { positional: [], named: new Map<string, Value>() } : argumentsOf(list, reader);
  if (positional[0] !== undefined && word === "dag") args.set("dag_id", positional[0]);
  const kind = word === "setup" || word === "teardown" ? "task" : (word as TaskFactory["kind"]);
  if (word === "teardown") reader.note(`task ${name} is a teardown: it is an ordinary task here`, decorator);
  const flavour = names[names.indexOf("task") + 1];
  const operator =
    kind === "task" ? (flavour === undefined || flavour === "python" ? "@task" : `@task.${flavour}`) : "";
  return new TaskFactory(kind, operator, name, args, body, reader.line(decorator));
}
