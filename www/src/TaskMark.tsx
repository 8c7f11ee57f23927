import { englishStates, TOKEN_OF_TASK } from "dagfill/planning";
import { Glyph } from "./Glyph";
import type { TaskState } from "./model";

/** How a task stands in the selected run, as a mark and in a word. */
export function TaskMark({ state }: { state: TaskState | undefined }) {
  if (!state) return null;
  return (
    <span className="task-state">
      <Glyph token={TOKEN_OF_TASK[state]} /> {englishStates.task[state]}
    </span>
  );
}
