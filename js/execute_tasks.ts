// One attempt of one run by the tasks of its DAG.
import { Clock } from "./clock.js";
import type { CheckedDag } from "./dag.js";
import type { Executor } from "./executor.js";
import type { Context } from "./run_state.js";
import type { RunStore, TaskInstance } from "./store/store.js";
import type { ExecuteTask } from "./task_context.js";
import type { TaskGraph } from "./task_graph.js";
import { PAST, TaskRun } from "./task_run.js";
import { Xcom } from "./xcom.js";

export interface TaskSettings {
  dag: CheckedDag;
  graph: TaskGraph;
  executeTask: ExecuteTask;
  store: RunStore;
  abortGrace: number;
  now: () => number;
}

/** An executor that runs the tasks of each run in order. */
export function runTasks(settings: TaskSettings): Executor {
  const { dag, graph, store } = settings;
  /** Runs in flight, by execution date: a task may wait for the same task of the run before. */
  const running = new Map<string, TaskRun>();
  const clock = new Clock(settings.now);
  const dependent = graph.tasks.some((task) => task.dependsOnPast);

  return ({ context, writer, news, settle }) => {
    let aborted: "timeout" | "cancel" | undefined;
    let run: TaskRun | undefined;
    const begin = (prior: TaskInstance[], xcom: Xcom, past: number[]) => {
      try {
        const made = new TaskRun({
          ...settings,
          clock,
          maxActiveTasks: dag.maxActiveTasks,
          context,
          xcom,
          prior,
          past,
          writer,
          news,
          settle: (success, value) => {
            if (running.get(context.executionDate) === made) running.delete(context.executionDate);
            settle(success, value);
          },
        });
        run = made;
        running.set(context.executionDate, made);
        for (const [task, answer] of past.entries()) if (answer === PAST.pending) follow(made, context, task);
        made.start();
        if (aborted !== undefined) made.abort(aborted);
      } catch (error) {
        settle(false, error);
      }
    };

    /** The task of the run before is still to end. */
    const follow = (made: TaskRun, { previousDate }: Context, task: number) => {
      const before = running.get(previousDate ?? "");
      const { taskId } = graph.task(task);
      if (before === undefined) made.pastKnown(task, false);
      else before.whenEnded(taskId, (state) => made.pastKnown(task, isMet(state)));
    };

    // A run that is new has nothing in the store: it begins at once.
    if (context.action === "create" && context.attempt === 1 && !dependent) begin([], new Xcom(), []);
    else
      load(store, context, graph, running).then(
        ({ prior, xcom, past }) => begin(prior, xcom, past),
        (error) => settle(false, error),
      );
    return {
      abort: (reason) => {
        aborted = reason;
        run?.abort(reason);
      },
    };
  };
}

function isMet(state: TaskInstance["state"] | undefined): boolean {
  return state === "success" || state === "skipped";
}

/** What the store knows of this run's tasks, and of the same tasks of the run before. */
async function load(
  store: RunStore,
  { dagId, runId, previousDate }: Context,
  graph: TaskGraph,
  running: Map<string, TaskRun>,
): Promise<{ prior: TaskInstance[]; xcom: Xcom; past: number[] }> {
  const prior = await store.listTaskInstances(dagId, runId);
  const xcom = new Xcom(await store.getXcom(dagId, runId));
  if (previousDate === null || !graph.tasks.some((task) => task.dependsOnPast))
    return { prior, xcom, past: [] };
  const at = Date.parse(previousDate);
  const [before] = await store.listRuns({ dagId, from: at, to: at });
  // A DAG's first run has nothing before it.
  if (before === undefined) return { prior, xcom, past: [] };
  if (running.has(previousDate)) return { prior, xcom, past: graph.tasks.map(() => PAST.pending) };
  const states = new Map(
    (await store.listTaskInstances(dagId, before.runId)).map(({ taskId, state }) => [taskId, state]),
  );
  const past = graph.tasks.map(({ taskId }) => (isMet(states.get(taskId)) ? PAST.met : PAST.unmet));
  return { prior, xcom, past };
}
