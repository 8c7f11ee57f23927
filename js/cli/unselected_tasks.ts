// Unfinished tasks of a run that a backfill with `taskIds` did not select: they decide how the run ends, too.
import type { BackfillOptions, Dag, RunRecord, RunStore } from "../face.js";

/** The tasks of a run that an earlier backfill left without success and that this one did not select: the run fails until they succeed. */
export async function unselectedTasks(
  dag: Dag,
  { runId, chunk }: RunRecord,
  options: BackfillOptions,
  store: RunStore,
): Promise<string[]> {
  const { taskIds, withUpstream = true } = options;
  if (taskIds === undefined) return [];
  const selected = withUpstream ? withDependencies(taskIds, dag) : new Set(taskIds);
  // The tasks of a chunk are those of its first date.
  const instances = await store.listTaskInstances(dag.dagId, chunk ?? runId);
  const unfinished = new Set(
    instances.flatMap(({ taskId, state }) => (state === "success" || state === "skipped" ? [] : [taskId])),
  );
  return (dag.tasks ?? []).flatMap(({ taskId }) =>
    unfinished.has(taskId) && !selected.has(taskId) ? [taskId] : [],
  );
}

function withDependencies(taskIds: readonly string[], { tasks = [] }: Dag): Set<string> {
  const before = new Map(tasks.map(({ taskId, dependsOn = [] }) => [taskId, dependsOn]));
  const all = new Set(taskIds);
  // A set that grows is walked to its new end.
  for (const taskId of all) for (const other of before.get(taskId) ?? []) all.add(other);
  return all;
}
