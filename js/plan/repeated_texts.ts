// A warning for templates that write the same text for two dates of a plan, because clocks were set back between them: a file of that name
// would be written twice.
import type { CheckedTask } from "../dag/dag.js";
import { iso } from "../time.js";
import { renderedRun } from "./chunks.js";
import type { PlanData } from "./plan_data.js";
import type { PreviewTemplates, RenderedRun } from "./preview_templates.js";
import { type Fault, faultOf } from "./template_fault.js";
import { templateTexts } from "./template_texts.js";

/** Two runs at one time of the clock, between runs as they would be at the times before and after it. */
type Twins = [before: RenderedRun, first: RenderedRun, second: RenderedRun, after: RenderedRun];

/** The message about an expression, and the first of the two dates. */
interface Repetition {
  message: string;
  at: string;
}

export function repeatedTexts(templates: PreviewTemplates, plan: PlanData): Fault[] {
  const faults: Fault[] = [];
  const pairs = twins(plan);
  if (pairs.length === 0) return faults;
  /** By expression, with the names that its template gives. */
  const known = new Map<string, Repetition | undefined>();
  for (const task of templates.data.dag.tasks) {
    for (const text of templateTexts(task)) {
      const names = namesOf(text.template);
      for (const expression of new Set(text.template.match(/\{\{[^{}]{1,300}\}\}/g))) {
        const key = names.before + expression;
        if (!known.has(key)) known.set(key, repetitionOf(expression, names, pairs, task, templates));
        const found = known.get(key);
        if (found !== undefined)
          faults.push({ ...faultOf(text, "repeated_text", found.message), at: found.at });
      }
    }
  }
  return faults;
}

/** The tags by which a template gives names to values, and the tags that close them: an expression between them has its value. */
function namesOf(template: string): { before: string; after: string } {
  const tags = template.match(/\{%[-+]?\s*(?:set\s+[\w.]+\s*=|with\s)(?:[^{}%]|%(?!\})){1,300}%\}/g) ?? [];
  const blocks = tags.filter((tag) => /^\{%[-+]?\s*with/.test(tag));
  return { before: tags.join(""), after: "{% endwith %}".repeat(blocks.length) };
}

function repetitionOf(
  expression: string,
  { before: given, after: closed }: { before: string; after: string },
  pairs: readonly Twins[],
  task: CheckedTask,
  templates: PreviewTemplates,
): Repetition | undefined {
  for (const runs of pairs) {
    const [before, text, same, after] = runs.map((run) =>
      templates.text(run, task, given + expression + closed),
    );
    // A text that an hour earlier or later has, too, such as the day, is not meant to tell times apart.
    if (text !== same || text === before || text === after) continue;
    const [, first, second] = runs;
    const at = first.executionDate;
    const message = `${expression} is ${text} for ${at} and for ${second.executionDate}, since clocks show that time twice: ts_nodash_with_tz, ts and run_id tell them apart`;
    return { message, at };
  }
  return undefined;
}

/** Around the first clock change that has them: the runs at a repeated time, and those whose intervals end at one. */
function twins(plan: PlanData): Twins[] {
  // The dates of a chunk are one run, with one text.
  if (plan.chunks !== undefined) return [];
  for (const { at, offsetBefore, offsetAfter } of plan.clockChanges) {
    const length = (offsetBefore - offsetAfter) * 1_000;
    // Clocks that are set forward repeat nothing.
    if (length <= 0) continue;
    const end = Date.parse(at);
    const row = plan.executionDate.findIndex((date) => date >= end - length && date < end);
    if (row < 0) continue;
    const date = plan.executionDate[row] as number;
    const found = [date, date - length].flatMap((date): Twins[] => {
      const [first, second] = [date, date + length].map((one) => {
        const place = plan.executionDate.indexOf(one);
        return place < 0 ? undefined : renderedRun(plan, place);
      });
      if (first === undefined || second === undefined) return [];
      return [[shifted(first, -length), first, second, shifted(second, length)]];
    });
    if (found.length > 0) return found;
  }
  return [];
}

function shifted(run: RenderedRun, ms: number): RenderedRun {
  const moved = (date: string) => iso(Date.parse(date) + ms);
  const { executionDate, dataInterval } = run;
  return {
    ...run,
    executionDate: moved(executionDate),
    dataInterval: { start: moved(dataInterval.start), end: moved(dataInterval.end) },
  };
}
