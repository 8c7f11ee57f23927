import type { Task } from "dagfill";
import { NumberField, TextField } from "./fields";
import type { DraftTask } from "./model";
import { Select } from "./Select";
import type { TaskPart } from "./tasks";

const RULES = [
  { value: "all_success", label: "all before it succeeded" },
  { value: "all_failed", label: "all before it failed" },
  { value: "all_done", label: "all before it have ended" },
  { value: "one_success", label: "one before it succeeded" },
  { value: "one_failed", label: "one before it failed" },
  { value: "none_failed", label: "none before it failed" },
  { value: "always", label: "always" },
] as const satisfies { value: Task["triggerRule"]; label: string }[];

const DURATIONS = [
  { name: "retryDelay", label: "Retry delay", example: "PT30S" },
  { name: "timeout", label: "Timeout", example: "PT1H" },
] as const;

interface Props {
  index: number;
  task: DraftTask;
  edit: (index: number, part: TaskPart) => void;
}

/** When a task runs, how often it is tried, and how long it may take. */
export function TaskRules({ index, task, edit }: Props) {
  const { triggerRule = "all_success", retries = 0 } = task.rest ?? {};
  /** A value that is the default, or nothing, is left out. */
  const set = (name: keyof Task, value: unknown, standard: unknown) => {
    edit(index, (before) => {
      const { [name as "retries"]: _, ...others } = before.rest ?? {};
      return { rest: value === standard || value === "" ? others : { ...others, [name]: value } };
    });
  };
  const isSet = ["triggerRule", "retries", "timeout"].some((name) => name in (task.rest ?? {}));
  return (
    <details className="rules" open={isSet || undefined}>
      <summary>Trigger rule, retries, timeout</summary>
      <Select
        label="Trigger rule"
        value={triggerRule}
        options={RULES}
        onChange={(rule) => set("triggerRule", rule, "all_success")}
      />
      <NumberField
        label="Retries"
        name={`task-${index}-retries`}
        value={retries}
        low={0}
        high={1000}
        onChange={(count) => set("retries", Math.round(count), 0)}
      />
      {DURATIONS.map(({ name, label, example }) => (
        <TextField
          key={name}
          label={label}
          name={`task-${index}-${name}`}
          mono
          value={String(task.rest?.[name] ?? "")}
          onChange={(text) => set(name, text.trim(), "")}
          hint={`such as ${example}`}
        />
      ))}
    </details>
  );
}
