// The plan of a backfill as a host would run it: with what it would not run of it, its templates, and the plans downstream.
import type { CheckedDag } from "../../dag/dag.js";
import type { CheckedOptions } from "../../plan/backfill_options.js";
import { cascade, unknownInputs } from "../../plan/cascade.js";
import { renderedRun } from "../../plan/chunks.js";
import type { PlanData } from "../../plan/plan_data.js";
import { chosenTasks, makePlan } from "../../plan/planner.js";
import { PreviewTemplates } from "../../plan/preview_templates.js";
import { repeatedTexts } from "../../plan/repeated_texts.js";
import { merged, templateWarnings } from "../../plan/template_warnings.js";
import { ActionCode } from "../../raw.js";
import type { Host } from "../host/host.js";
import { tasksNotRun } from "./refusals.js";

/** The plan, with what this host would not run of it. `held` names the lease under which it will be driven. */
export async function planOn(
  host: Host,
  dag: CheckedDag,
  options: CheckedOptions,
  now: number,
  held?: string,
): Promise<PlanData> {
  const plan = await makePlan(dag, options, host, now, held);
  const warning = tasksNotRun(host, dag, chosenTasks(dag, options));
  plan.warnings = [...plan.warnings, ...dag.warnings, ...(warning === undefined ? [] : [warning])];
  const row = plan.action.findIndex((action) => action !== ActionCode.Skip);
  const run = row < 0 ? undefined : renderedRun(plan, row);
  if (run === undefined) return plan;
  const templates = templatesOn(host, dag, options, plan);
  const isMerged = (plan.chunks?.length ?? plan.action.length) < plan.action.length;
  const found = templateWarnings(templates, run, options.confFor === undefined, isMerged);
  plan.warnings = [...plan.warnings, ...found, ...merged(repeatedTexts(templates, plan))];
  return plan;
}

export function templatesOn(
  host: Host,
  dag: CheckedDag,
  options: CheckedOptions,
  plan: PlanData,
): PreviewTemplates {
  const { conf = {}, onUnknown, macroTimeZone } = options;
  const tasks = [...chosenTasks(dag, options)];
  const data = {
    dag: { ...dag, tasks },
    conf,
    ...(onUnknown === undefined ? {} : { onUnknown }),
    ...(macroTimeZone === undefined ? {} : { macroTimeZone }),
  };
  return new PreviewTemplates(data, plan.timetable, host);
}

/** In the order in which they can be started. Each is refused beyond `maxRuns`; inputs that no DAG has are warned of in `plan`. */
export function downstreamPlans(host: Host, plan: PlanData, maxRuns: number): Promise<PlanData[]> {
  plan.warnings = [...plan.warnings, ...unknownInputs(host.dags)];
  return cascade(host.dags, plan, maxRuns, (dag, options) => makePlan(dag, options, host, plan.now));
}
