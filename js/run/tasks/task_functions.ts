// The callback that runs each task of a DAG: the task's own function, or the host's `executeTask`.

import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import type { ExecuteTask } from "./task_context.js";

/** Whether a DAG's tasks can be run one by one, so that they need no `executeRun`. */
export function runsByTask(dag: CheckedDag, executeTask: ExecuteTask | undefined): boolean {
  return (
    dag.tasks.length > 0 && (executeTask !== undefined || dag.tasks.some(({ run }) => run !== undefined))
  );
}

/** One callback for all tasks of a DAG. A task with neither function nor command does nothing and succeeds, where there is no
 *  `executeTask` either. INVALID_OPTION for a command that nothing runs. */
export function taskCallback(
  { dagId, tasks }: CheckedDag,
  executeTask: ExecuteTask | undefined,
): ExecuteTask {
  const functions = new Map(tasks.flatMap(({ taskId, run }) => (run === undefined ? [] : [[taskId, run]])));
  if (functions.size === 0 && executeTask !== undefined) return executeTask;
  const unrun = tasks.find(({ command, run }) => command !== undefined && run === undefined);
  if (unrun !== undefined && executeTask === undefined) {
    throw new DagfillError(
      "INVALID_OPTION",
      `DAG ${dagId}, task ${unrun.taskId}: expected executeTask to run its command, got none`,
      { field: "executeTask", hint: "shellTasks() of dagfill/shell runs commands" },
    );
  }
  return (task) => (functions.get(task.taskId) ?? executeTask)?.(task);
}
