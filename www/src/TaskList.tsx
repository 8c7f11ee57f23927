import { TextField } from "./fields";
import type { DagView, Draft, DraftTask, RowDetail, TaskStates } from "./model";
import { TaskMark } from "./TaskMark";
import { sayUnknown } from "./Template";

export interface TasksProps {
  draft: Draft;
  dag: DagView | undefined;
  detail: RowDetail | null;
  /** Of the selected run, while a backfill is looked at. */
  states: TaskStates;
  editable: boolean;
  change: (part: Partial<Draft>) => void;
}

/** The DAG as a list: the same model as the graph, with a way for keys and screen readers to do everything. */
export function TaskList({ draft, dag, detail, states, editable, change }: TasksProps) {
  const set = (index: number, part: Partial<DraftTask>) =>
    change({ tasks: editTask(draft.tasks, index, part) });
  return (
    <div className="task-list">
      <TextField
        label="DAG id"
        name="dagId"
        mono
        value={draft.dagId}
        onChange={(dagId) => change({ dagId })}
      />
      <ol>
        {draft.tasks.map((task, index) => (
          <li key={keyOf(index)}>
            <fieldset disabled={!editable}>
              <legend>
                {task.taskId || "(no name)"} <TaskMark state={states.get(task.taskId)} />
              </legend>
              <TextField
                label="Id"
                name={`task-${index}-id`}
                mono
                value={task.taskId}
                onChange={(taskId) => set(index, { taskId })}
              />
              <TextField
                label="Command"
                name={`task-${index}-command`}
                mono
                value={task.command}
                onChange={(command) => set(index, { command })}
                errorText={dag?.unknown.get(task.taskId)?.map(sayUnknown).join(" ") ?? null}
                hint={<Rendered detail={detail} taskId={task.taskId} />}
              />
              <RunsAfter tasks={draft.tasks} index={index} set={set} />
              <button type="button" onClick={() => change({ tasks: deleteTask(draft.tasks, index) })}>
                Delete {task.taskId}
              </button>
            </fieldset>
          </li>
        ))}
      </ol>
      {editable && (
        <button type="button" onClick={() => change({ tasks: addTask(draft.tasks) })}>
          Add a task
        </button>
      )}
    </div>
  );
}

/** Rows have no identity but their place: ids are edited in them. */
const keyOf = (index: number) => `task-${index}`;

function Rendered({ detail, taskId }: { detail: RowDetail | null; taskId: string }) {
  const text = detail?.commands.find((command) => command.taskId === taskId)?.text;
  return text ? <code className="rendered">{text}</code> : null;
}

interface RunsAfterProps {
  tasks: DraftTask[];
  index: number;
  set: (index: number, part: Partial<DraftTask>) => void;
}

/** Beyond this many tasks, a box in each task for each other one takes seconds to draw. */
const MOST_BOXES = 30;

function RunsAfter(props: RunsAfterProps) {
  const { tasks, index, set } = props;
  const task = tasks[index];
  if (!task || tasks.length < 2) return null;
  if (tasks.length > MOST_BOXES) return <RunsAfterIds {...props} />;
  return (
    <fieldset className="after">
      <legend>Runs after</legend>
      {tasks.map((other, at) =>
        at === index ? null : (
          <label key={keyOf(at)}>
            <input
              type="checkbox"
              checked={task.dependsOn.includes(other.taskId)}
              onChange={(event) =>
                set(index, {
                  dependsOn: event.target.checked
                    ? [...task.dependsOn, other.taskId]
                    : task.dependsOn.filter((id) => id !== other.taskId),
                })
              }
            />
            {other.taskId}
          </label>
        ),
      )}
    </fieldset>
  );
}

/** The same as one field of ids. */
function RunsAfterIds({ tasks, index, set }: RunsAfterProps) {
  const dependsOn = tasks[index]?.dependsOn ?? [];
  return (
    <TextField
      label="Runs after (ids, with commas)"
      name={`task-${index}-after`}
      mono
      value={dependsOn.join(", ")}
      onChange={(text) => set(index, { dependsOn: idsOf(text) })}
    />
  );
}

const idsOf = (text: string) =>
  text
    .split(",")
    .map((id) => id.trim())
    .filter(Boolean);

/** A change of one task. A new id is carried into what runs after it. */
export function editTask(tasks: DraftTask[], index: number, part: Partial<DraftTask>): DraftTask[] {
  const old = tasks[index]?.taskId;
  const renamed = part.taskId;
  return tasks.map((task, at) => {
    if (at === index) return { ...task, ...part };
    if (renamed === undefined || old === undefined || !task.dependsOn.includes(old)) return task;
    return { ...task, dependsOn: task.dependsOn.map((id) => (id === old ? renamed : id)) };
  });
}

export function deleteTask(tasks: DraftTask[], index: number): DraftTask[] {
  const gone = tasks[index]?.taskId;
  return tasks
    .filter((_, at) => at !== index)
    .map((task) => ({ ...task, dependsOn: task.dependsOn.filter((id) => id !== gone) }));
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

/** A way along the edges from one task to another. */
function pathBetween(tasks: DraftTask[], from: string, to: string): string[] | null {
  const seen = new Set<string>();
  const walk = (id: string): string[] | null => {
    if (id === to) return [id];
    if (seen.has(id)) return null;
    seen.add(id);
    for (const task of tasks) {
      if (!task.dependsOn.includes(id)) continue;
      const rest = walk(task.taskId);
      if (rest) return [id, ...rest];
    }
    return null;
  };
  return walk(from);
}
