// A fault in a template of a task.
import type { Warning } from "../warning.js";
import type { TemplateText } from "./template_texts.js";

export interface Fault extends Warning {
  taskId: string;
  field: string;
}

/** `at`: the place of the fault in the text; `meant`: the name that the author of an unknown one probably meant. */
export function faultOf(
  { taskId, path }: TemplateText,
  code: string,
  message: string,
  at?: { start: number; end: number },
  meant?: string,
): Fault {
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return {
    code,
    message: message + hint,
    taskId,
    field: path,
    ...(at && { start: at.start, end: at.end }),
    ...(meant !== undefined && { suggestion: meant }),
  };
}
