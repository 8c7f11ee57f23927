// biome-ignore-all lint/a11y/useSemanticElements: a group of buttons is no fieldset.
import { lazy, memo, Suspense, useDeferredValue, useState } from "react";
import { shortLocal } from "./days";
import { TextField } from "./fields";
import { TaskList, type TasksProps } from "./TaskList";
import { sayUnknown } from "./Template";
import { addTask, editTask } from "./tasks";

const LOADING = <p className="note">Loading the graph…</p>;
const DagCanvas = lazy(() => import("./flow/DagCanvas"));

/** The tasks with their commands at the selected date, as a graph or as a list over one model. Of the draft only the
 *  DAG's own parts matter: a change of any other field leaves the graph alone. */
export const DagPanel = memo(
  Panel,
  (a, b) =>
    a.draft.tasks === b.draft.tasks &&
    a.draft.dagId === b.draft.dagId &&
    a.dag === b.dag &&
    a.detail === b.detail &&
    a.states === b.states &&
    a.editable === b.editable &&
    a.change === b.change &&
    a.phone === b.phone,
);

type PanelProps = TasksProps & { phone: boolean };

function Panel(props: PanelProps) {
  const { draft, dag, detail, editable, change, phone } = props;
  const [view, setView] = useState<"graph" | "list">(phone ? "list" : "graph");
  // The button is shown as pressed at once; the list or the graph, which may be large, is rendered after it.
  const shown = useDeferredValue(view);
  const [editing, setEditing] = useState<string | null>(null);
  const [refused, setRefused] = useState<string[]>([]);
  const cycle = refused.length ? refused : (dag?.cycle ?? []);
  const index = draft.tasks.findIndex((task) => task.taskId === editing);
  const task = draft.tasks[index];
  return (
    <section className="dag" aria-labelledby="dag-title">
      <header>
        <h2 id="dag-title">DAG {detail && <span className="dim">on {shortLocal(detail.localDate)}</span>}</h2>
        <div className="tabs" role="group" aria-label="Show the DAG as">
          {(["graph", "list"] as const).map((name) => (
            <button key={name} type="button" aria-pressed={view === name} onClick={() => setView(name)}>
              {name === "graph" ? "Graph" : "List"}
            </button>
          ))}
        </div>
        {editable && shown === "graph" && (
          <button type="button" onClick={() => change(({ tasks }) => ({ tasks: addTask(tasks) }))}>
            Add a task
          </button>
        )}
      </header>
      {cycle.length > 0 && (
        <p role="alert" className="warn">
          {refused.length ? "This would be a cycle: " : "These tasks wait for each other: "}
          <b>{cycle.join(" → ")}</b>
        </p>
      )}
      {shown === "list" ? (
        <TaskList {...props} />
      ) : (
        <Suspense fallback={LOADING}>
          {/* The first plan comes before the code that draws the graph. */}
          {dag === undefined ? (
            LOADING
          ) : (
            <DagCanvas
              key={draft.dagId}
              {...props}
              change={(part) => {
                setRefused([]);
                change(part);
              }}
              onRefuse={setRefused}
              onEdit={setEditing}
            />
          )}
          {draft.tasks.length === 0 && (
            <p className="note">No tasks: each date is one run without commands.</p>
          )}
          {task && editable && (
            <TextField
              key={index}
              label={`Command of ${task.taskId}`}
              name="command"
              mono
              value={task.command}
              onChange={(command) => change(({ tasks }) => ({ tasks: editTask(tasks, index, { command }) }))}
              errorText={dag?.unknown.get(task.taskId)?.map(sayUnknown).join(" ") ?? null}
            />
          )}
        </Suspense>
      )}
    </section>
  );
}
