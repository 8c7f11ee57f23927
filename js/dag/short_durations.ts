// Durations of a DAG that are bare numbers below one second. A number is milliseconds, and the author of `timeout: 30` means seconds.
import type { Warning } from "../warning.js";
import type { Dag, Task } from "./dag.js";

const FIELDS = ["timeout", "retryDelay"] as const;

/** A warning for each of these durations. Text such as "PT0.03S" has a unit and is never warned of. */
export function shortDurations({ tasks = [], taskDefaults, interval, catchup }: Dag): Warning[] {
  const found: Warning[] = [];
  const look = (place: string, field: string, value: unknown, taskId?: string) => {
    if (typeof value !== "number" || value <= 0 || value >= 1_000) return;
    const message = `${place}${field}: the number ${value} is ${value} milliseconds; "PT${value}S" is ${value} ${value === 1 ? "second" : "seconds"}`;
    found.push({ code: "short_duration", message, field, ...(taskId !== undefined && { taskId }) });
  };
  const lookAt = (part: Partial<Pick<Task, (typeof FIELDS)[number]>>, place: string, taskId?: string) => {
    for (const field of FIELDS) look(place, field, part[field], taskId);
  };
  look("", "interval", interval);
  if (typeof catchup === "object" && "window" in catchup) look("catchup, ", "window", catchup.window);
  if (taskDefaults !== undefined) lookAt(taskDefaults, "taskDefaults, ");
  for (const task of tasks) lookAt(task, `task ${task.taskId}, `, task.taskId);
  return found;
}
