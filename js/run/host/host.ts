// Reads the options of the host: DAGs, a store, callbacks, a clock.
import { type CheckedDag, readDags } from "../../dag/dag.js";
import { positiveDuration } from "../../duration.js";
import { DagfillError } from "../../error.js";
import { type CheckedTemplateOptions, templateSpec } from "../../macros/options.js";
import { callback, fields, oneOf, type Reader, type Spec, wrong } from "../../options.js";
import { type Calendars, calendars } from "../../schedule/calendar.js";
import { checkedStore } from "../../store/checked.js";
import { MemoryStore } from "../../store/memory.js";
import type { RunStore } from "../../store/store.js";
import { type Executor, runCallback } from "../attempt/executor.js";
import type { ExecuteRun } from "../attempt/run_context.js";
import { type RunTask, runsByTask, runTasks, taskCallback } from "../tasks/execute_tasks.js";
import type { ExecuteTask } from "../tasks/task_context.js";
import { TaskGraph } from "../tasks/task_graph.js";
import { LEASE_MS } from "../writing/lease_handle.js";
import { type Connected, connect, type EngineTasks } from "./engine.js";

export interface Host extends CheckedTemplateOptions {
  dags: Map<string, CheckedDag>;
  store: RunStore;
  executeRun?: ExecuteRun;
  executeTask?: ExecuteTask;
  engine?: Connected;
  now: () => number;
  inFlight: "restart" | "attach";
  /** Milliseconds. */
  leaseTime: number;
}

/** INVALID_OPTION, DUPLICATE_DAG and whatever is wrong with a DAG. `more`: options that only one of the two has. */
export function readHost<T extends object = object>(
  options: unknown,
  more: Spec<T> = {} as Spec<T>,
): Host & Partial<T> {
  type Read = Omit<Host, "dags"> & { dags: unknown; calendars: Calendars };
  const own: Spec<Read> = {
    dags: (dags) => dags,
    calendars,
    store: having("apply", "a RunStore"),
    executeRun: callback<ExecuteRun>(),
    executeTask: callback<ExecuteTask>(),
    engine: having(connect, "what defineEngine of dagfill/engine makes"),
    now: callback<() => number>(),
    inFlight: oneOf("restart", "attach"),
    leaseTime: positiveDuration,
    ...templateSpec,
  };
  const read = fields<Read & T>(options, "options", { ...own, ...more } as Spec<Read & T>);
  const { dags, calendars: shared, ...rest } = read as Partial<Read>;
  if (rest.engine !== undefined && (rest.executeRun ?? rest.executeTask) !== undefined) {
    throw wrong("engine", "either an engine, or executeRun and executeTask", rest.engine);
  }
  const now = rest.now === undefined ? Date.now : steady(rest.now);
  const store = checkedStore(rest.store ?? new MemoryStore());
  return {
    ...rest,
    inFlight: rest.engine === undefined ? (rest.inFlight ?? "restart") : "attach",
    leaseTime: rest.leaseTime ?? LEASE_MS,
    store,
    now,
    dags: readDags(dags, "dags", shared),
  } as Host & Partial<T>;
}

/** An object of the host's with this method; `expected` says what it is. */
function having<T>(method: PropertyKey, expected: string): Reader<T> {
  return (value, path) => {
    if (typeof (value as Record<PropertyKey, unknown> | null)?.[method] !== "function")
      throw wrong(path, expected, value);
    return value as T;
  };
}

/** A host's clock. One that fails, or answers no time, stands still: what runs goes on, and its promise settles. Before it has
 *  ever told the time it is refused with INVALID_OPTION. */
function steady(now: () => number): () => number {
  let last: number | undefined;
  return () => {
    let [told, why]: [unknown, unknown] = [undefined, undefined];
    try {
      told = now();
    } catch (error) {
      why = error;
    }
    // A clock may tell fractions, as performance.now() does; dates have none.
    if (typeof told === "number" && Number.isFinite(told)) last = Math.round(told);
    else if (last === undefined) {
      const { code, message } = wrong("now", "a clock that returns epoch milliseconds", told);
      throw new DagfillError(code, message, { field: "now", ...(why === undefined ? {} : { cause: why }) });
    }
    return last as number;
  };
}

/** Whether the host can run a DAG at all. */
function canRun({ executeRun, executeTask, engine }: Host, dag: CheckedDag): boolean {
  return (executeRun ?? engine) !== undefined || executeTask !== undefined || runsByTask(dag, executeTask);
}

/** Settings of a backfill that its executor needs. */
interface RunSettings {
  taskIds?: string[];
  withUpstream: boolean;
  abortGrace: number;
  strictPast?: boolean;
  runTimeout?: number;
}

/** DAGs with tasks go by their tasks' functions and executeTask, the others to executeRun; where only executeRun is given, it runs
 *  every DAG as a whole. */
export function executorOf(
  { executeRun, executeTask, engine, store, now }: Host,
  dag: CheckedDag,
  options?: RunSettings,
): Executor {
  const { abortGrace = 30_000 } = options ?? {};
  const byTasks = (run: RunTask, dag: CheckedDag, more?: EngineTasks) => {
    const { taskIds, withUpstream = true, strictPast = false } = options ?? {};
    const graph = new TaskGraph(dag, taskIds === undefined ? undefined : { taskIds, withUpstream });
    return runTasks({ dag, graph, executeTask: run, store, abortGrace, strictPast, now, ...more });
  };
  if (engine !== undefined) {
    return engine[connect]({ dag, now, runTimeout: options?.runTimeout, abortGrace, byTasks });
  }
  const wholeOnly = executeRun !== undefined && executeTask === undefined;
  if (!wholeOnly && runsByTask(dag, executeTask)) return byTasks(taskCallback(dag, executeTask), dag);
  if (executeRun !== undefined) return runCallback(executeRun);
  throw new DagfillError(
    "INVALID_OPTION",
    `DAG ${dag.dagId}: expected executeRun, executeTask, or a function \`run\` of a task, to run it`,
    {
      field: "executeRun",
    },
  );
}

/** The executor of a DAG, where its host has callbacks for it: to close a backfill it need not have any. */
export function knownExecutor(host: Host, dag: CheckedDag, options: RunSettings): Executor | undefined {
  return canRun(host, dag) ? executorOf(host, dag, options) : undefined;
}
