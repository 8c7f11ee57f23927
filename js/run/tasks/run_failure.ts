// The tasks for which a run has not succeeded, or has succeeded in part: failed ones, and those that the date before has stopped.
import type { CheckedTask } from "../../dag/dag.js";
import type { Failure } from "../../failure.js";
import type { TaskInstance } from "../../store/store.js";
import type { TaskGraph } from "./task_graph.js";
import { DagfillTaskError } from "./task_state.js";

/** The records of a run's tasks; the errors by the number of the task. */
interface Records {
  readonly errors: ReadonlyMap<number, Failure>;
  state(taskId: string): TaskInstance["state"] | undefined;
}

/** Names at most four: a line is cut at its end. */
const MOST_NAMED = 4;

/** Tasks as a message names them: `task a`, or `tasks a, b`. */
export function tasksNamed(tasks: readonly { taskId: string }[]): string {
  const more = tasks.length - MOST_NAMED;
  const ids = tasks.slice(0, MOST_NAMED).map(({ taskId }) => taskId);
  return `${tasks.length === 1 ? "task" : "tasks"} ${ids.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The error of a run that has failed: it names the failed tasks, those that decided the run's end first. `prior`: all that its tasks had on record
 *  when it began. */
export function runFailure(
  graph: TaskGraph,
  records: Records,
  prior: readonly TaskInstance[],
): DagfillTaskError {
  const deciding = decidingTasks(graph, records);
  const order = ({ taskId }: { taskId: string }) => (deciding.has(taskId) ? 0 : 1);
  // A task that was skipped has an error, too.
  const failed = Array.from(records.errors, ([task, { message }]) => ({ ...graph.task(task), message }))
    .filter(({ taskId }) => records.state(taskId) === "failed")
    .sort((one, other) => order(one) - order(other));
  const [first] = failed;
  if (first === undefined) return new DagfillTaskError(reasonWithoutFailure(graph, records, prior));
  const which = failed.length === 1 ? "" : `; ${first.taskId}`;
  return new DagfillTaskError(`${tasksNamed(failed)} failed${which}: ${first.message}`);
}

/** The tasks that did not run because of the date before. Those behind them, and behind failed ones, did not run because of these. */
export function stoppedByPast({ tasks }: TaskGraph, records: Pick<Records, "state">): CheckedTask[] {
  const isBad = (taskId: string) => ["failed", "upstream_failed"].includes(records.state(taskId) ?? "");
  return tasks.filter(
    ({ taskId, dependsOnPast, dependsOn, triggerRule }) =>
      dependsOnPast &&
      records.state(taskId) === "upstream_failed" &&
      (triggerRule !== "all_success" || !dependsOn.some(isBad)),
  );
}

/** Why a run of which no task has failed has not succeeded. */
function reasonWithoutFailure(graph: TaskGraph, records: Records, prior: readonly TaskInstance[]): string {
  const left = graph.undone(prior);
  if (left !== undefined)
    return `task ${left.taskId} stands ${left.state} and was not chosen: run it again, too`;
  const [stopped] = stoppedByPast(graph, records);
  return stopped === undefined
    ? "a task did not succeed"
    : `task ${stopped.taskId} did not run: it has dependsOnPast, and did not succeed on the date before`;
}

/** The tasks at the end of the graph, and those before them for whose failure they did not run. */
function decidingTasks({ tasks }: TaskGraph, records: Records): ReadonlySet<string> {
  const before = new Map(tasks.map(({ taskId, dependsOn }) => [taskId, dependsOn]));
  const deciding = new Set(before.keys());
  for (const id of tasks.flatMap(({ dependsOn }) => dependsOn)) deciding.delete(id);
  // A for-of loop over a set also visits the members that are added to it.
  for (const taskId of deciding) {
    if (records.state(taskId) !== "upstream_failed") continue;
    for (const id of before.get(taskId) ?? []) deciding.add(id);
  }
  return deciding;
}
