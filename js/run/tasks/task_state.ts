// The object behind a TaskContext.
import type { Json, JsonInput } from "../../json.js";
import { renderValue } from "../../macros/render.js";
import { Context } from "../host/run_state.js";
import type { Xcom } from "./xcom.js";

/** What a task context adds to its run's. */
export interface TaskParts {
  taskId: string;
  params: Json;
  command?: string;
  /** The task's own attempt. */
  attempt: number;
}

export class TaskRunContext extends Context {
  /** @internal Minifying renames classes. */
  static override readonly name: string = "TaskContext";
  readonly taskId: string;
  params: Json;
  declare command?: string;
  readonly #xcom: Xcom;
  readonly #push: (key: string, value: JsonInput) => void;

  /** A context whose params and command are still templates: `resolve` renders them. */
  constructor(run: Context, parts: TaskParts, xcom: Xcom, push: (key: string, value: JsonInput) => void) {
    super(run, Context.macros(run), parts.attempt);
    this.taskId = parts.taskId;
    this.params = parts.params;
    if (parts.command !== undefined) this.command = parts.command;
    this.#xcom = xcom;
    this.#push = push;
  }

  /** XCom first, then macros, just before the task runs. */
  static resolve(task: TaskRunContext, isTemplated: boolean): void {
    task.params = isTemplated ? task.render(task.params) : structuredClone(task.params);
    if (task.command !== undefined) task.command = task.render(task.command) as string;
  }

  override render(value: JsonInput): Json {
    const { executionDate: date, runId, taskId, attempt } = this;
    return renderValue(Context.macros(this)(), value, {
      date,
      runId,
      taskId,
      attempt,
      xcom: this.#xcom.text,
    });
  }

  xcomPull(taskId: string, key = "return_value"): Json | undefined {
    return this.#xcom.pull(taskId, key);
  }

  xcomPush(key: string, value: JsonInput): void {
    this.#push(key, value);
  }
}
