// One attempt of one run by the tasks of its DAG.
import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { call, LostRun, RunStateCode } from "../../raw.js";
import { storeFailure } from "../../store/failure.js";
import type { RunChange, RunRecord, RunStore, StoreChange, TaskInstance } from "../../store/store.js";
import { iso } from "../../time.js";
import type { Context } from "../attempt/context.js";
import type { Attempt, Executor } from "../attempt/executor.js";
import type { EventBody } from "../events/backfill_events.js";
import { Clock } from "../machine/clock.js";
import type { AbortKind } from "../machine/machine.js";
import { readElsewhere, wantedElsewhere } from "./elsewhere.js";
import { stoppedByPast } from "./run_failure.js";
import type { ExecuteTask, TaskContext } from "./task_context.js";
import type { TaskGraph } from "./task_graph.js";
import { cancelOpenTasks, codeOf } from "./task_records.js";
import { TaskRun } from "./task_run.js";
import type { PastState } from "./task_run_options.js";
import { Xcom } from "./xcom.js";

/** Runs a task. An engine tells its start and its warnings, and asks for its owner, by those of the run. */
export type RunTask = (task: TaskContext, run: Pick<Attempt, "began" | "isOwned" | "emit">) => unknown;

export interface TaskSettings {
  dag: CheckedDag;
  graph: TaskGraph;
  executeTask: RunTask;
  store: RunStore;
  abortGrace: number;
  /** The tasks of a backfill's first row ask for the date before it, too. */
  strictPast: boolean;
  now: () => number;
  /** false: the texts of a task are rendered where it runs. */
  rendered?: boolean;
  /** The end of a task's attempt is stored. */
  ended?: ((task: Context) => void) | undefined;
  /** A task's attempt is waited for no longer. */
  left?: ((task: Context | undefined) => void) | undefined;
}

/** An executor that runs the tasks of each run in order. */
export function runTasks(settings: TaskSettings): Executor {
  const { dag, graph, store, strictPast } = settings;
  const isElsewhere = settings.rendered === false;
  /** Runs in flight, by execution date, from the moment they start, which is before they have read the store: a task may wait
   *  for the same task of the run before. */
  const running = new Map<string, Promise<Before>>();
  const clock = new Clock(settings.now);
  const dependent = graph.tasks.some((task) => task.dependsOnPast);
  const wanted = wantedElsewhere(dag.dagId, graph.tasks);

  const execute: Executor["execute"] = (attempt) => {
    const { context, row, started, attached, writer } = attempt;
    const emit = (event: EventBody) => attempt.emit(event);
    // Airflow lets a backfill's first row pass; scheduled runs, and those by hand, always ask.
    const asksPast = dependent && (strictPast || row > 0 || context.runType !== "backfill");
    let aborted: AbortKind | undefined;
    let run: TaskRun | undefined;
    let tell: (run: Before) => void = () => {};
    let entry: Promise<Before> | undefined;
    if (dependent) {
      entry = new Promise((resolve) => {
        tell = resolve;
      });
      running.set(context.executionDate, entry);
    }
    const close = (run: Before) => {
      tell(run);
      if (running.get(context.executionDate) === entry) running.delete(context.executionDate);
    };
    const end = (success: boolean, value: unknown) => {
      close(undefined);
      attempt.settle(success, value);
    };
    const endLeft = (error: DagfillError) => {
      close(error);
      attempt.leave(error);
    };
    // A run begins with the first of its tasks.
    let begun = Number.POSITIVE_INFINITY;
    const first = (at: number) => {
      if (at >= begun) return;
      begun = at;
      attempt.began(at);
    };
    const begin = ({ prior, xcom, past, before }: Known) => {
      try {
        if (isElsewhere && attached) {
          const ends = prior
            .map(({ finishedAt }) => Date.parse(finishedAt ?? ""))
            .filter((at) => at >= started);
          if (ends.length > 0) first(Math.min(...ends));
        }
        const made = new TaskRun({
          ...settings,
          executeTask: (task) =>
            settings.executeTask(task, { began: first, isOwned: () => attempt.isOwned(), emit }),
          clock,
          maxActiveTasks: dag.maxActiveTasks,
          context,
          xcom,
          prior,
          past,
          started,
          attached,
          reload: () => store.listTaskInstances(context.dagId, context.runId),
          writer,
          call: (callback) => attempt.call(callback),
          emit,
          settle: end,
          leave: endLeft,
        });
        run = made;
        tell(made);
        before?.then((before) => follow(made, before));
        made.start();
        if (aborted !== undefined) made.abort(aborted);
      } catch (error) {
        end(false, error);
      }
    };

    /** The tasks of the run before are still to end. */
    const follow = (made: TaskRun, before: Before) => {
      if (before instanceof DagfillError) return made.leave(before);
      for (const [task, { taskId }] of graph.tasks.entries()) {
        if (before === undefined) made.pastEnded(task, undefined);
        else {
          before.whenEnded(taskId, (state, left) => {
            if (left === undefined) made.pastEnded(task, state);
            else made.leave(left);
          });
        }
      }
    };

    // A run that is new has nothing in the store: it begins at once.
    const isKnown = !dependent && !attached && wanted.length === 0;
    if (context.action === "create" && context.attempt === 1 && isKnown)
      begin({ prior: [], xcom: new Xcom(), past: undefined });
    else {
      load(store, context, graph, wanted, asksPast ? attempt.past() : null, running).then(begin, (error) =>
        endLeft(storeFailure(error)),
      );
    }
    return {
      abort: (kind) => {
        aborted = kind;
        run?.abort(kind);
      },
      abandon: () => run?.abandon(),
      unstored: () => run?.unstored ?? [],
      stored: () => run?.stored(),
    };
  };
  return {
    execute,
    clear: (dagId, runId) => clearTasks(store, graph, dagId, runId),
    failedTasks: (dagId, runIds) => failedTasks(store, graph, dagId, runIds),
    close: async (dagId, runId) => (await cancelOpenTasks(store, dagId, runId, iso(clock.now()))).changes,
    outcome: (run, tasks) => outcome(graph, run, tasks),
  };
}

