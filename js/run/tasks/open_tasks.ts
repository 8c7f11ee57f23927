// Tasks that a dead process left open end with their run.
import type { RunStore, StoreChange } from "../../store/store.js";
import { isEnd } from "./task_run.js";

/** The changes that end whatever is open of a run's tasks as canceled. */
export async function cancelOpenTasks(
  store: RunStore,
  dagId: string,
  runId: string,
  finishedAt: string,
): Promise<StoreChange[]> {
  const open = (await store.listTaskInstances(dagId, runId)).filter(({ state }) => !isEnd(state));
  return open.map((task) => ({
    type: "save-task-instance",
    instance: { ...task, state: "canceled", finishedAt },
  }));
}
