import { memo, useCallback, useMemo, useRef, useState } from "react";
import { DagFields } from "./DagFields";
import { number } from "./days";
import { TextField } from "./fields";
import type { Change, DagView, Draft, DraftTask, RowDetail, TaskState, TaskStates } from "./model";
import { RunsAfter, TASK_IDS } from "./RunsAfter";
import { TaskMark } from "./TaskMark";
import { TaskRules } from "./TaskRules";
import { sayUnknown } from "./Template";
import { addTask, deleteTask, editTask, type TaskPart } from "./tasks";

export interface TasksProps {
  draft: Draft;
  dag: DagView | undefined;
  detail: RowDetail | null;
  /** Of the selected run, while a backfill is looked at. */
  states: TaskStates;
  editable: boolean;
  change: Change;
}

/** So many tasks are drawn at once; a list with more has a filter. */
const PAGE = 50;

/** The DAG as a list: the same model as the graph, with a way for keys and screen readers to do everything. */
export function TaskList({ draft, dag, detail, states, editable, change }: TasksProps) {
  const { tasks } = draft;
  const [filter, setFilter] = useState("");
  const [most, setMost] = useState(PAGE);
  const latest = useRef(tasks);
  latest.current = tasks;
  const edit = useCallback(
    (index: number, part: TaskPart) => change((before) => ({ tasks: editTask(before.tasks, index, part) })),
    [change],
  );
  const box = useRef<HTMLDivElement>(null);
  const remove = useCallback(
    (index: number) => {
      // The button that had the focus is removed with its task: the focus stays in the list.
      box.current?.querySelector<HTMLElement>("[data-add]")?.focus();
      change((before) => ({ tasks: deleteTask(before.tasks, index) }));
    },
    [change],
  );
  const isTask = useCallback((id: string) => latest.current.some(({ taskId }) => taskId === id), []);
  // A task whose text is edited stays in sight, whatever it is called meanwhile.
  const found = useMemo(() => {
    const wanted = filter.trim();
    return latest.current.flatMap((task, index) =>
      wanted === "" || task.taskId.includes(wanted) || task.command.includes(wanted) ? [index] : [],
    );
  }, [filter, tasks.length]);
  const rendered = useMemo(
    () => new Map(detail?.commands.map(({ taskId, text }) => [taskId, text])),
    [detail],
  );
  const ids = useMemo(() => tasks.map(({ taskId }) => taskId), [tasks]).join("\n");
  return (
    <div className="task-list" ref={box}>
      <TextField
        label="DAG id"
        name="dagId"
        mono
        value={draft.dagId}
        onChange={(dagId) => change({ dagId })}
      />
      {editable && <DagFields draft={draft} change={change} />}
      <TaskIds ids={ids} />
      {tasks.length > PAGE && (
        <label className="find">
          Find tasks
          <input
            type="search"
            value={filter}
            placeholder="id or command"
            onChange={(event) => {
              setFilter(event.target.value);
              setMost(PAGE);
            }}
          />
          <span className="dim" role="status">
            {number(found.length)} of {number(tasks.length)}
          </span>
        </label>
      )}
      <ol>
        {found.slice(0, most).map((index) => {
          const task = tasks[index];
          if (!task) return null;
          return (
            <TaskRow
              key={`task-${index}`}
              index={index}
              task={task}
              text={rendered.get(task.taskId)}
              unknown={dag?.unknown.get(task.taskId)?.map(sayUnknown).join(" ") ?? null}
              state={states.get(task.taskId)}
              hasOthers={tasks.length > 1}
              {...{ editable, edit, remove, isTask }}
            />
          );
        })}
      </ol>
      {found.length > most && (
        <button type="button" onClick={() => setMost(most + PAGE)}>
          Show {number(Math.min(PAGE, found.length - most))} more of {number(found.length - most)}
        </button>
      )}
      {editable && (
        <button type="button" data-add onClick={() => change((before) => ({ tasks: addTask(before.tasks) }))}>
          Add a task
        </button>
      )}
    </div>
  );
}

/** One list for all fields: each with its own would be as many elements as tasks have pairs. */
const TaskIds = memo(function TaskIds({ ids }: { ids: string }) {
  return (
    <datalist id={TASK_IDS}>
      {[...new Set(ids.split("\n"))].map((id) => (
        <option key={id} value={id} />
      ))}
    </datalist>
  );
});

interface RowProps {
  index: number;
  task: DraftTask;
  /** The command at the selected date. */
  text: string | undefined;
  unknown: string | null;
  state: TaskState | undefined;
  hasOthers: boolean;
  editable: boolean;
  edit: (index: number, part: TaskPart) => void;
  remove: (index: number) => void;
  isTask: (id: string) => boolean;
}

/** Drawn again only when this task has changed. */
const TaskRow = memo(function TaskRow(props: RowProps) {
  const { index, task, text, unknown, state, hasOthers, editable, edit, remove, isTask } = props;
  return (
    <li>
      <fieldset disabled={!editable}>
        <legend>
          {task.taskId || "(no name)"} <TaskMark state={state} />
        </legend>
        <TextField
          label="Id"
          name={`task-${index}-id`}
          mono
          value={task.taskId}
          onChange={(taskId) => edit(index, { taskId })}
        />
        <TextField
          label="Command"
          name={`task-${index}-command`}
          mono
          value={task.command}
          onChange={(command) => edit(index, { command })}
          errorText={unknown}
          hint={text ? <code className="rendered">{text}</code> : null}
        />
        {hasOthers && (
          <RunsAfter
            taskId={task.taskId}
            dependsOn={task.dependsOn}
            isTask={isTask}
            onChange={(dependsOn) => edit(index, { dependsOn })}
          />
        )}
        <TaskRules {...{ index, task, edit }} />
        <button type="button" onClick={() => remove(index)}>
          Delete {task.taskId}
        </button>
      </fieldset>
    </li>
  );
});
