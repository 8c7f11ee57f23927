// The worker's half: a job as a call of the host's callback, with its templates rendered here.

import type { AbortSignalLike } from "../abort_signal.js";
import type { Dag, Task } from "../dag/dag.js";
import { DagfillError } from "../error.js";
import { validateDag } from "../face.js";
import type { Json } from "../json.js";
import { printable } from "../json_input.js";
import type { ExecuteTask } from "../run/tasks/task_context.js";
import type { EngineJob, EngineStatus } from "./engine.js";
import { jobContext, type WorkContext } from "./job_context.js";
import { failedWith, failureOf } from "./outcome.js";
import type { WorkerOptions } from "./worker_options.js";
import { versionCheck } from "./worker_version.js";

/** How long a callback may take to settle after its job was aborted. */
const ABORT_GRACE_MS = 30_000;

/** Runs jobs: calls `executeRun` or `executeTask` and tells how that ended. It never rejects: errors of the callback are the outcome
 *  "failed", so that whatever carries the job does not try it again. `signal` cancels the job; where it is aborted already, the callback is not called.
 *
 *  ```js
 *  const run = jobRunner({ executeRun: async (run) => load(run.render("s3://bucket/{{ ds }}.csv")) });
 *  const outcome = await run(job, controller.signal);
 *  ``` */
export function jobRunner(
  options: WorkerOptions,
): (job: EngineJob, signal?: AbortSignalLike) => Promise<EngineStatus> {
  return runnerOf(options).run;
}

interface Runner {
  run(job: EngineJob, signal?: AbortSignalLike): Promise<EngineStatus>;
  /** Why this worker cannot execute a job that another one may: it lacks the function, or the callback. */
  missing(job: EngineJob): DagfillError | undefined;
}

/** A job runner, and what it cannot run. */
export function runnerOf(options: WorkerOptions): Runner {
  const { executeRun, executeTask, dags = [] } = options;
  const functions = functionsOf(dags);
  const contexts = jobContext(options);
  const warningOf = versionCheck(dags);
  const workOf = (job: EngineJob) =>
    job.kind === "task" ? taskWork(job, functions, executeTask) : executeRun;
  const run: Runner["run"] = async (job, signal) => {
    const startedAt = Date.now();
    // Delivered again after it was canceled: it does not run.
    if (signal?.aborted) return { state: "canceled", startedAt };
    const pushed: Record<string, Json> = {};
    const work = workOf(job);
    let made: WorkContext;
    try {
      if (work === undefined) throw cannot(job);
      made = contexts(job, (key, value) => {
        Object.defineProperty(pushed, key, { value, enumerable: true, configurable: true, writable: true });
      });
    } catch (error) {
      return { ...failedWith(error), startedAt };
    }
    const { context, abort } = made;
    let why: "timeout" | "cancel" | undefined;
    let giveUp: () => void = () => {};
    const gaveUp = new Promise<undefined>((resolve) => {
      giveUp = () => resolve(undefined);
    });
    let grace: ReturnType<typeof setTimeout> | undefined;
    const end = (kind: "timeout" | "cancel") => {
      if (why !== undefined) return;
      why = kind;
      abort(kind);
      grace = setTimeout(giveUp, ABORT_GRACE_MS);
    };
    const cancel = () => end("cancel");
    const timer =
      job.timeout === undefined
        ? undefined
        : setTimeout(() => end("timeout"), Math.min(job.timeout, 2 ** 31 - 1));
    signal?.addEventListener("abort", cancel);
    try {
      const settled = (async () => work(context as never))().then(
        (value) => outcomeOf(job.kind, value),
        (error: unknown) => failedWith(error),
      );
      const outcome =
        (await Promise.race([settled, gaveUp])) ?? failedWith("it did not settle after an abort");
      const status = why === undefined ? outcome : abortedAs(why, outcome, made);
      const warning = status.warning ?? warningOf(job);
      const warned = warning === undefined ? {} : { warning };
      return { ...status, startedAt, ...warned, ...(Object.keys(pushed).length > 0 ? { pushed } : {}) };
    } finally {
      clearTimeout(timer);
      clearTimeout(grace);
      signal?.removeEventListener("abort", cancel);
    }
  };
  return { run, missing: (job) => (workOf(job) === undefined ? cannot(job) : undefined) };
}

type Functions = Map<string, Map<string, ExecuteTask>>;

/** The functions of tasks by DAG and task. INVALID_DAG and whatever else is wrong with a DAG. */
function functionsOf(dags: readonly Dag[]): Functions {
  return new Map(
    dags.map((dag) => {
      // These may name calendars of the coordinator's service, and dates are planned there alone.
      validateDag({ ...dag, exclude: undefined, roll: undefined } as never);
      const { tasks = [], taskDefaults } = dag;
      // A task's own command displaces the function that is everybody's.
      const runOf = ({ run, command }: Task) =>
        run ?? (command === undefined ? taskDefaults?.run : undefined);
      const known = tasks.flatMap((task) => {
        const run = runOf(task);
        return run === undefined ? [] : [[task.taskId, run] as const];
      });
      return [dag.dagId, new Map(known)];
    }),
  );
}

/** The work of a task: its own function, else `executeTask`. In a DAG with functions a task without any work succeeds. */
function taskWork({ data }: EngineJob, functions: Functions, executeTask: ExecuteTask | undefined) {
  const { taskId = "", command, hasRun } = data?.task ?? {};
  const known = functions.get(data?.dagId);
  const own = known?.get(taskId);
  if (own !== undefined || hasRun) return own;
  return executeTask ?? (command === undefined && known?.size ? () => undefined : undefined);
}

/** A run keeps no output that is no JSON, and is warned of; a task that leaves such an XCom fails, as it does in one process. */
function outcomeOf(kind: EngineJob["kind"], value: unknown): EngineStatus {
  if (value === undefined) return { state: "success" };
  try {
    return { state: "success", output: printable(value, kind === "task" ? "return_value" : "output") };
  } catch (error) {
    if (kind === "task") return failedWith(error);
    const message = `its output is not kept: ${failureOf(error).message}`;
    return { state: "success", warning: { code: "output_not_json", message } };
  }
}

/** A canceled run that ended well all the same has ended well. */
function abortedAs(why: "timeout" | "cancel", outcome: EngineStatus, made: WorkContext): EngineStatus {
  if (why === "cancel") return outcome.state === "success" ? outcome : { ...outcome, state: "canceled" };
  return failedWith(made.reason("timeout"));
}

function cannot({ kind, data }: EngineJob): DagfillError {
  const callback = kind === "task" ? "executeTask" : "executeRun";
  if (data?.task?.hasRun)
    return new DagfillError(
      "INVALID_OPTION",
      `DAG ${data.dagId}, task ${data.task.taskId}: this worker does not know the task's function`,
      { field: "dags", hint: "give the worker the DAG, as its option dags" },
    );
  return new DagfillError(
    "INVALID_OPTION",
    `DAG ${data?.dagId}: this worker has no ${callback}, which its jobs need`,
    { field: callback },
  );
}
