// The state while a DAG file is read: scopes, DAGs, tasks, notes. Functions of the file are followed, loops over known lists are
// unrolled; both within limits, so that every file ends.
import type { SyntaxNode } from "@lezer/common";
import { type Collector, unique } from "../dags.js";
import { Budget } from "./budget.js";
import type { Arguments } from "./call.js";
import { Dependencies } from "./dependencies.js";
import { evaluate } from "./evaluate.js";
import { runBody } from "./statements.js";
import {
  DagObject,
  GroupObject,
  Jump,
  Name,
  type PythonFunction,
  type TaskFactory,
  TaskObject,
  Unknown,
  type Value,
} from "./value.js";

const MOST_DEPTH = 40;

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

  unknown(node: SyntaxNode): Unknown {
    const text = this.text(node);
    return new Unknown(text.length > 60 ? `${text.slice(0, 60)}...` : text, this.line(node), node);
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

  /** Members of objects of the file that are read: a task's output is the task, a DAG's id its id. */
  attribute(base: Value, name: string): Value | undefined {
    if (base instanceof TaskObject)
      return name === "task_id" ? base.id : name === "output" ? base : undefined;
    if (base instanceof DagObject) return name === "dag_id" ? base.id : undefined;
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
      return this.unknown(node);
    }
    const scope = new Map<string, Value>();
    for (const [at, { name, fallback }] of target.parameters.entries()) {
      const given = args.positional[at] ?? args.named.get(name);
      scope.set(name, given ?? (fallback === undefined ? this.unknown(node) : evaluate(fallback, this)));
    }
    const outer = this.#scopes;
    // Python looks names up where a function was defined: for the functions of a DAG file that is the module.
    this.#scopes = [outer[0] as Map<string, Value>, scope];
    this.#depth += 1;
    try {
      const returned = runBody(target.body, this);
      return returned === undefined || returned instanceof Jump ? null : returned;
    } finally {
      this.#depth -= 1;
      this.#scopes = outer;
    }
  }

  /** A call of a decorated function: a task, a DAG with its body, or a group with its body. */
  instantiate(factory: TaskFactory, args: Arguments, node: SyntaxNode): Value {
    if (factory.kind === "task") {
      const named = new Map(factory.args);
      if (!named.has("task_id")) named.set("task_id", factory.name);
      const task = this.task(factory.operator, { positional: [], named }, node);
      if (task instanceof TaskObject)
        this.edges.argument([...args.positional, ...args.named.values()], task, node);
      return task;
    }
    if (factory.kind === "task_group") {
      const named = new Map(factory.args);
      if (!named.has("group_id")) named.set("group_id", factory.name);
      const group = this.group({ positional: [], named });
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
      return this.unknown(node);
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

  group({ positional, named }: Arguments): GroupObject {
    const id = named.get("group_id") ?? positional[0];
    // The members of such a group have their bare names, also inside of another group.
    if (named.get("prefix_group_id") === false) return new GroupObject("");
    const prefix = typeof id === "string" ? id : "group";
    const outer = this.#openGroups.at(-1)?.id ?? "";
    return new GroupObject(outer === "" ? prefix : `${outer}.${prefix}`);
  }

  task(operator: string, args: Arguments, node: SyntaxNode): Value {
    const named = new Map(args.named);
    const id = named.get("task_id") ?? args.positional[0];
    const given = named.get("dag");
    const dag = given instanceof DagObject ? given : this.#openDags.at(-1);
    if (typeof id !== "string") {
      this.note(`a ${operator} whose task_id is not known is left out`, node);
      return this.unknown(node);
    }
    if (dag === undefined) {
      this.note(`task ${id} belongs to no DAG of this file: left out`, node);
      return this.unknown(node);
    }
    const group = this.#openGroups.at(-1);
    const base = group === undefined || group.id === "" ? id : `${group.id}.${id}`;
    this.budget.object();
    // A task of the same name made again in a loop or by a second call gets a number, as Airflow's decorators give it.
    const name = unique(base, dag.taken, "__", 1);
    if (name !== base && !operator.startsWith("@"))
      this.note("a task of this id is there already, which Airflow refuses: it gets a number here", node);
    const task = new TaskObject(name, operator, named, this.line(node));
    dag.tasks.push(task);
    for (const open of this.#openGroups) open.tasks.push(task);
    // A task whose argument is another task's output runs behind it.
    this.edges.argument([...named.values()], task, node);
    return task;
  }
}
