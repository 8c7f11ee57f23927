// A DAG written in code, with types that follow from what is written.

import type { JsonInput } from "../json.js";
import type { TaskContext } from "../run/tasks/task_context.js";
import type { Dag, Task } from "./dag.js";

/** The type of a task's params once they are rendered: what was written, with every text being some text. */
export type Rendered<Params> = Params extends string
  ? string
  : Params extends number
    ? number
    : Params extends boolean
      ? boolean
      : Params extends object
        ? { -readonly [Key in keyof Params]: Rendered<Params[Key]> }
        : Params;

/** A task of `defineDag`, which depends on tasks of the same DAG. */
interface LinkedTask<TaskId extends string, Others extends string> extends Omit<Task, "run"> {
  taskId: TaskId;
  dependsOn?: readonly Others[];
  run?: unknown;
}

/** Its function receives the params that are written beside it. */
interface TypedTask<Params> extends Omit<Task, "run"> {
  params?: Params;
  run?: (task: TaskContext<Rendered<NoInfer<Params>>>) => unknown;
}

/** A DAG in the types of `defineDag`. `TaskIds`, `Params`: the id and the params of each task, in order. */
export interface DefinedDag<
  TaskIds extends readonly string[],
  Params extends { [Index in keyof TaskIds]: JsonInput },
> extends Omit<Dag, "tasks"> {
  tasks?: {
    [Index in keyof TaskIds]: LinkedTask<TaskIds[Index], NoInfer<TaskIds[number]>>;
  } & { [Index in keyof Params]: TypedTask<Params[Index]> };
}

/**
 * A DAG as it is given, typed by what is written: ids in `dependsOn` must be ids of its tasks, trigger rules stay the rules that
 * they are, and each task's `run` knows the params of its own task. Nothing is checked at run time before the DAG is used
 * (`validateDag` does it at once).
 *
 * @example
 * ```ts
 * const dag = defineDag({
 *   dagId: "sales",
 *   schedule: "@daily",
 *   tasks: [
 *     { taskId: "extract", params: { table: "orders_{{ ds_nodash }}", limit: 100 }, run: ({ params }) => params.limit * 2 },
 *     { taskId: "report", dependsOn: ["extract"], triggerRule: "all_done", run: (task) => task.xcomPull("extract") },
 *   ],
 * });
 * ```
 */
export function defineDag<
  const TaskIds extends readonly string[],
  const Params extends { [Index in keyof TaskIds]: JsonInput },
>(dag: DefinedDag<TaskIds, Params>): Dag {
  return dag as unknown as Dag;
}
