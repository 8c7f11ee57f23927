// The classes and functions of contexts, for the workers of engines, which make contexts of jobs in another entry of the package.
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
