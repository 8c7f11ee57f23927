// Warnings of a preview about templates: what nothing resolves, what a shell would act on, what another day would render otherwise.
import type { CheckedTask } from "../dag/dag.js";
import { isLeftOut } from "../import/left_out.js";
import type { Unresolved } from "../macros/unresolved.js";
import { call } from "../raw.js";
import type { Warning } from "../warning.js";
import type { PreviewTemplates, RenderedRun } from "./preview_templates.js";
import { type Fault, faultOf } from "./template_fault.js";
import { type TemplateText, templateTexts } from "./template_texts.js";
import { undefinedParams } from "./undefined_params.js";
import { type Use, unquoted } from "./unquoted.js";
import { unusedChunks } from "./unused_chunks.js";

/** More would be no list that anybody reads. */
const MOST = 100;

interface Inspection {
  macros: string[];
  confKeys: string[];
  xcoms: { taskId: string; key: string; dagId?: string; prior?: boolean }[];
  usesNow: boolean;
  uses: Use[];
  /** Where expressions of a command stand that a shell reads as quoted. */
  quoted: number[];
}

/** The warnings, for the first run that would start: one for each thing that is wrong, at its first place, with the count of its places.
 *  Where a callback makes each date's conf, no key of it counts as missing. `isMerged`: runs of the plan have several dates. */
export function templateWarnings(
  templates: PreviewTemplates,
  run: RenderedRun,
  isConfKnown: boolean,
  isMerged: boolean,
): Warning[] {
  const { dag, conf } = templates.data;
  const faults: Fault[] = [];
  const runsBefore = orderOf(dag.tasks);
  for (const { text, parts, onUnknown } of templates.unresolved(run)) {
    for (const part of parts) {
      const fault = unresolvedFault(text, part, runsBefore, onUnknown);
      if (fault !== undefined && (isConfKnown || fault.code !== "missing_conf_key")) faults.push(fault);
    }
    // A callback may give each date any conf, which overrides params.
    if (isConfKnown && text.template.includes("params")) {
      const { uses } = inspect(text.template);
      faults.push(...undefinedParams(text, uses, { ...dag.params, ...conf }, parts));
    }
  }
  for (const text of dag.tasks.flatMap(templateTexts)) {
    const found = inspect(text.template);
    if (found.usesNow) {
      const message =
        "the text tells the time of its own rendering: another run of the same date renders it otherwise";
      faults.push(faultOf(text, "uses_now", message));
    }
    if (text.path !== "command") continue;
    faults.push(...unquoted(text, found.uses, found.quoted));
    if (isLeftOut(text.template)) {
      const message = "its work was not imported, so that it fails in every run: replace the command";
      faults.push(faultOf(text, "work_not_imported", message));
    }
  }
  if (isMerged) faults.push(...unusedChunks(dag.tasks, (template) => inspect(template).macros));
  return merged(faults).slice(0, MOST);
}

/** One warning for each thing that is wrong, at its first place. */
export function merged(faults: readonly Fault[]): Warning[] {
  const places = new Map<string, Fault[]>();
  for (const fault of faults) {
    const key = `${fault.code} ${fault.message}`;
    const same = places.get(key);
    if (same === undefined) places.set(key, [fault]);
    else same.push(fault);
  }
  return Array.from(places.values(), (same) => {
    const [first, second] = same as [Fault, Fault?];
    const message = `${place(first)}: ${first.message}`;
    if (second === undefined) return { ...first, message };
    const rest = same.length > 2 ? ` and ${same.length - 2} more` : "";
    return { ...first, message: `${message}. The same in ${place(second)}${rest}`, count: same.length };
  });
}

function inspect(template: string): Inspection {
  return call((wasm) => wasm.inspectTemplate(template, true)) as Inspection;
}

function place({ taskId, field }: Fault): string {
  return `task ${taskId}, ${field}`;
}

/** Tells whether a task depends on one before it, directly or not. The sets of all tasks would be 200 million entries for a chain of
 *  20,000: what is kept is the answers alone, and a walk ends at a task that has been asked for the same. */
function orderOf(tasks: readonly CheckedTask[]): (before: string, taskId: string) => boolean {
  const direct = new Map(tasks.map(({ taskId, dependsOn }) => [taskId, dependsOn]));
  const behind = new Map<string, Set<string>>();
  return (before, taskId) => {
    const known = behind.get(before) ?? new Set([before]);
    behind.set(before, known);
    const seen = new Set([taskId]);
    for (const id of seen) {
      for (const next of direct.get(id) ?? []) {
        if (known.has(next)) return known.add(taskId).size > 0;
        seen.add(next);
      }
    }
    return false;
  };
}

/** Behind a statement they make it whole; those that end nothing say nothing. */
const ENDS = "{% endfor %}{% endif %}{% endwith %}{% endfilter %}{% endcall %}";

/** `undefined` for what lacks only XCom of tasks that run before: it is there when the task runs. */
function unresolvedFault(
  text: TemplateText,
  part: Unresolved,
  runsBefore: ReturnType<typeof orderOf>,
  onUnknown: string | undefined,
): Fault | undefined {
  const found = inspect(part.text + ENDS);
  // XCom of other runs is not known before those have run.
  const own = found.xcoms.filter(({ dagId, prior }) => dagId === undefined && prior !== true);
  const [lost] = own.filter(({ taskId }) => !runsBefore(taskId, text.taskId));
  if (part.lacksXcom && lost === undefined) return undefined;
  const [key] = found.confKeys;
  const [code, why] =
    lost !== undefined
      ? (["unknown_xcom", `task ${lost.taskId} does not run before it`] as const)
      : key !== undefined
        ? (["missing_conf_key", `conf has no ${key}`] as const)
        : (["unknown_macro", reason(part)] as const);
  // An open tag has no end up to which it could be left out.
  const isOpen = part.message.endsWith(": this tag is not closed");
  const ends =
    onUnknown === "error"
      ? "the task fails"
      : onUnknown === "empty" && !isOpen
        ? "it is left out"
        : "it stays as written";
  const message = `nothing resolves ${part.text} (${why}), ${ends}`;
  return faultOf(text, code, message, part, part.suggestion);
}

/** Why nothing resolves a part: the core's message without the tag in front, which the core cuts to 80 letters. */
function reason({ text, message }: Unresolved): string {
  const tag = `${Array.from(text).slice(0, 80).join("")}: `;
  return message.startsWith(tag) ? message.slice(tag.length) : message;
}

/** How many texts of a plan's templates nothing resolves. */
export function unresolvedTexts(warnings: readonly Warning[]): number {
  const codes = ["unknown_macro", "missing_conf_key", "unknown_xcom"];
  return warnings.reduce((sum, { code, count = 1 }) => (codes.includes(code) ? sum + count : sum), 0);
}
