// Tasks beside those that a backfill chose, which decide how its runs end.
import type { BackfillOptions, Dag, RunRecord, RunStore } from "../face.js";

/** Tasks of a run that stand without success and that the backfill did not choose: an earlier one ran them, and the run fails while they stand so. */
export async function unchosenTasks(
  dag: Dag,
  { runId, chunk }: RunRecord,
  options: BackfillOptions,
  store: RunStore,
): Promise<string[]> {
  const { taskIds, withUpstream = true } = options;
  if (taskIds === undefined) return [];
  const chosen = withUpstream ? withDependencies(taskIds, dag) : new Set(taskIds);
  // The tasks of a chunk are those of its first date.
  const stand = await store.listTaskInstances(dag.dagId, chunk ?? runId);
  const open = new Set(
    stand.flatMap(({ taskId, state }) => (state === "success" || state === "skipped" ? [] : [taskId])),
  );
  return (dag.tasks ?? []).flatMap(({ taskId }) => (open.has(taskId) && !chosen.has(taskId) ? [taskId] : []));
}

function withDependencies(taskIds: readonly string[], { tasks = [] }: Dag): Set<string> {
  const before = new Map(tasks.map(({ taskId, dependsOn = [] }) => [taskId, dependsOn]));
  const all = new Set(taskIds);
  // A set that grows is walked to its new end.
  for (const taskId of all) for (const other of before.get(taskId) ?? []) all.add(other);
  return all;
}
