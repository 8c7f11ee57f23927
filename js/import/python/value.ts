// Values of expressions in a DAG file, as far as they are known without running Python.
import type { SyntaxNode } from "@lezer/common";

/** A literal, a container of values, or one of the objects below. `Unknown` is everything that only a running Python could tell. */
export type Value = null | boolean | number | string | Value[] | ReadonlyMap<Value, Value> | PythonObject;

export type PythonObject =
  | Unknown
  | Name
  | Duration
  | Moment
  | Timetable
  | DagObject
  | TaskObject
  | GroupObject
  | TaskFactory
  | PythonFunction;

/** A value that cannot be known; `text` is its source, for the note. */
export class Unknown {
  constructor(
    readonly text: string,
    readonly line: number,
  ) {}
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
    readonly zone?: string,
  ) {}
}

/** A timetable object of Airflow. */
export class Timetable {
  constructor(
    readonly cron: string,
    readonly kind: "interval" | "trigger",
    readonly zone: string | undefined,
    readonly interval?: Duration,
  ) {}
}

/** A DAG while its body is read. */
export class DagObject {
  readonly tasks: TaskObject[] = [];
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

  constructor(
    readonly id: string,
    readonly operator: string,
    readonly args: ReadonlyMap<string, Value>,
    readonly line: number,
  ) {}
}

/** A TaskGroup: stands for its first or last tasks in a dependency. */
export class GroupObject {
  readonly tasks: TaskObject[] = [];
  constructor(readonly id: string) {}

  /** Tasks of the group that no other task of it precedes. */
  get roots(): TaskObject[] {
    return this.tasks.filter((task) => !this.tasks.some((other) => task.upstream.has(other)));
  }

  /** Tasks of the group that precede no other task of it. */
  get leaves(): TaskObject[] {
    return this.tasks.filter((task) => !this.tasks.some((other) => other.upstream.has(task)));
  }
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
}

/** A function of the file. */
export class PythonFunction {
  constructor(
    readonly name: string,
    readonly parameters: readonly { name: string; fallback: SyntaxNode | undefined }[],
    readonly body: SyntaxNode,
  ) {}
}

/** Tasks that a value stands for, as the left or the right side of a dependency. */
export function tasksOf(value: Value, side: "first" | "last"): TaskObject[] {
  if (value instanceof TaskObject) return [value];
  if (value instanceof GroupObject) return side === "first" ? value.roots : value.leaves;
  if (Array.isArray(value)) return value.flatMap((item) => tasksOf(item, side));
  return [];
}

/** What a task's output is in a text: the reference to its XCom that Airflow prints. */
export function outputOf(task: TaskObject): string {
  return `{{ ti.xcom_pull(task_ids='${task.id}') }}`;
}

/** Whether nothing inside is unknown. */
export function isKnown(value: Value): boolean {
  if (value instanceof Unknown || value instanceof Name) return false;
  if (Array.isArray(value)) return value.every(isKnown);
  if (value instanceof Map) return [...value].every(([key, inner]) => isKnown(key) && isKnown(inner));
  return true;
}

/** A value as JSON; `undefined` where JSON has no such thing. */
export function toJson(value: Value): unknown {
  if (value === null || ["boolean", "number", "string"].includes(typeof value)) return value;
  if (value instanceof Moment) return value.text;
  if (Array.isArray(value)) {
    const items = value.map(toJson);
    return items.includes(undefined) ? undefined : items;
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, inner]) => [key, toJson(inner)] as const);
    const isWhole = entries.every(([key, inner]) => typeof key === "string" && inner !== undefined);
    return isWhole ? Object.fromEntries(entries) : undefined;
  }
  return undefined;
}
