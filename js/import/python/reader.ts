// The state while a DAG file is read: scopes, DAGs, tasks, notes. Functions of the file are followed, loops over known lists are
// unrolled; both within limits, so that every file ends.
import type { SyntaxNode } from "@lezer/common";
import { type Collector, unique } from "../dags.js";
import { Budget } from "./budget.js";
import type { Arguments } from "./call.js";
import { classAttribute } from "./classes.js";
import { Dependencies } from "./dependencies.js";
import { evaluate } from "./evaluate.js";
import { runBody } from "./statements.js";
import {
  ClassObject,
  DagObject,
  GroupObject,
  Instance,
  Jump,
  marked,
  Name,
  type PythonFunction,
  type Scopes,
  type TaskFactory,
  TaskObject,
  TaskOutput,
  Unknown,
  type Value,
} from "./value.js";

const MOST_DEPTH = 40;
const LONGEST_NAME = 1_000;

export class Reader {
  readonly dags: DagObject[] = [];
  readonly source: string;
  readonly budget = new Budget((message, node) => this.note(message, node));
  readonly edges = new Dependencies(this);
  readonly #found: Collector;
  readonly #lines: number[] = [0];
  readonly #dagIds = new Set<string>();
  readonly #openDags: DagObject[] = [];
  readonly #openGroups: GroupObject[] = [];
  #scopes: Map<string, Value>[] = [new Map()];
  /** Scopes of classes, which their methods do not see. */
  readonly #classScopes = new Set<Map<string, Value>>();
  #depth = 0;

