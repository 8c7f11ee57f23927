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
/** Filters whose results hold nothing that a shell acts on, wherever they stand. */
const SAFE = ["int", "float", "length", "count"];

/** Words of the shell with a space between them: `map('quote') | join(' ')`. */
const QUOTED_LIST = /map\(.quote.\) *\| *join\(. .\)[ -]*$/;

/** A warning for each `{{ }}` of a command that prints a value from outside, or a name that a statement gave one, unless the filter
 *  `quote` makes one word of it: as the last one, and outside of the shell's quotes. `inQuotes`: where
 *  the expressions stand that a shell reads as quoted. */
export function unquoted(
  { template, taskId, path }: TemplateText,
  uses: readonly Use[],
  inQuotes: readonly number[],
): Fault[] {
  const outside = new Map<string, Safety>(OUTSIDE.map((name) => [name, undefined]));
  const faults = new Map<number, Fault>();
  for (const use of uses) {
    if (use.kind !== "macro" || !outside.has(use.name)) continue;
    const start = Math.max(template.lastIndexOf("{{", use.start), template.lastIndexOf("{%", use.start));
    if (start < 0) continue;
    if (template[start + 1] === "%") {
      const statementEnd = template.indexOf("%}", use.end);
      const safe = safety(template, use, start, statementEnd, uses);
      if (safe !== "everywhere")
        for (const name of boundNames(template.slice(start + 2, use.start))) outside.set(name, safe);
      continue;
    }
    const end = template.indexOf("}}", use.end);
    if (end < 0 || faults.has(start) || isCondition(template.slice(start, use.start))) continue;
    const safe =
      safety(template, use, start, end, uses) ??
      outside.get(use.name) ??
      (isInQuoteBlock(template, use) ? "word" : undefined);
    const isInQuotes = inQuotes.includes(start);
    if (safe === "everywhere" || (safe === "word" && !isInQuotes)) continue;
    const shown = template.slice(start, end + 2);
    const quoted = safe === "word" ? shown : quotedTag(template.slice(start + 2, end));
    faults.set(start, {
      code: "unquoted_in_command",
      message: `the value of ${shown} becomes a part of the command: write it as ${quoted}${isInQuotes ? " outside of the shell's quotes" : ""}, or read it from the environment`,
      taskId,
      field: path,
      start,
      end: end + 2,
    });
  }
  return [...faults.values()];
}

/** The tag with the filter `quote` on all that it prints. */
function quotedTag(inside: string): string {
  const [start, rest] = ["-", "+"].includes(inside[0] ?? "") ? [inside[0], inside.slice(1)] : ["", inside];
  const end = rest.endsWith("-") ? "-" : "";
  const value = rest.slice(0, rest.length - end.length).trim();
  // An operator that is a word has spaces around it, as `|` may have.
  const isOperand = value
    .split("|")
    .every((part) => ![...SIGNS, " "].some((letter) => part.trim().includes(letter)));
  return `{{${start} ${isOperand ? value : `(${value})`} | quote ${end}}}`;
}

/** As one word of the shell, or everywhere. */
type Safety = "word" | "everywhere" | undefined;

/** Whether the filters behind the value make it safe. */
function safety(template: string, use: Use, start: number, end: number, uses: readonly Use[]): Safety {
  const filters = filtersOf(template, use, end, uses);
  if (filters.some((name) => SAFE.includes(name))) return "everywhere";
  const last = filters.at(-1);
  const isQuoted = last === "quote" || (last === "join" && QUOTED_LIST.test(template.slice(start, end)));
  return isQuoted ? "word" : undefined;
}

/** Operators end the operand of a filter: signs, and words that do not go on with the letters before them. */
const SIGNS = "~+-*/%<>=!,:";
const WORD = /^(?:if|else|or|and|in|is|not)\b/;

/** The filters that take the value, or an expression in brackets around it. A filter behind an operator takes the operand of that. */
function filtersOf(template: string, use: Use, end: number, uses: readonly Use[]): string[] {
  const filters = new Map(
    uses.flatMap(({ kind, start, name }) => (kind === "filter" ? [[start, name]] : [])),
  );
  const found: string[] = [];
  let [depth, isOperand] = [0, true];
  for (let at = use.end; at < end; at++) {
    const letter = template[at] as string;
    const name = filters.get(at);
    if (letter === "'" || letter === '"') at = template.indexOf(letter, at + 1);
    else if ("([{".includes(letter)) depth++;
    else if (")]}".includes(letter)) {
      isOperand ||= depth === 0;
      depth = Math.max(0, depth - 1);
    } else if (depth > 0) continue;
    else if (name !== undefined && isOperand) found.push(name);
    else if (SIGNS.includes(letter)) isOperand = false;
    else if (!isWord(template[at - 1]) && WORD.test(template.slice(at, at + 5))) isOperand = false;
    if (at < 0) break;
  }
  return found;
}

/** Whether a letter is a part of a name. */
function isWord(letter = ""): boolean {
  return /^[\w.]$/.test(letter);
}

/** Whether the value stands in a `{% filter quote %}`. An inner block of this kind ends the search. */
function isInQuoteBlock(template: string, { start }: Use): boolean {
  const before = template.slice(0, start);
  const block = before.lastIndexOf("% filter ");
  const tag = before.slice(block, before.indexOf("%}", block));
  return (
    block >= 0 && tag.replace("-", "").trimEnd().endsWith("quote") && !before.includes("endfilter", block)
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