async function failedTasks(
  store: RunStore,
  graph: TaskGraph,
  dagId: string,
  runIds: readonly string[],
): Promise<number> {
  // Behind a task that fails such a DAG has no task that succeeds, and so no run that does.
  if (graph.tasks.every(({ triggerRule }) => triggerRule === "all_success")) return 0;
  let count = 0;
  for (const runId of runIds) {
    const tasks = await store.listTaskInstances(dagId, runId);
    const states = new Map(tasks.map(({ taskId, state }) => [taskId, state]));
    count += tasks.filter(({ state }) => state === "failed").length;
    count += stoppedByPast(graph, { state: (taskId) => states.get(taskId) }).length;
  }
  return count;
}

/** How a run ended by its tasks; `undefined` where they have not all ended since it started. */
function outcome(graph: TaskGraph, run: RunRecord, tasks: readonly TaskInstance[]): RunChange | undefined {
  const dag = graph.raw();
  const code = call((wasm) => {
    const raw = new wasm.RawDagRun(dag, 1, 0, { command() {}, now: () => 0 });
    for (const { taskId, state, attempt, finishedAt = "" } of tasks) {
      const task = graph.placeOf(taskId);
      const isOwn = Date.parse(finishedAt) >= Date.parse(run.startedAt ?? "");
      const lost = isOwn ? LostRun.Start : LostRun.Restart;
      if (task !== undefined) raw.prior(task, codeOf(state), attempt, 0, Number.NaN, Number.NaN, lost);
    }
    const code = raw.outcome();
    raw.free();
    return code;
  });
  if (code === RunStateCode.Success) return { state: "success", error: undefined };
  if (code !== RunStateCode.Failed) return undefined;
  const error = tasks.find(({ state }) => state === "failed")?.error;
  return { state: "failed", ...(error && { error }) };
}

/** Clears the chosen tasks of a run and keeps the attempts that they have had: (run, task, attempt) is never used twice. Stores clear whole
 *  runs, so that what the other tasks did and left is written again in the same batch. */
