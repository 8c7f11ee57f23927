// Values of expressions in a DAG file, as far as they are known without running Python.
import type { SyntaxNode } from "@lezer/common";
import { type Budget, deeper } from "./budget.js";

/** A literal, a container of values, or one of the objects below. `Unknown` is everything that only a running Python could tell. */
export type Value = null | boolean | number | string | Value[] | ReadonlyMap<Value, Value> | PythonObject;

export type PythonObject =
  | Unknown
  | Name
  | Float
  | Duration
  | Moment
  | Timetable
  | DagObject
  | TaskObject
  | TaskOutput
  | GroupObject
  | EdgeLabel
  | TaskFactory
  | PythonFunction
  | ClassObject
  | Instance
  | Partial;

/** A value that cannot be known; `text` is its source, for the note. */
export class Unknown {
  constructor(
    readonly text: string,
    readonly line: number,
    readonly node: SyntaxNode,
    /** A note says already what is missing. */
    public isNoted = false,
  ) {}
}

/** A number that Python writes with a point or an exponent. Whole numbers are JavaScript's own. */
export class Float {
  constructor(readonly value: number) {}
}

/** Of a whole number or a Float. */
export function numberOf(value: Value | undefined): number | undefined {
  if (value instanceof Float) return value.value;
  return typeof value === "number" ? value : undefined;
}

const tuples = new WeakMap<readonly Value[], boolean>();

/** Marks what is certainly a tuple, or certainly a list: their texts differ. */
export function marked(items: Value[], tuple: boolean): Value[] {
  tuples.set(items, tuple);
  return items;
}

/** Whether these members are a tuple (true) or a list (false); `undefined` where that is not certain. */
export function isTuple(items: readonly Value[]): boolean | undefined {
  return tuples.get(items);
}

/** A dotted name that the file does not define: `pendulum`, `airflow.utils.dates`. */
export class Name {
  constructor(readonly path: string) {}
}

/** timedelta, or relativedelta with whole months. */
export class Duration {
  constructor(
    readonly ms: number,
    readonly months = 0,
  ) {}
}

/** A date and time as written; `zone` where the source names one. */
export class Moment {
  constructor(
    readonly text: string,
    /** `null` for one that is given and not known. */
    readonly zone?: string | null,
  ) {}
}

/** A zone's name as a text, or the Moment-less marker that `pendulum.timezone("...")` leaves; `null` for one that is not known. */
export function zoneOf(value: Value | undefined): string | null | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  return value instanceof Name && value.path.toLowerCase().endsWith("utc") ? "UTC" : null;
}

/** A timetable object of Airflow. */
export class Timetable {
  constructor(
    /** A cron text, several, a period, or dates. */
    readonly ticks:
      | string
      | Duration
      | { readonly crons: readonly string[] }
      | { readonly dates: readonly string[] },
    readonly kind: "interval" | "trigger",
    /** `null` for one that is given and not known. */
    readonly zone: string | null | undefined,
    readonly interval?: Duration,
  ) {}
}

/** A DAG while its body is read. */
export class DagObject {
  readonly tasks: TaskObject[] = [];
  /** The last number of each task id. */
  readonly taken = new Map<string, number>();
  readonly groups: GroupObject[] = [];

  constructor(
    readonly id: string,
    readonly args: ReadonlyMap<string, Value>,
    readonly line: number,
  ) {}
}

/** A task: an operator's instance, or a call of a function that `@task` decorates. */
export class TaskObject {
  readonly upstream = new Set<TaskObject>();
  /** Whether it runs once for each element of its arguments (`expand`). */
  isMapped = false;

  constructor(
    readonly id: string,
    readonly operator: string,
    readonly args: ReadonlyMap<string, Value>,
    readonly line: number,
    /** The innermost group that it is in. */
    readonly group?: GroupObject,
  ) {}
}

/** A part of a task's output: `extract()["rows"]`. */
export class TaskOutput {
  constructor(
    readonly task: TaskObject,
    readonly key: string,
  ) {}
}

/** A TaskGroup: stands for its first or last tasks in a dependency. */
export class GroupObject {
  readonly tasks: TaskObject[] = [];
  constructor(
    /** Stands before the names of its members; "" where nothing does. */
    readonly id: string,
    /** Arguments of its tasks, together with those of the groups around it. */
    readonly defaults: ReadonlyMap<Value, Value>,
    /** Its `default_args` as they were given. */
    readonly given: Value | undefined,
    readonly line: number,
  ) {}

  /** Tasks of the group that no other task of it precedes. */
  roots(budget: Budget): TaskObject[] {
    const own = new Set(this.tasks);
    return this.tasks.filter((task) => !before(task, budget).some((other) => own.has(other)));
  }

  /** Tasks of the group that precede no other task of it. */
  leaves(budget: Budget): TaskObject[] {
    const preceding = new Set(this.tasks.flatMap((task) => before(task, budget)));
    return this.tasks.filter((task) => !preceding.has(task));
  }
}

function before({ upstream }: TaskObject, budget: Budget): TaskObject[] {
  budget.spend(1 + upstream.size);
  return [...upstream];
}

