// The templates of a DAG's tasks, text by text.
import type { CheckedTask } from "../dag/dag.js";
import type { Json } from "../json.js";

/** A templated text of a task, and where it stands in it: `command`, `params.query[2]`. */
export interface TemplateText {
  taskId: string;
  path: string;
  template: string;
}

/** One text of one date as it would run. */
export interface RenderedText {
  taskId: string | null;
  path: string;
  template: string;
  text: string;
}

/** Every text of a task's command and params. */
export function templateTexts({ taskId, command, params }: CheckedTask): TemplateText[] {
  const texts: TemplateText[] = [];
  const add = (value: Json, path: string): void => {
    if (typeof value === "string") texts.push({ taskId, path, template: value });
    else if (Array.isArray(value))
      for (const [index, member] of value.entries()) add(member, `${path}[${index}]`);
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) add(member, `${path}.${key}`);
    }
  };
  if (command !== undefined) add(command, "command");
  add(params, "params");
  return texts;
}
