// A job's data as the context that a callback gets, in the worker's process.
import type { CheckedDag } from "../dag/dag.js";
import { DagfillError } from "../error.js";
import { contextParts } from "../face.js";
import type { Json } from "../json.js";
import { printable } from "../json_input.js";
import type { CheckedTemplateOptions, TemplateOptions } from "../macros/options.js";
import { fields, name } from "../options.js";
import type { Context } from "../run/attempt/context.js";
import { abortReason } from "../run/attempt/executor.js";
import type { ContextData, JobData } from "../run/attempt/run_context.js";

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

/** Makes contexts of jobs, with the lookups of this process. */
export function jobContext(
  options: TemplateOptions,
): (job: Job, push: (key: string, value: Json) => void) => WorkContext {
  const { variables, connections, macros, onUnknown } = options;
  const own = fields<CheckedTemplateOptions>(
    { variables, connections, macros, onUnknown },
    "options",
    contextParts.templateSpec,
  );
  return ({ key, data }, push) => {
    const { timetable, dag, params, onUnknown, macroTimeZone, task, ...run } = data;
    // Attributes of the DAG that templates read; its schedule and tasks stay with the coordinator.
    const checked = { ...JSON.parse(dag), dagId: data.dagId, params, timetable, tasks: [] } as CheckedDag;
    const asked = {
      ...(onUnknown === undefined ? {} : { onUnknown }),
      ...(macroTimeZone === undefined ? {} : { macroTimeZone }),
    };
    const environment = contextParts.environmentOf(checked, { ...own, now: Date.now }, asked);
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
