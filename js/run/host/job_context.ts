// A job's data as the context that a callback gets, in the worker's process.
import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import type { Json } from "../../json.js";
import { printable } from "../../json_input.js";
import { environmentOf } from "../../macros/environment.js";
import { type CheckedTemplateOptions, type TemplateOptions, templateSpec } from "../../macros/options.js";
import { RunTemplates } from "../../macros/run_templates.js";
import { fields, name } from "../../options.js";
import { TaskRunContext } from "../tasks/task_state.js";
import { Xcom } from "../tasks/xcom.js";
import { Context, freeze } from "./context.js";
import { abortReason } from "./executor.js";
import type { ContextData, JobData } from "./run_context.js";

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

/** @internal Makes contexts of jobs, with the lookups of this process. */
export function jobContext(
  options: TemplateOptions,
): (job: Job, push: (key: string, value: Json) => void) => WorkContext {
  const { variables, connections, macros, onUnknown } = options;
  const own = fields<CheckedTemplateOptions>(
    { variables, connections, macros, onUnknown },
    "options",
    templateSpec,
  );
  return ({ key, data }, push) => {
    const { timetable, dag, params, onUnknown, macroTimeZone, task, ...run } = data;
    // Attributes of the DAG that templates read; its schedule and tasks stay with the coordinator.
    const checked = { ...JSON.parse(dag), dagId: data.dagId, params, timetable, tasks: [] } as CheckedDag;
    const asked = {
      ...(onUnknown === undefined ? {} : { onUnknown }),
      ...(macroTimeZone === undefined ? {} : { macroTimeZone }),
    };
    const environment = environmentOf(checked, { ...own, now: Date.now }, asked);
    const templates = new RunTemplates(environment, timetable, data.runType, freeze(data.conf));
    const chunk = run.chunk === undefined ? {} : { chunk: { ...run.chunk, fail: refuseFail } };
    const made = new Context({ ...run, ...chunk } as ContextData, templates, () => key);
    const context = task === undefined ? made : taskContext(made, task, key, push);
    const what = task === undefined ? data.runId : `${data.runId}, task ${task.taskId}`;
    return {
      context,
      abort: (kind) => Context.abort(context, abortReason(kind, what)),
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