async function clearTasks(
  store: RunStore,
  graph: TaskGraph,
  dagId: string,
  runId: string,
): Promise<StoreChange[]> {
  const changes: StoreChange[] = [{ type: "clear-run", dagId, runId }];
  const left: string[] = [];
  for (const known of await store.listTaskInstances(dagId, runId)) {
    const { taskId, attempt } = known;
    const isLeft = graph.isLeft(taskId);
    if (isLeft) left.push(taskId);
    else if (attempt === 0) continue;
    const instance: TaskInstance = isLeft ? known : { dagId, runId, taskId, state: "queued", attempt };
    changes.push({ type: "save-task-instance", instance });
  }
  if (left.length === 0) return changes;
  const kept = new Xcom(await store.getXcom(dagId, runId)).of(left);
  for (const [taskId, values] of Object.entries(kept))
    for (const [key, value] of Object.entries(values))
      changes.push({ type: "set-xcom", dagId, runId, taskId, key, value });
  return changes;
}

/** The run before: `undefined` when it could not be made, the error when it is left since the store failed. */
type Before = TaskRun | DagfillError | undefined;

interface Known {
  prior: TaskInstance[];
  xcom: Xcom;
  /** How each task of the run before ended; nothing where that is not asked, an empty map where it is still to end. */
  past: Map<number, PastState> | undefined;
  /** The run before, when that is still to be seen. */
  before?: Promise<Before>;
}

/** Reads this run's tasks from the store, and the same tasks of the run on `dateBefore`. */
async function load(
  store: RunStore,
  { dagId, runId, executionDate }: Context,
  graph: TaskGraph,
  wanted: ReturnType<typeof wantedElsewhere>,
  dateBefore: string | null,
  running: ReadonlyMap<string, Promise<Before>>,
): Promise<Known> {
  // Looked up before anything is awaited: it may end meanwhile, and knows better than the store how.
  const inFlight = running.get(dateBefore ?? "");
  const prior = await store.listTaskInstances(dagId, runId);
  const elsewhere = await readElsewhere(store, dagId, wanted, Date.parse(executionDate));
  const xcom = new Xcom(await store.getXcom(dagId, runId), elsewhere);
  if (dateBefore === null) return { prior, xcom, past: undefined };
  if (inFlight !== undefined) return { prior, xcom, past: new Map(), before: inFlight };
  const at = Date.parse(dateBefore);
  const [before] = await store.listRuns({ dagId, from: at, to: at });
  // A DAG's first run has nothing before it.
  if (before === undefined) return { prior, xcom, past: undefined };
  // A run that succeeded without a record of a task was imported, or is older than the task: it stops none.
  const unrecorded = before.state === "success" ? "success" : undefined;
  const past = new Map<number, PastState>(graph.tasks.map((_, task) => [task, unrecorded]));
  for (const { taskId, state } of await store.listTaskInstances(dagId, before.runId)) {
    const task = graph.indexOf(taskId);
    if (task !== undefined) past.set(task, state);
  }
  return { prior, xcom, past };
}

/** Whether a DAG's tasks can be run one by one, so that they need no `executeRun`. */
export function runsByTask(dag: CheckedDag, executeTask: ExecuteTask | undefined): boolean {
  return (
    dag.tasks.length > 0 && (executeTask !== undefined || dag.tasks.some(({ run }) => run !== undefined))
  );
}

/** One callback for all tasks of a DAG. A task with neither function nor command does nothing and succeeds, where there is no
 *  `executeTask` either. INVALID_OPTION for a command that nothing runs. */
export function taskCallback(
  { dagId, tasks }: CheckedDag,
  executeTask: ExecuteTask | undefined,
): ExecuteTask {
  const functions = new Map(tasks.flatMap(({ taskId, run }) => (run === undefined ? [] : [[taskId, run]])));
  if (functions.size === 0 && executeTask !== undefined) return executeTask;
  const unrun = tasks.find(({ command, run }) => command !== undefined && run === undefined);
  if (unrun !== undefined && executeTask === undefined) {
    throw new DagfillError(
      "INVALID_OPTION",
      `DAG ${dagId}, task ${unrun.taskId}: expected executeTask to run its command, got none`,
      { field: "executeTask", hint: "shellTasks() of dagfill/shell runs commands" },
    );
  }
  return (task) => (functions.get(task.taskId) ?? executeTask)?.(task);
}
