// The warning about commands that use only the first date of a chunk: the other dates would count as done without being loaded.
import type { CheckedTask } from "../dag/dag.js";
import { type Fault, faultOf } from "./template_fault.js";
import { type TemplateText, templateTexts } from "./template_texts.js";

/** Macros of the first date, and the variables of a shell's environment that hold it. */
const DATE = /(^|[._])[dt]s(_|$)|(execution|logical)_date|interval_start/;
const VARIABLE = /DAGFILL_(EXECUTION_DATE|LOCAL_DATE|DATA_INTERVAL_START)/;
/** Macros and variables that depend on the other dates of a chunk. */
const CHUNK = /chunk|interval_end|next_/i;

/** `macrosOf`: the names that a template reads. A task without a command has a function, which may read `chunk` itself. */
export function unusedChunks(
  tasks: readonly CheckedTask[],
  macrosOf: (template: string) => readonly string[],
): Fault[] {
  const isDate = ({ template }: TemplateText) =>
    VARIABLE.test(template) || macrosOf(template).some((name) => DATE.test(name));
  return tasks.flatMap((task) => {
    const texts = task.command === undefined ? [] : templateTexts(task);
    const first = texts.some(({ template }) => CHUNK.test(template)) ? undefined : texts.find(isDate);
    const message =
      "it has the first date of each chunk alone, and the other dates count as done with it: read chunk.dates or data_interval_end, too";
    return first === undefined ? [] : [faultOf(first, "chunk_not_used", message)];
  });
}
