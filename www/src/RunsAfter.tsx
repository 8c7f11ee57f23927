// biome-ignore-all lint/a11y/useSemanticElements: a group within a fieldset.
import { type KeyboardEvent, useId, useRef, useState } from "react";

/** The list of all ids, which the fields of all tasks complete from. */
export const TASK_IDS = "task-ids";

/** The tasks that a task runs after: one chip for each, and a field that adds another one by Enter, a comma, or by choosing it. */
export function RunsAfter(props: {
  taskId: string;
  dependsOn: readonly string[];
  isTask: (id: string) => boolean;
  onChange: (dependsOn: string[]) => void;
}) {
  const { taskId, dependsOn, isTask, onChange } = props;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [missing, setMissing] = useState<string | null>(null);
  const add = (typed: string) => {
    const ids = typed
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean);
    const wrong = ids.find((each) => !isTask(each) || each === taskId);
    setMissing(wrong ?? null);
    setText(wrong ?? "");
    const known = ids.filter((each) => each !== wrong && isTask(each) && each !== taskId);
    if (known.some((each) => !dependsOn.includes(each))) onChange([...new Set([...dependsOn, ...known])]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add(text);
    } else if (event.key === "Backspace" && text === "" && dependsOn.length > 0) {
      onChange(dependsOn.slice(0, -1));
    }
  };
  return (
    <div className="field after" role="group" aria-label={`${taskId} runs after`}>
      <label htmlFor={id}>Runs after</label>
      <div className="chips">
        {dependsOn.map((before) => (
          <button
            key={before}
            type="button"
            className="chip"
            aria-label={`Remove ${before}`}
            onClick={() => {
              // The chip that had the focus is removed: the field gets it.
              field.current?.focus();
              onChange(dependsOn.filter((each) => each !== before));
            }}
          >
            {before} <span aria-hidden="true">×</span>
          </button>
        ))}
        <input
          id={id}
          ref={field}
          className="mono"
          list={TASK_IDS}
          value={text}
          placeholder="id of a task"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={missing !== null}
          aria-describedby={`${id}-note`}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            // A choice from the list comes as a whole; letters that are typed are kept until Enter.
            const { inputType } = event.nativeEvent as InputEvent;
            if (inputType === undefined || inputType === "insertReplacementText") add(event.target.value);
            else setText(event.target.value);
          }}
          onBlur={() => text.trim() !== "" && add(text)}
        />
      </div>
      <div id={`${id}-note`} className="note bad">
        {missing !== null &&
          (missing === taskId ? "A task does not wait for itself." : `No task is called ${missing}.`)}
      </div>
    </div>
  );
}
