// Tasks that a dead process left open end with their run.
import type { Json } from "../../json.js";
import type { RunStore, StoreChange, TaskInstance } from "../../store/store.js";
import type { Report } from "../host/executor.js";
import { isEnd } from "./task_run.js";

/** The changes that end whatever is open of a run's tasks: as it ended outside of the dead process, where `reportOf` tells an end, else as
 *  canceled. */
export async function cancelOpenTasks(
  store: RunStore,
  dagId: string,
  runId: string,
  finishedAt: string,
  reportOf: (task: TaskInstance) => Report | undefined = () => undefined,
): Promise<StoreChange[]> {
  const open = (await store.listTaskInstances(dagId, runId)).filter(({ state }) => !isEnd(state));
  return open.flatMap((task) => {
    const report = task.state === "running" ? reportOf(task) : undefined;
    const ended = report?.state === "success" || report?.state === "failed";
    const state = ended ? report.state : "canceled";
    const error = state === "failed" && report?.error !== undefined ? { error: report.error } : {};
    const instance = { ...task, state, finishedAt, ...error } as TaskInstance;
    const left = ended ? xcomOf(report) : [];
    const changes = left.map(
      ([key, value]): StoreChange => ({
        ...{ type: "set-xcom", dagId, runId },
        ...{ taskId: task.taskId, key, value },
      }),
    );
    return [...changes, { type: "save-task-instance", instance }];
  });
}

function xcomOf({ output, pushed = {} }: Report): [string, Json][] {
  return [
    ...Object.entries(pushed),
    ...(output === undefined ? [] : [["return_value", output] as [string, Json]]),
  ];
}
