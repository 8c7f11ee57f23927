import { Panel } from "@xyflow/react";
import { useMemo, useState } from "react";
import { plural } from "../days";
import type { DraftTask } from "../model";

const IDS = "graph-task-ids";
/** A list of completions that is longer is not read. */
const OFFERED = 20;

/** A field that brings a task into the middle of the graph: by Enter, or by choosing it from the list. */
export function FindTask({ tasks, onFind }: { tasks: DraftTask[]; onFind: (taskId: string) => void }) {
  const [text, setText] = useState("");
  const offered = useMemo(
    () =>
      tasks
        .filter(({ taskId }) => taskId.includes(text))
        .slice(0, OFFERED)
        .map(({ taskId }) => taskId),
    [tasks, text],
  );
  const find = (wanted: string) => {
    const found =
      tasks.find(({ taskId }) => taskId === wanted) ??
      (wanted === "" ? undefined : tasks.find(({ taskId }) => taskId.includes(wanted)));
    if (found) onFind(found.taskId);
  };
  return (
    <Panel position="top-left">
      <input
        type="search"
        aria-label="Find a task"
        placeholder={`Find one of ${plural(tasks.length, "task")}`}
        list={IDS}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          const { inputType } = event.nativeEvent as InputEvent;
          if (inputType === undefined || inputType === "insertReplacementText") find(event.target.value);
        }}
        onKeyDown={(event) => event.key === "Enter" && find(text.trim())}
      />
      <datalist id={IDS}>
        {offered.map((taskId) => (
          <option key={taskId} value={taskId} />
        ))}
      </datalist>
    </Panel>
  );
}
