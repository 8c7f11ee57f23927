// What contexts are made of, for who makes them of a job's data: the workers of engines, which are another entry of the package.
import { environmentOf } from "../../macros/environment.js";
import { templateSpec } from "../../macros/options.js";
import { RunTemplates } from "../../macros/run_templates.js";
import { Context, freeze } from "../attempt/context.js";
import { TaskRunContext } from "../tasks/task_state.js";
import { Xcom } from "../tasks/xcom.js";

/** @internal */
export const contextParts = {
  Context,
  RunTemplates,
  TaskRunContext,
  Xcom,
  environmentOf,
  freeze,
  templateSpec,
};
