// The object behind a TaskContext.

import type { CheckedTask } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import type { Json, JsonInput } from "../../json.js";
import type { OnUnknown } from "../../macros/options.js";
import { templateTexts } from "../../plan/template_texts.js";
import { attemptKey, Context, type Render, readOnUnknown } from "../attempt/context.js";
import type { JobData } from "../attempt/run_context.js";
import { pullsOf, type Xcom } from "./xcom.js";

export class TaskRunContext extends Context {
  /** @internal Minifying renames classes. */
  static override readonly name: string = "TaskContext";
  readonly taskId: string;
  params: Json;
  declare command?: string;
  readonly #task: CheckedTask;
  readonly #xcom: Xcom;
  readonly #push: (key: string, value: JsonInput) => void;

  /** A context whose params and command are still templates: `resolve` renders them. */
  constructor(
    run: Context,
    task: CheckedTask,
    attempt: number,
    xcom: Xcom,
    push: (key: string, value: JsonInput) => void,
    key = () => attemptKey(run.backfillId ?? run.key, run.dagId, run.runId, task.taskId, attempt),
  ) {
    super(run, Context.templates(run), key, attempt);
    this.taskId = task.taskId;
    this.params = task.params;
    if (task.command !== undefined) this.command = task.command;
    this.#task = task;
    this.#xcom = xcom;
    this.#push = push;
  }

  /** XCom first, then macros, just before the task runs. */
  static resolve(task: TaskRunContext, isTemplated: boolean): void {
    task.params = isTemplated ? task.#render(task.params, undefined, "params") : structuredClone(task.params);
    if (task.command !== undefined) task.command = task.#render(task.command, undefined, "command") as string;
  }

  override get onUnknown(): OnUnknown | undefined {
    return Context.templates(this).onUnknown(this.#task);
  }

  override get render(): Render {
    return (value, options) => this.#render(value, readOnUnknown(options));
  }

  #render(value: JsonInput, own: OnUnknown | undefined, path?: string): Json {
    const { executionDate, runId, attempt, chunk, dataInterval } = this;
    const { elsewhere } = this.#xcom;
    const xcom = (template: string) => this.#xcom.textFor(template);
    const run = { executionDate, runId, attempt, chunk, dataInterval, task: this.#task, xcom, elsewhere };
    try {
      return Context.templates(this).render(value, run, own, Context.unresolved(this), path);
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /** The error of a template. Where the template pulls an XCom that a task before this one has not left, it names that task, and what to do. */
  #explained(error: unknown): unknown {
    const template = error instanceof DagfillError ? error.input : undefined;
    if (!template?.includes("xcom")) return error;
    const before = upstreams(this.#task, Context.templates(this).dag.tasks);
    const lost = pullsOf(template).find(
      ({ taskId, key, dagId, prior }) =>
        !dagId && !prior && before.has(taskId) && this.#xcom.pull(taskId, key) === undefined,
    )?.taskId;
    if (lost === undefined) return error;
    const how = `a command leaves it by a line xcom:JSON, clear -t ${this.taskId} runs ${lost} again, too`;
    return Object.assign(error as Error, {
      message: `${(error as Error).message}: no XCom of ${lost} in this run: ${how}`,
    });
  }

  /** @internal */
  override toJobData(): JobData {
    // `params` are replaced below by those of the DAG.
    const { taskId: _, command: __, ...run } = super.toJobData() as JobData & Partial<CheckedTask>;
    const { tasks, params } = Context.templates(this).dag;
    const { run: hasRun, ...task } = this.#task;
    const xcom = this.#xcom.forJob(upstreams(this.#task, tasks), templateTexts(this.#task));
    const { elsewhere } = this.#xcom;
    return {
      ...run,
      params,
      task: { ...task, ...(hasRun && { hasRun: true }), xcom, ...(elsewhere && { elsewhere }) },
    };
  }

  get xcomPull(): (taskId: string, key?: string) => Json | undefined {
    return (taskId, key = "return_value") => this.#xcom.pull(taskId, key);
  }

  get xcomPush(): (key: string, value: JsonInput) => void {
    return this.#push;
  }
}

/** The tasks that a task depends on, directly or not. */
function upstreams({ dependsOn }: CheckedTask, tasks: readonly CheckedTask[]): Set<string> {
  const byId = new Map(tasks.map((task) => [task.taskId, task]));
  // The set grows during the loop: a for-of loop over a set also visits the members that are added to it.
  const found = new Set(dependsOn);
  for (const taskId of found) for (const behind of byId.get(taskId)?.dependsOn ?? []) found.add(behind);
  return found;
}

/** The XCom of a task is stored together with its end, so that a later push cannot be stored. */
export function tooLate(key: string, taskId: string, runId: string): DagfillError {
  return new DagfillError(
    "STALE_OWNER",
    `xcomPush(${key}): expected it before the end of task ${taskId} of ${runId}, got it afterwards`,
    { hint: "await what pushes before the task's promise settles" },
  );
}

/** How a run fails whose tasks failed. */
export class DagfillTaskError extends Error {
  override readonly name = "TaskFailed";
}
