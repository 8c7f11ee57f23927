// An engine of somebody's as one that BackfillService and Scheduler can use.

import { DagfillError } from "../error.js";
import type { Context } from "../run/attempt/context.js";
import { type Attempt, abortReason, type Executor, type Report } from "../run/attempt/executor.js";
import { connect, type EngineTasks, type EngineUse } from "../run/host/engine.js";
import type { RunTask } from "../run/tasks/execute_tasks.js";
import { insistOnEngine, readTimes } from "./checked_engine.js";
import type { Engine, EngineJob, EngineStatus } from "./engine.js";
import type { OutageTimes } from "./outage.js";
import { engineFailed, failureOf } from "./outcome.js";
import { Session } from "./session.js";
import type { JobListener } from "./ticket.js";
import { TimeLimit } from "./time_limit.js";

/** Makes an engine usable as the option `engine` of BackfillService and Scheduler: waits for its jobs, polls and repeats, attaches to what a
 *  dead coordinator left, and outlives its outages. The engines of this package are made so already.
 *
 *  ```js
 *  const engine = defineEngine({ name: "mine", keepsResultsFor: 86_400_000, submit, status, cancel, close });
 *  const service = new BackfillService({ dags, store, engine });
 *  ```
 *
 *  INVALID_OPTION for an engine whose members are missing, of another type, or unknown (an instance of a class may have others).
 *
 *  `times` are those of outages, in milliseconds: a call is given up after `deadline` (30 s), a silence is told after `silence` (10 s) and
 *  again after each `repeat` (60 s), and a call is made again after a pause that grows from `pause[0]` to `pause[1]` (0.25 to 10 s). An engine that
 *  refuses whoever asks (401, 403) for longer than `refusal` (5 minutes) is waited for no longer: the backfill rejects and can be resumed. */
export function defineEngine<E extends Engine>(engine: E, times: Partial<OutageTimes> = {}): E {
  if (typeof engine === "object" && engine !== null && Object.hasOwn(engine, connect)) return engine;
  insistOnEngine(engine);
  const checkedTimes = readTimes(times);
  const session = new Session(engine, checkedTimes);
  const checked = new Map<string, Promise<void>>();
  const check = async (dagId: string) => {
    session.insistOpen();
    const known = checked.get(dagId) ?? checkedOnce(engine, dagId, session, checkedTimes);
    checked.set(dagId, known);
    known.catch(() => checked.delete(dagId));
    await known;
  };
  const close = engine.close.bind(engine);
  const value = (use: EngineUse) => userOf(engine, session, use, () => check(use.dag.dagId));
  Object.defineProperty(engine, connect, { value });
  let closed: Promise<void> | undefined;
  engine.close = () => {
    closed ??= session.close().then(close);
    return closed;
  };
  return engine;
}

/** An engine that cannot be reached at the start is told at once, instead of runs that wait in silence. */
async function checkedOnce(
  engine: Engine,
  dagId: string,
  session: Session,
  times: OutageTimes,
): Promise<void> {
  if (engine.check === undefined) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`it does not answer for ${times.silence / 1_000} seconds`)),
      times.silence,
    );
  });
  try {
    await Promise.race([session.call(async (engine) => engine.check?.([dagId])), late]);
  } catch (error) {
    if (error instanceof DagfillError && error.code === "ENGINE_FAILED") throw error;
    throw engineFailed(engine.name, failureOf(error).message, error);
  } finally {
    clearTimeout(timer);
  }
}

