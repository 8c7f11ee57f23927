import { Glyph } from "./Glyph";
import type { TaskState } from "./model";
import { TASK_WORDS } from "./words";

/** How a task stands in the selected run, as a mark and in a word. */
export function TaskMark({ state }: { state: TaskState | undefined }) {
  if (!state) return null;
  const { token, word } = TASK_WORDS[state];
  return (
    <span className="task-state">
      <Glyph token={token} /> {word}
    </span>
  );
}
