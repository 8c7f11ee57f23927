// The argument of the host's task callback, and how that skips its task.
import type { Json, JsonInput } from "../../json.js";
import type { RunContext } from "../attempt/run_context.js";

export interface TaskContext<Params = Json> extends RunContext {
  taskId: string;
  /** Rendered. */
  params: Params;
  /** Rendered. */
  command?: string;
  /** A value that a task of this run has left; `key` defaults to "return_value". */
  xcomPull(taskId: string, key?: string): Json | undefined;
  /** Leaves a value for the tasks behind this one. It is stored, and can be pulled, when this task has ended;
   *  STALE_OWNER when it has ended already, or was given up. */
  xcomPush(key: string, value: JsonInput): void;
}

/** Its promise settles the task: fulfilled = success, and what it returns (JSON) becomes the XCom `return_value`; rejected =
 *  failed; rejected with `TaskSkipped`, or an error of that name = skipped. */
export type ExecuteTask = (task: TaskContext) => unknown;

/** Thrown, or rejected with, by a task's callback: the task ends as skipped, not as failed, and is not tried again. Errors of
 *  another class whose `name` is "TaskSkipped" count too. */
export class TaskSkipped extends Error {
  /** @internal Minifying renames classes. */
  static override readonly name: string = "TaskSkipped";
  override readonly name = "TaskSkipped";
}
