// A job's data as the context that a callback gets, in the worker's process.
import type { CheckedDag } from "../dag/dag.js";
import { DagfillError } from "../error.js";
import { contextParts } from "../face.js";
import type { Json } from "../json.js";
import { printable } from "../json_input.js";
import type { CheckedTemplateOptions } from "../macros/options.js";
import { fields, name } from "../options.js";
import type { Context } from "../run/attempt/context.js";
import { abortReason } from "../run/attempt/executor.js";
import type { ContextData, JobData } from "../run/attempt/run_context.js";
import type { WorkerOptions } from "./worker_options.js";

/** A context, and what ends it. */
export interface WorkContext {
  context: object;
  abort(kind: "timeout" | "cancel"): void;
  reason(kind: "timeout" | "cancel"): Error;
}

interface Job {
  key: string;
  data: JobData;
}

/** The options of templates among those of a worker, or among the members of a DAG. */
function templateOptions(
  { variables, connections, macros, onUnknown }: WorkerOptions,
  path: string,
): CheckedTemplateOptions {
  return fields({ variables, connections, macros, onUnknown }, path, contextParts.templateSpec);
}

/** Makes contexts of jobs, with the lookups of this process: those of its copy of the job's DAG, before the worker's own. */
export function jobContext(
  options: WorkerOptions,
): (job: Job, push: (key: string, value: Json) => void) => WorkContext {
  const own = templateOptions(options, "options");
  const known = new Map(
    options.dags?.map((dag, at) => [dag.dagId, templateOptions(dag, `dags[${at}]`)] as const),
  );
  return ({ key, data }, push) => {
    const { timetable, dag, params, onUnknown, fallback, macroTimeZone, task, ...run } = data;
    const { variables, connections, macros } = known.get(data.dagId) ?? {};
    const lookups = { variables, connections, macros };
    // Attributes of the DAG that templates read; its schedule and tasks stay with the coordinator.
    const attributes = { ...JSON.parse(dag), dagId: data.dagId, params, timetable, tasks: [] };
    const checked: CheckedDag = { ...attributes, ...lookups };
    const asked = {
      ...(onUnknown === undefined ? {} : { onUnknown }),
      ...(macroTimeZone === undefined ? {} : { macroTimeZone }),
    };
    const host = { ...(fallback && { onUnknown: fallback }), ...own, now: Date.now };
    const environment = contextParts.environmentOf(checked, host, asked);
    const templates = new contextParts.RunTemplates(
      environment,
      timetable,
      data.runType,
      contextParts.freeze(data.conf),
    );
    const chunk = run.chunk === undefined ? {} : { chunk: { ...run.chunk, fail: refuseFail } };
    const made = new contextParts.Context({ ...run, ...chunk } as ContextData, templates, () => key);
    const context = task === undefined ? made : taskContext(made, task, key, push);
    const what = task === undefined ? data.runId : `${data.runId}, task ${task.taskId}`;
    return {
      context,
      abort: (kind) => contextParts.Context.abort(context, abortReason(kind, what)),
      reason: (kind) => abortReason(kind, what),
    };
  };
}

function refuseFail(): never {
  const where =
    "expected the process of the backfill: a worker fails, or succeeds, with all dates of a chunk";
  throw new DagfillError("INVALID_OPTION", `chunk.fail: ${where}`);
}

function taskContext(
  run: Context,
  { xcom, elsewhere, ...task }: NonNullable<JobData["task"]>,
  key: string,
  push: (key: string, value: Json) => void,
): Context {
  const checkedPush = (of: string, value: unknown) =>
    push(name(String(of), "xcomPush key"), printable(value, `xcomPush(${of})`));
  const { TaskRunContext, Xcom } = contextParts;
  const context = new TaskRunContext(
    run,
    task,
    run.attempt,
    new Xcom(xcom, elsewhere),
    checkedPush,
    () => key,
  );
  TaskRunContext.resolve(context, true);
  return context;
}