/** `Label("...")` between two operands of `>>`: what is before it precedes what is behind it. */
export class EdgeLabel {
  before: Value | undefined;
  after: Value | undefined;
}

/** A function under `@task`, `@dag` or `@task_group`; a call of it makes a task, a DAG or a group. */
export class TaskFactory {
  constructor(
    readonly kind: "task" | "dag" | "task_group",
    readonly operator: string,
    readonly name: string,
    readonly args: ReadonlyMap<string, Value>,
    readonly body: PythonFunction,
    readonly line: number,
  ) {}

  /** The same with further arguments. */
  with(args: Iterable<[string, Value]>): TaskFactory {
    const all = new Map([...this.args, ...args]);
    return new TaskFactory(this.kind, this.operator, this.name, all, this.body, this.line);
  }
}

/** A parameter of a function: an ordinary one, `*rest`, or `**named`. */
export interface Parameter {
  name: string;
  kind: "plain" | "rest" | "named";
  /** Given by its name only. */
  isNamedOnly: boolean;
  fallback: SyntaxNode | undefined;
}

/** The names that a place of the file sees, the outermost first. */
export type Scopes = readonly Map<string, Value>[];

/** A function of the file, with the names that it sees where it is defined. */
export class PythonFunction {
  constructor(
    readonly name: string,
    readonly parameters: readonly Parameter[],
    readonly body: SyntaxNode,
    readonly scopes: Scopes,
    /** Of a method: how it is called, such as `staticmethod`. */
    readonly kind: "plain" | "staticmethod" | "classmethod" | "property" = "plain",
    /** A decorator whose effect is not known. */
    readonly decorator?: string,
  ) {}
}

/** A class of the file. */
export class ClassObject {
  constructor(
    readonly name: string,
    readonly bases: readonly Value[],
    readonly members: Map<string, Value>,
    /** Names of a dataclass's fields, in the order of its arguments. */
    readonly fields: readonly string[],
  ) {}
}

/** An object of a class of the file; of an Enum one of its members. */
export class Instance {
  constructor(
    readonly type: ClassObject,
    readonly members: Map<string, Value>,
  ) {}
}

/** A callable with arguments that are given already: `functools.partial(...)`, or a method of an object. */
export class Partial {
  constructor(
    readonly target: Value,
    readonly positional: readonly Value[],
    readonly named: ReadonlyMap<string, Value>,
  ) {}
}

/** `break` or `continue`, on its way to the loop. */
export class Jump {
  constructor(readonly word: "break" | "continue") {}
}

/** Tasks that a value stands for, as the left or the right side of a dependency. `other` is told each value inside that is no task. */
export function tasksOf(
  value: Value,
  side: "first" | "last",
  budget: Budget,
  other?: (value: Value) => void,
  depth = 0,
): TaskObject[] {
  budget.spend(1);
  if (value instanceof TaskObject) return [value];
  if (value instanceof TaskOutput) return [value.task];
  if (value instanceof GroupObject) return side === "first" ? value.roots(budget) : value.leaves(budget);
  const inner = deeper(depth);
  const items = Array.isArray(value) ? value : value instanceof Map ? [...value.values()] : undefined;
  if (items !== undefined && inner !== undefined)
    return items.flatMap((item) => tasksOf(item, side, budget, other, inner));
  other?.(value);
  return [];
}

/** The text of a task's output: the reference to its XCom, as Airflow prints it. */
export function outputOf(output: TaskObject | TaskOutput): string {
  const [task, key] = output instanceof TaskOutput ? [output.task, `, key='${output.key}'`] : [output, ""];
  return `{{ ti.xcom_pull(task_ids='${task.id}'${key}) }}`;
}

/** Whether nothing inside is unknown. */
export function isKnown(value: Value, budget: Budget, depth = 0): boolean {
  budget.spend(1);
  if (value instanceof Unknown || value instanceof Name) return false;
  const inner = deeper(depth);
  if (Array.isArray(value)) return inner !== undefined && value.every((item) => isKnown(item, budget, inner));
  if (value instanceof Map) {
    if (inner === undefined) return false;
    return [...value].every(([key, item]) => isKnown(key, budget, inner) && isKnown(item, budget, inner));
  }
  return true;
}

/** No params of a person's have more members. */
const MOST_MEMBERS = 10_000;

/** A value as JSON; `undefined` where JSON has no such thing, and where it would have more members than anybody writes. */
export function toJson(value: Value, left = { members: MOST_MEMBERS }, depth = 0): unknown {
  left.members -= 1;
  const inner = deeper(depth);
  if (left.members < 0 || inner === undefined) return undefined;
  const number = numberOf(value);
  if (number !== undefined) return Number.isFinite(number) ? number : undefined;
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (value instanceof Moment) return value.text;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      const json = toJson(item, left, inner);
      if (json === undefined) return undefined;
      items.push(json);
    }
    return items;
  }
  if (!(value instanceof Map)) return undefined;
  const entries: [string, unknown][] = [];
  for (const [key, item] of value) {
    const json = toJson(item, left, inner);
    if (typeof key !== "string" || json === undefined) return undefined;
    entries.push([key, json]);
  }
  return Object.fromEntries(entries);
}