function userOf(engine: Engine, session: Session, use: EngineUse, check: () => Promise<void>): Executor {
  const told = new Set<string>();
  /** Callbacks that let go of the jobs of each backfill, run by hand or scheduled run of this DAG when the engine refuses them. */
  const leavers = new Set<(error: DagfillError) => void>();
  const leave = (error: DagfillError) => {
    for (const each of leavers) each(error);
  };
  const kinds = engine.kinds ?? ["run", "task"];
  const jobOf = (kind: EngineJob["kind"], context: Context, timeout: number | undefined): EngineJob => ({
    key: context.key,
    kind,
    data: context.toJobData(),
    ...(timeout === undefined ? {} : { timeout }),
  });

  const notEnded = `its job was canceled at engine ${engine.name} and has not ended there`;

  /** Tells a warning of one kind and text once in ten seconds: all runs in flight would tell the same. */
  const warnOnce = (emit: Attempt["emit"], code: string, message: string) => {
    const text = `${code} ${message}`;
    if (told.has(text)) return;
    told.add(text);
    setTimeout(() => told.delete(text), 10_000).unref?.();
    emit({ type: "warning", warning: { code, message } });
  };

  const execute: Executor["execute"] = (attempt) => {
    const { context } = attempt;
    const { key, runId } = context;
    const emit: Attempt["emit"] = (event) => attempt.emit(event);
    let aborted: "timeout" | "cancel" | undefined;
    const warn: JobListener["warn"] = (code, message) => warnOnce(emit, code, message);
    session.add(jobOf("run", context, use.runTimeout), {
      isOwned: () => attempt.isOwned(),
      began: (at) => attempt.began(at ?? use.now()),
      warn,
      leave,
      failed: (error) => attempt.settle(false, error),
      ended: (status) => {
        if (status.state === "success") attempt.settle(true, status.output);
        else
          attempt.settle(
            false,
            aborted === undefined ? errorOf(engine, status, runId) : abortReason(aborted, runId),
          );
      },
    });
    return {
      abort: (kind) => {
        if (kind === "lost") return session.drop(key);
        aborted = kind;
        session.cancel(key, abortReason(kind, runId).message);
      },
      abandon: () => {
        session.drop(key);
        return notEnded;
      },
      stored: () => session.forget(key),
    };
  };

  const executeTask: RunTask = (task, { began, isOwned, emit }) =>
    new Promise((resolve, reject) => {
      const context = task as unknown as Context;
      const { key, runId, signal } = context;
      const { timeout } = use.dag.tasks.find(({ taskId }) => taskId === task.taskId) ?? {};
      const what = `${runId}, task ${task.taskId}`;
      const warn: JobListener["warn"] = (code, message) => warnOnce(emit, code, message);
      const timedOut = () => abortReason("timeout", what);
      const limit = new TimeLimit({
        now: use.now,
        timeout,
        abortGrace: use.abortGrace,
        expired: () => session.cancel(key, timedOut().message),
        abandoned: () =>
          end(() => {
            session.drop(key);
            warn(
              "task_abandoned",
              `${what}: ${notEnded}: it is recorded as failed, but its work may still be running`,
            );
            const { code, message } = timedOut();
            const why = new DagfillError(code, `${message}: ${notEnded}`);
            // By this name the run knows that the task is not to be tried again.
            reject(Object.assign(why, { name: "TaskAbandoned" }));
          }),
      });
      const end = (settle: () => void) => {
        limit.stop();
        signal.removeEventListener("abort", abort);
        settle();
      };
      const abort = () => {
        limit.stop();
        const { code, message } = signal.reason as { code?: string; message: string };
        // The job continues at the engine, for the next owner of the run.
        if (code === "STALE_OWNER" || code === "STORE_FAILED") session.drop(key);
        else session.cancel(key, message);
      };
      signal.addEventListener("abort", abort);
      session.add(jobOf("task", context, timeout), {
        isOwned,
        began: (at = use.now()) => {
          if (!signal.aborted) limit.begin(at);
          began(at);
        },
        warn,
        leave,
        failed: (error) => end(() => reject(error)),
        ended: (status) =>
          end(() => {
            for (const [key, value] of Object.entries(status.pushed ?? {})) task.xcomPush(key, value);
            if (status.state === "success") resolve(status.output);
            else if (signal.aborted) reject(signal.reason);
            else reject(limit.isOver ? timedOut() : errorOf(engine, status, what));
          }),
      });
      if (signal.aborted) abort();
    });

  const whole: Executor = {
    execute,
    reportsStart: true,
    check,
    status: async (keys) => (await session.status(keys)) as Map<string, Report>,
    cancel: (keys, reason) => session.call((engine) => engine.cancel(keys, reason)),
    onClose: (leaver) => {
      leavers.add(leaver);
      const ignore = session.onClose(leaver);
      return () => {
        leavers.delete(leaver);
        ignore();
      };
    },
  };
  if (!kinds.includes("task") || use.dag.tasks.length === 0) return whole;
  const more: EngineTasks = {
    rendered: false,
    ended: ({ key }) => session.forget(key),
    left: (task) => task && session.drop(task.key),
  };
  // Waiting for a worker is no part of a task: its time counts from when the engine has really begun with it.
  const tasks = use.dag.tasks.map(({ timeout: _, ...task }) => task);
  return { ...whole, ...use.byTasks(executeTask, { ...use.dag, tasks }, more) };
}

/** Why a job did not succeed. */
function errorOf(engine: Engine, { state, error, url }: EngineStatus, what: string): unknown {
  const at = url === undefined ? "" : ` (${url})`;
  if (error !== undefined) return { ...error, message: `${error.message}${at}` };
  const how = state === "canceled" ? "was canceled" : "failed";
  return { name: "EngineError", message: `${what} ${how} at engine ${engine.name}${at}` };
}