  constructor(source: string, found: Collector, fileName?: string) {
    this.source = source;
    this.#found = found;
    if (fileName !== undefined) this.assign("__file__", fileName);
    for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) this.#lines.push(at + 1);
  }

  text(node: SyntaxNode): string {
    return this.source.slice(node.from, node.to);
  }

  /** From 1. */
  line(node: SyntaxNode): number {
    return this.lineAt(node.from);
  }

  lineAt(offset: number): number {
    let [low, high] = [0, this.#lines.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  note(message: string, node: SyntaxNode): void {
    this.#found.note(message, this.line(node));
  }

  unknown(node: SyntaxNode, isNoted = false): Unknown {
    const text = this.text(node).replaceAll(/\s+/g, " ");
    const start = text.length > 60 ? `${text.slice(0, 60)}...` : text;
    return new Unknown(start, this.line(node), node, isNoted);
  }

  /** Whether the body of a DAG is being read. */
  get isInDag(): boolean {
    return this.#openDags.length > 0;
  }

  // ---- names

  lookup(name: string): Value {
    for (let at = this.#scopes.length - 1; at >= 0; at -= 1) {
      const value = this.#scopes[at]?.get(name);
      if (value !== undefined) return value;
    }
    return new Name(name);
  }

  assign(name: string, value: Value): void {
    this.#scopes.at(-1)?.set(name, value);
  }

  /** The names that a function sees which is defined here. */
  get closure(): Scopes {
    return this.#scopes.filter((scope) => !this.#classScopes.has(scope));
  }

  /** Reads the body of a class; what it names are the members. */
  classBody(read: () => unknown): Map<string, Value> {
    const [outer, members] = [this.#scopes, new Map<string, Value>()];
    this.#classScopes.add(members);
    this.#scopes = [...outer, members];
    try {
      read();
    } finally {
      this.#scopes = outer;
    }
    return members;
  }

  /** `base.name`: of names that the file does not define, of its classes, and of tasks and DAGs. */
  attribute(base: Value, name: string): Value | undefined {
    if (base instanceof Name)
      return base.path.length > LONGEST_NAME ? undefined : new Name(`${base.path}.${name}`);
    if (base instanceof ClassObject || base instanceof Instance) return classAttribute(base, name, this);
    if (base instanceof TaskOutput) return undefined;
    if (base instanceof TaskObject)
      return name === "task_id" ? base.id : name === "output" ? base : undefined;
    if (base instanceof DagObject)
      return name === "dag_id" ? base.id : name === "tasks" ? [...base.tasks] : undefined;
    // pathlib: a path is its text.
    if (typeof base === "string" && (name === "stem" || name === "name")) {
      const file = base.slice(base.lastIndexOf("/") + 1);
      const dot = file.lastIndexOf(".");
      return name === "stem" && dot > 0 ? file.slice(0, dot) : file;
    }
    return undefined;
  }

  // ---- functions

  /** Calls a function of the file: its body is read in a scope of its own. */
  invoke(target: PythonFunction, args: Arguments, node: SyntaxNode): Value {
    if (this.#depth >= MOST_DEPTH) {
      this.note(`${target.name} calls itself too deeply to be followed`, node);
      return this.unknown(node, true);
    }
    const outer = this.#scopes;
    const scope = new Map<string, Value>();
    this.#scopes = [...target.scopes, scope];
    this.#bindParameters(target, args, scope, node);
    this.#depth += 1;
    try {
      const returned = runBody(target.body, this);
      return returned === undefined || returned instanceof Jump ? null : returned;
    } finally {
      this.#depth -= 1;
      this.#scopes = outer;
    }
  }

  #bindParameters(
    { parameters }: PythonFunction,
    { positional, named }: Arguments,
    scope: Map<string, Value>,
    node: SyntaxNode,
  ): void {
    const plain = parameters.filter(({ kind }) => kind === "plain");
    const byPosition = plain.filter(({ isNamedOnly }) => !isNamedOnly);
    for (const parameter of plain) {
      const { name, fallback } = parameter;
      const at = byPosition.indexOf(parameter);
      const byName = named.get(name);
      const given = at >= 0 && positional[at] !== undefined ? positional[at] : byName;
      if (given !== undefined) scope.set(name, given);
      else scope.set(name, fallback === undefined ? this.unknown(node) : evaluate(fallback, this));
    }
    const names = new Set(plain.map(({ name }) => name));
    for (const { name, kind } of parameters) {
      if (kind === "rest") scope.set(name, marked(positional.slice(byPosition.length), true));
      if (kind === "named") scope.set(name, new Map([...named].filter(([key]) => !names.has(key))));
    }
  }

  /** A call of a decorated function: a task, a DAG with its body, or a group with its body. */
  instantiate(factory: TaskFactory, args: Arguments, node: SyntaxNode): Value {
    if (factory.kind === "task") {
      const named = new Map(factory.args);
      if (!named.has("task_id")) named.set("task_id", factory.name);
      if (factory.operator === "@task.bash") this.#setCommand(factory, args, named, node);
      const task = this.task(factory.operator, { positional: [], named }, node);
      if (task instanceof TaskObject)
        this.edges.argument([...args.positional, ...args.named.values()], task, node);
      return task;
    }
    if (factory.kind === "task_group") {
      const named = new Map(factory.args);
      if (!named.has("group_id")) named.set("group_id", factory.name);
      const group = this.group({ positional: [], named }, node);
      this.inside([group], () => this.invoke(factory.body, args, node));
      this.edges.argument([...args.positional, ...args.named.values()], group, node);
      return group;
    }
    const named = new Map(factory.args);
    if (!named.has("dag_id")) named.set("dag_id", factory.name);
    const dag = this.dag({ positional: [], named }, node);
    if (dag instanceof DagObject) this.inside([dag], () => this.invoke(factory.body, args, node));
    return dag;
  }

  /** The command of `@task.bash`: what the function returns, where it does nothing else. */
  #setCommand(factory: TaskFactory, args: Arguments, named: Map<string, Value>, node: SyntaxNode): void {
    const { body } = factory.body;
    const statements: SyntaxNode[] = [];
    for (let child = body.firstChild; child !== null; child = child.nextSibling)
      if (child.name.endsWith("Statement")) statements.push(child);
    const isDocumented = statements.length === 2 && statements[0]?.firstChild?.name === "String";
    if (statements.at(-1)?.name !== "ReturnStatement" || (statements.length !== 1 && !isDocumented)) return;
    const command = this.invoke(factory.body, args, node);
    if (typeof command === "string") named.set("bash_command", command);
  }

  /** Reads a body whose tasks belong to these DAGs and groups, the last ones first. */
  inside<T>(owners: readonly Value[], body: () => T): T {
    const [dags, groups] = [this.#openDags.length, this.#openGroups.length];
    for (const owner of owners) {
      if (owner instanceof DagObject) this.#openDags.push(owner);
      if (owner instanceof GroupObject) this.#openGroups.push(owner);
    }
    try {
      return body();
    } finally {
      this.#openDags.length = dags;
      this.#openGroups.length = groups;
    }
  }

  // ---- Airflow's objects

  dag(args: Arguments, node: SyntaxNode): Value {
    const id = args.positional[0] ?? args.named.get("dag_id");
    if (typeof id !== "string") {
      this.note("the DAG's id is not known: the DAG is left out", node);
      return this.unknown(node, true);
    }
    const named = new Map(args.named);
    if (args.positional[1] !== undefined) named.set("description", args.positional[1]);
    this.budget.object();
    if (this.#dagIds.has(id)) this.note("a DAG of this id is there already: Airflow takes one of them", node);
    this.#dagIds.add(id);
    const dag = new DagObject(id, named, this.line(node));
    this.dags.push(dag);
    return dag;
  }

  group({ positional, named }: Arguments, node: SyntaxNode): GroupObject {
    const id = named.get("group_id") ?? positional[0];
    const around = this.#openGroups.at(-1);
    const parent = named.get("parent_group");
    const outer = around?.id ?? "";
    const prefix = typeof id === "string" ? id : "group";
    // The members of such a group have their bare names, also inside of another group.
    const isBare = named.get("prefix_group_id") === false;
    const name = isBare ? "" : outer === "" ? prefix : `${outer}.${prefix}`;
    const given = named.get("default_args");
    const inherited = (parent instanceof GroupObject ? parent : around)?.defaults ?? [];
    const defaults = new Map([...inherited, ...(given instanceof Map ? given : [])]);
    const group = new GroupObject(name, defaults, given, this.line(node));
    this.#openDags.at(-1)?.groups.push(group);
    return group;
  }

  task(operator: string, args: Arguments, node: SyntaxNode): Value {
    const named = new Map(args.named);
    const id = named.get("task_id") ?? args.positional[0];
    const given = named.get("dag");
    const dag = given instanceof DagObject ? given : this.#openDags.at(-1);
    if (typeof id !== "string") {
      this.note(`a ${operator} whose task_id is not known is left out`, node);
      return this.unknown(node, true);
    }
    if (dag === undefined) {
      this.note(`task ${id} belongs to no DAG of this file: left out`, node);
      return this.unknown(node, true);
    }
    const group = this.#openGroups.at(-1);
    const base = group === undefined || group.id === "" ? id : `${group.id}.${id}`;
    this.budget.object();
    // A task of the same name made again in a loop or by a second call gets a number, as Airflow's decorators give it.
    const name = unique(base, dag.taken, "__", 1);
    if (name !== base && !operator.startsWith("@"))
      this.note("a task of this id is there already, which Airflow refuses: it gets a number here", node);
    const task = new TaskObject(name, operator, named, this.line(node), group);
    dag.tasks.push(task);
    for (const open of this.#openGroups) open.tasks.push(task);
    // A task whose argument is another task's output runs behind it.
    this.edges.argument([...named.values()], task, node);
    return task;
  }
}
