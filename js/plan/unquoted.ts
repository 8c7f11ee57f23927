// Values from outside that a shell would read as a part of a command: printed without the filter `quote`.

import { type Fault, faultOf } from "./template_fault.js";
import type { TemplateText } from "./template_texts.js";

/** A name, filter or statement of a template, and where it stands. */
export interface Use {
  name: string;
  kind: string;
  start: number;
  end: number;
}

/** Names of values that the starter of a run, or another task, has written. */
const OUTSIDE = ["dag_run.conf", "conf", "params", "xcom", "ti.xcom_pull", "task_instance.xcom_pull"];
/** Filters whose results hold nothing that a shell acts on, wherever they stand. */
const SAFE = ["int", "float", "length", "count"];

/** The text in front of a value that chooses among others: by an index, or as the key of an object that is written out. */
const INDEX = /(?:[\w)\]}'"]\[|\}\.get\() *$/;
/** The calls that change a list or an object in its place. */
const CHANGE = /(?<![\w.])(\w+)(?:\.\w+)*\.(?:append|extend|insert|setdefault|update)\(/g;

/** Words of the shell with a space between them: `map('quote') | join(' ')`. */
const QUOTED_LIST = /map\(.quote.\) *\| *join\(. .\)[ -]*$/;

/** A warning for each `{{ }}` of a command that prints a value from outside, or a name that a statement gave one, unless the filter
 *  `quote` makes one word of it: as the last one, and outside of the shell's quotes. `inQuotes`: where
 *  the expressions stand that a shell reads as quoted. */
export function unquoted(text: TemplateText, uses: readonly Use[], inQuotes: readonly number[]): Fault[] {
  const { template } = text;
  const outside = new Map<string, Safety>(OUTSIDE.map((name) => [name, undefined]));
  const faults = new Map<number, Fault>();
  for (const use of uses) {
    if (use.kind !== "macro" || !outside.has(use.name)) continue;
    const start = Math.max(template.lastIndexOf("{{", use.start), template.lastIndexOf("{%", use.start));
    if (start < 0) continue;
    const before = template.slice(start, use.start);
    // A value that only chooses, by an index, is not printed itself: what is chosen was written by the template's author.
    if (INDEX.test(before)) continue;
    const isStatement = template[start + 1] === "%";
    const end = template.indexOf(isStatement ? "%}" : "}}", use.end);
    const filters = filtersOf(template, use, end, uses);
    const safe =
      safety(filters, template.slice(start, end)) ??
      (filters.length === 0 ? outside.get(use.name) : undefined) ??
      (!isStatement && isInQuoteBlock(template, use) ? "word" : undefined);
    if (safe !== "everywhere") for (const name of boundNames(before)) outside.set(name, safe);
    if (isStatement || end < 0 || faults.has(start) || isCondition(before)) continue;
    const isInQuotes = inQuotes.includes(start);
    if (safe === "everywhere" || (safe === "word" && !isInQuotes)) continue;
    const shown = template.slice(start, end + 2);
    const quoted =
      safe === "word"
        ? shown
        : (quotedArgument(template, use, before, end) ?? quotedTag(template.slice(start + 2, end)));
    const message = `the value of ${shown} becomes a part of the command: write it as ${quoted}${isInQuotes ? " outside of the shell's quotes" : ""}, or read it from the environment`;
    faults.set(start, faultOf(text, "unquoted_in_command", message, { start, end: end + 2 }));
  }
  return [...faults.values()];
}

/** The call of a macro of the template with the filter `quote` on the argument: all that the macro prints is hardly one word. */
function quotedArgument(template: string, use: Use, before: string, end: number): string | undefined {
  const name = /(?<!\w)(\w+)\([^()]*$/.exec(before)?.[1];
  if (name === undefined || !template.includes(`macro ${name}(`)) return undefined;
  const [value = "", closed] = /^[\w.[\]'"]*( *[,)])?/.exec(template.slice(use.end, end)) ?? [];
  if (closed === undefined) return undefined;
  const at = use.end + value.length - closed.length;
  return `${template.slice(use.start - before.length, at)} | quote${template.slice(at, end + 2)}`;
}

/** The tag with the filter `quote` on all that it prints. */
function quotedTag(inside: string): string {
  const [start, rest] = ["-", "+"].includes(inside[0] ?? "") ? [inside[0], inside.slice(1)] : ["", inside];
  const end = rest.endsWith("-") ? "-" : "";
  // A filter behind `quote` changes what was quoted: `quote` is to be the last one.
  const value = rest
    .slice(0, rest.length - end.length)
    .trim()
    .replace(/\| *quote *(?=\|)/g, "");
  // An operator that is a word has spaces around it, as `|` may have.
  const isOperand = value
    .split("|")
    .every((part) => ![...SIGNS, " "].some((letter) => part.trim().includes(letter)));
  return `{{${start} ${isOperand ? value : `(${value})`} | quote ${end}}}`;
}

/** As one word of the shell, or everywhere. */
type Safety = "word" | "everywhere" | undefined;

/** Whether the filters behind the value make it safe. `before`: the tag up to its end. */
function safety(filters: readonly string[], before: string): Safety {
  if (filters.some((name) => SAFE.includes(name))) return "everywhere";
  const last = filters.at(-1);
  const isQuoted = last === "quote" || (last === "join" && QUOTED_LIST.test(before));
  return isQuoted ? "word" : undefined;
}

/** Operators end the operand of a filter: signs, and words that do not go on with the letters before them. */
const SIGNS = "~+-*/%<>=!,:";
const WORD = /^(?:if|else|or|and|in|is|not)\b/;

/** The filters that take the value, or an expression in brackets around it. A filter behind an operator takes the operand of that. An
 *  index, or a name behind a dot, stands as "". */
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
    else if ("([{".includes(letter)) {
      if (letter === "[" && depth === 0 && isOperand) found.push("");
      depth++;
    } else if (")]}".includes(letter)) {
      isOperand ||= depth === 0;
      depth = Math.max(0, depth - 1);
    } else if (depth > 0) continue;
    else if (name !== undefined && isOperand) found.push(name);
    else if (letter === "." && isOperand) found.push("");
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

/** The names that a tag gives the values behind them, as `set`, `for`, `with` and the defaults of a macro do, or whose lists and objects it
 *  changes. `text`: the tag up to the value. */
function boundNames(text: string): string[] {
  const changed = Array.from(text.matchAll(CHANGE), ([, name = ""]) => name);
  const [, keyword = "", rest = ""] = /^\{%[-+]? *(set|for|with|macro|call) *(.*)$/s.exec(text) ?? [];
  if (keyword === "for") return [...changed, ...(rest.split(" in ")[0] ?? "").split(/\W+/)];
  // Of a call of another function the names are its own.
  const own =
    keyword === "macro" || keyword === "call" ? rest : rest.replace(/\([^()]*\)/g, "").split(/[([{]/)[0];
  const given = Array.from((own ?? "").matchAll(/(?<![\w., ])([\w., ]+)=(?!=)/g), ([, names = ""]) =>
    names.split(/[ ,]+/),
  );
  return [...changed, ...given.flat().map((name) => name.split(".")[0] ?? "")];
}
