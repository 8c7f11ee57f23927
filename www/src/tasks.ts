import type { DraftTask } from "./model";

/** The changed fields of a task, or a function that makes them from the newest task. */
export type TaskPart = Partial<DraftTask> | ((before: DraftTask) => Partial<DraftTask>);

/** A change of one task. A new id is carried into what runs after it. */
export function editTask(tasks: DraftTask[], index: number, change: TaskPart): DraftTask[] {
  const edited = tasks[index];
  if (edited === undefined) return tasks;
  const part = typeof change === "function" ? change(edited) : change;
  const old = edited.taskId;
  const renamed = part.taskId;
  return tasks.map((task, at) => {
    if (at === index) return { ...task, ...part };
    if (renamed === undefined || !task.dependsOn.includes(old)) return task;
    return { ...task, dependsOn: task.dependsOn.map((id) => (id === old ? renamed : id)) };
  });
}

export function deleteTask(tasks: DraftTask[], index: number): DraftTask[] {
  const gone = tasks[index]?.taskId;
  return tasks
    .filter((_, at) => at !== index)
    .map((task) =>
      gone !== undefined && task.dependsOn.includes(gone)
        ? { ...task, dependsOn: task.dependsOn.filter((id) => id !== gone) }
        : task,
    );
}

export function addTask(tasks: DraftTask[]): DraftTask[] {
  const taken = new Set(tasks.map((task) => task.taskId));
  let count = tasks.length + 1;
  while (taken.has(`task_${count}`)) count++;
  return [...tasks, { taskId: `task_${count}`, command: "echo {{ ds }}", dependsOn: [] }];
}

/** The edge from one task to another; null when it would close a cycle, with the path that it would close. */
export function connectTasks(
  tasks: DraftTask[],
  from: string,
  to: string,
): DraftTask[] | { cycle: string[] } {
  const path = pathBetween(tasks, to, from);
  if (path) return { cycle: [...path, to] };
  return tasks.map((task) =>
    task.taskId === to && !task.dependsOn.includes(from)
      ? { ...task, dependsOn: [...task.dependsOn, from] }
      : task,
  );
}

/** A way along the edges from one task to another: backwards from the end, each task once. */
function pathBetween(tasks: DraftTask[], from: string, to: string): string[] | null {
  const upstream = new Map(tasks.map((task) => [task.taskId, task.dependsOn]));
  const next = new Map<string, string | null>([[to, null]]);
  const waiting = [to];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === from) break;
    for (const before of upstream.get(id) ?? []) {
      if (next.has(before)) continue;
      next.set(before, id);
      waiting.push(before);
    }
  }
  if (!next.has(from)) return null;
  const path: string[] = [];
  for (let id: string | null | undefined = from; id; id = next.get(id)) path.push(id);
  return path;
}
