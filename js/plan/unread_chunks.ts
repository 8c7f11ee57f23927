// A warning for commands of a plan with chunks that tell one date alone: the others of a chunk would count as done without being loaded.
import type { CheckedTask } from "../dag/dag.js";
import { type Fault, faultOf } from "./template_fault.js";
import { type TemplateText, templateTexts } from "./template_texts.js";

/** Names of the first date, as a template has them and as the environment of a shell does. */
const DATE = /(^|[._])[dt]s(_|$)|(execution|logical)_date|interval_start/;
const VARIABLE = /DAGFILL_(EXECUTION_DATE|LOCAL_DATE|DATA_INTERVAL_START)/;
/** What tells of the dates behind it. */
const CHUNK = /chunk|interval_end|next_/i;

/** `macrosOf`: the names that a template reads. A task without a command is a function's, which may read its `chunk`. */
export function unreadChunks(
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
