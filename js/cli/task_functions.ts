// The functions of tasks, wrapped: for logs, and to know what is at work.
import type { Dag, ExecuteTask } from "../face.js";

/** The same DAGs with other functions in the place of theirs. */
export function withFunctions(dags: readonly Dag[], wrap: (run: ExecuteTask) => ExecuteTask): Dag[] {
  const wrapped = <Part extends { run?: ExecuteTask }>(part: Part): Part =>
    part.run === undefined ? part : { ...part, run: wrap(part.run) };
  return dags.map((dag) => ({
    ...dag,
    ...(dag.tasks !== undefined && { tasks: dag.tasks.map(wrapped) }),
    ...(dag.taskDefaults !== undefined && { taskDefaults: wrapped(dag.taskDefaults) }),
  }));
}
