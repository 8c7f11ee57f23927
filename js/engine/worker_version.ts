// A worker whose DAG is another version than its coordinator's: the function that runs was written for other params, or another command.
import type { Dag, Task } from "../dag/dag.js";
import { canonical } from "../json.js";
import type { EngineJob, EngineStatus } from "./engine.js";

const COMPARED = ["params", "command", "dependsOn"] as const;

/** Compares the task of a job with the worker's own, in the members that the worker's has itself. Gives a warning, once for each task. */
export function versionCheck(dags: readonly Dag[]): (job: EngineJob) => EngineStatus["warning"] {
  const told = new Set<string>();
  const own = new Map(
    dags.map(({ dagId, tasks = [], taskDefaults = {} }) => [dagId, { tasks, taskDefaults }]),
  );
  return ({ data }) => {
    const { task, dagId } = data ?? {};
    const dag = own.get(dagId);
    const known = dag?.tasks.find(({ taskId }) => taskId === task?.taskId);
    if (task === undefined || known?.run === undefined || told.has(canonical([dagId, task.taskId]))) return;
    const differs = (member: (typeof COMPARED)[number]) =>
      Object.hasOwn(known, member) &&
      !Object.hasOwn(dag?.taskDefaults ?? {}, member) &&
      textOf(known, member) !== textOf(task, member);
    const changed = COMPARED.filter(differs);
    if (changed.length === 0) return;
    told.add(canonical([dagId, task.taskId]));
    const message = `DAG ${dagId}, task ${task.taskId}: a worker has another version of it than the coordinator (${changed.join(", ")}), and ran its own function`;
    return { code: "dag_changed", message };
  };
}

/** The text of a member after a way through JSON, as the job's has come. */
function textOf(task: Partial<Pick<Task, (typeof COMPARED)[number]>>, member: (typeof COMPARED)[number]) {
  const text = JSON.stringify(task[member]);
  return text === undefined ? "" : canonical(JSON.parse(text));
}
