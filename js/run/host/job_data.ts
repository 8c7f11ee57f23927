// A run, or a task of it, as plain data: what an engine hands to a worker in another process.
import type { CheckedTask } from "../../dag/dag.js";
import type { PortableTemplates } from "../../macros/run_templates.js";
import type { Values } from "../tasks/xcom.js";
import type { ContextData } from "./context_data.js";

/** Enough to make a `RunContext` or `TaskContext` of at the worker. Values of variables, connections and macros are not in it. */
export interface JobData
  extends Omit<ContextData, "backfillId" | "existingState" | "chunk">,
    PortableTemplates {
  version: 1;
  /** Without `fail`: a worker fails or succeeds with all of its dates. */
  chunk?: { dates: readonly string[] };
  backfillId?: string | undefined;
  existingState?: ContextData["existingState"];
  /** The task, for jobs of the kind "task": `attempt` is the task's then. Its texts are still templates. */
  task?: JobTask;
}

export interface JobTask extends CheckedTask {
  /** What its upstream tasks have left. */
  xcom: Values;
}
