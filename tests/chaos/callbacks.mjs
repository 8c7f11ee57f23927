// What the DAGs of chaos do: runs that take a moment and may fail, and tasks that hand values on.
import { setTimeout as sleep } from "node:timers/promises";

/** A diamond of tasks. Each one behind another is handed its value by a template and by a pull. */
export function diamond(retries) {
  const behind = (...upstream) => ({
    dependsOn: upstream,
    params: Object.fromEntries(upstream.map((taskId) => [taskId, `{{ xcom.${taskId}.return_value }}`])),
    retries,
    retryDelay: 5,
  });
  return [
    { taskId: "first", retries, retryDelay: 5 },
    { taskId: "left", ...behind("first") },
    { taskId: "right", ...behind("first") },
    { taskId: "last", ...behind("left", "right") },
  ];
}

/** The callback of a life, for runs and for tasks. */
export function callback(scene, life, random) {
  return async (context) => {
    const { executionDate, taskId, attempt } = context;
    const upstream = Object.keys(context.taskId === undefined ? {} : context.params);
    const pulled = Object.fromEntries(
      upstream.map((from) => [from, [context.params[from], context.xcomPull(from)]]),
    );
    return life.during(context, upstream.length > 0 ? { pulled } : {}, async () => {
      await sleep(random.integer(0, scene.longest));
      const isLast = taskId === undefined || taskId === "last";
      if (isLast && scene.failing.includes(executionDate)) throw new Error("this date always fails");
      if (random.chance(scene.flaky)) throw new Error("this attempt fails");
      return taskId === undefined ? undefined : leftBy(taskId, attempt);
    });
  };
}

export const leftBy = (taskId, attempt) => `${taskId} of attempt ${attempt}`;
