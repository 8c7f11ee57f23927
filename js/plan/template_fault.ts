// A fault in a template of a task.
import type { Warning } from "../warning.js";
import type { TemplateText } from "./template_texts.js";

export interface Fault extends Warning {
  taskId: string;
  field: string;
}

/** `at`: its place in the text; `meant`: the name that is most like one that is wrong. */
export function faultOf(
  { taskId, path }: TemplateText,
  code: string,
  message: string,
  at: { start: number; end: number } | undefined = undefined,
  meant: string | undefined = undefined,
): Fault {
  const hint = meant && `; did you mean ${meant}?`;
  return {
    code,
    message: `${message}${hint ?? ""}`,
    taskId,
    field: path,
    ...(at && { start: at.start, end: at.end }),
    ...(meant !== undefined && { suggestion: meant }),
  };
}
