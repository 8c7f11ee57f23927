// Values from outside that a shell would read as a part of a command: printed without the filter `quote`.

import type { Warning } from "../warning.js";
import type { TemplateText } from "./template_texts.js";

/** A name, filter or statement of a template, and where it stands. */
interface Use {
  name: string;
  kind: string;
  start: number;
  end: number;
}

/** A fault in a template of a task. */
export interface Fault extends Warning {
  taskId: string;
  field: string;
}

/** Names of values that the starter of a run, or another task, has written. */
const OUTSIDE = ["dag_run.conf", "conf", "params", "xcom", "ti.xcom_pull", "task_instance.xcom_pull"];
/** Filters whose results hold nothing that a shell acts on. */
const SAFE = ["quote", "int", "float", "length", "count"];

/** A warning for each `{{ }}` of a command that prints a value from outside, or a name that a statement gave one, unquoted. */
export function unquoted({ template, taskId, path }: TemplateText, uses: readonly Use[]): Fault[] {
  const outside = new Set(OUTSIDE);
  const faults = new Map<number, Fault>();
  for (const use of uses) {
    if (use.kind !== "macro" || !outside.has(use.name)) continue;
    const start = Math.max(template.lastIndexOf("{{", use.start), template.lastIndexOf("{%", use.start));
    if (start < 0) continue;
    if (template[start + 1] === "%") {
      for (const name of boundNames(template.slice(start + 2, use.start))) outside.add(name);
      continue;
    }
    const end = template.indexOf("}}", use.end);
    if (end < 0 || faults.has(start) || isCondition(template.slice(start, use.start))) continue;
    if (isSafe(template, use, start, end, uses)) continue;
    const shown = template.slice(start, end + 2);
    faults.set(start, {
      code: "unquoted_in_command",
      message: `the value of ${shown} becomes a part of the command: write it as ${shown.slice(0, -2).trimEnd()} | quote }}, or read it from the environment`,
      taskId,
      field: path,
      start,
      end: end + 2,
    });
  }
  return [...faults.values()];
}

/** Whether a filter behind the value makes it safe. A filter binds before `~`, but for what stands in brackets. */
function isSafe(template: string, use: Use, start: number, end: number, uses: readonly Use[]): boolean {
  const join = template.indexOf("~", use.end);
  const isWhole = template
    .slice(start + 2, end)
    .trim()
    .startsWith("(");
  const last = join >= 0 && join < end && !isWhole ? join : end;
  return uses.some(
    ({ kind, name, start: from }) =>
      kind === "filter" && SAFE.includes(name) && from >= use.end && from < last,
  );
}

/** Whether the value stands in the condition of an inline `if`, which prints nothing of it. */
function isCondition(before: string): boolean {
  const at = before.lastIndexOf(" if ");
  return at >= 0 && !before.slice(at).includes(" else ");
}

/** The names that `set`, `for` or `with` give the values behind them. `text`: the statement up to the value. */
function boundNames(text: string): string[] {
  const words = (text.startsWith("-") || text.startsWith("+") ? text.slice(1) : text).trimStart();
  const space = words.indexOf(" ");
  const [keyword, rest] = [words.slice(0, space), words.slice(space + 1)];
  const end = keyword === "for" ? rest.indexOf(" in ") : rest.indexOf("=");
  if (!["set", "for", "with"].includes(keyword) || end < 0) return [];
  return rest
    .slice(0, end)
    .split(",")
    .map((name) => name.trim());
}
