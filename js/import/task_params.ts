// Params of Airflow's tasks, which templates of dagfill read as the DAG's.
import type { Task } from "../dag/dag.js";

/** The params of the DAG and those of its tasks. In Airflow `{{ params.x }}` of a command is the task's own param before the DAG's; here it is
 *  the DAG's, so that a name with two values is noted. */
export function withTaskParams(
  own: Record<string, unknown> | undefined,
  tasks: readonly Task[],
  note: (message: string) => void,
): Record<string, unknown> | undefined {
  const params = new Map(Object.entries(own ?? {}));
  for (const task of tasks) {
    for (const [name, value] of Object.entries((task.params ?? {}) as Record<string, unknown>)) {
      if (!params.has(name)) params.set(name, value);
      else if (JSON.stringify(params.get(name)) !== JSON.stringify(value) && task.command?.includes(name))
        note(
          `params: ${name} of task ${task.taskId} is another value than before: {{ params.${name} }} of its command must be replaced`,
        );
    }
  }
  return params.size === 0 ? own : Object.fromEntries(params);
}
