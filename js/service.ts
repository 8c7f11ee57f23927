// The backfill service: preview, start, resume, discard, list. It opens what a backfill needs and closes it again; what runs
// when is the driver's and the core's business.
import type { Backfill } from "./backfill.js";
import { type BackfillOptions, type CheckedOptions, readOptions } from "./backfill_options.js";
import { contextOf } from "./context.js";
import { type CheckedDag, type Dag, findDag, readDags } from "./dag.js";
import { Driver } from "./driver.js";
import { DagfillError } from "./error.js";
import type { BackfillResult, Hooks, RunResult } from "./events.js";
import { runCallback } from "./execute_run.js";
import { runTasks } from "./execute_tasks.js";
import type { Executor } from "./executor.js";
import { storeFailure } from "./failure.js";
import { close, overlaps, standing, stored } from "./interrupted.js";
import { type Held, holdDag } from "./lease.js";
import { callback, fields, signal, wrong } from "./options.js";
import { type BackfillPreview, Preview } from "./plan.js";
import type { PlanData } from "./plan_data.js";
import { makePlan } from "./planner.js";
import { newSnapshot } from "./prepare.js";
import type { ExecuteRun } from "./run_context.js";
import { Running } from "./running.js";
import type { Snapshot } from "./snapshot.js";
import { MemoryStore } from "./store/memory.js";
import type { RunStore } from "./store/store.js";
import { type BackfillSummary, summarize } from "./summary.js";
import type { ExecuteTask } from "./task_context.js";
import { TaskGraph } from "./task_graph.js";
import { trigger } from "./trigger.js";
import { readTrigger, type TriggerOptions } from "./trigger_options.js";

export class BackfillService {
  readonly #dags: Map<string, CheckedDag>;
  readonly #store: RunStore;
  readonly #executeRun: ExecuteRun | undefined;
  readonly #executeTask: ExecuteTask | undefined;
  readonly #now: () => number;

  /** `store` defaults to a new MemoryStore, which forgets everything with the process. `now` is the clock, epoch milliseconds. */
  constructor(options: {
    dags: readonly Dag[];
    store?: RunStore;
    executeRun?: ExecuteRun;
    executeTask?: ExecuteTask;
    now?: () => number;
  }) {
    const read = fields<{
      dags: unknown;
      store: RunStore;
      executeRun: ExecuteRun;
      executeTask: ExecuteTask;
      now: () => number;
    }>(options, "options", {
      dags: (dags) => dags,
      store: (store, path) => {
        if (typeof (store as RunStore | null)?.apply !== "function") throw wrong(path, "a RunStore", store);
        return store as RunStore;
      },
      executeRun: callback<ExecuteRun>(),
      executeTask: callback<ExecuteTask>(),
      now: callback<() => number>(),
    });
    this.#dags = readDags(read.dags, "dags");
    this.#store = read.store ?? new MemoryStore();
    this.#executeRun = read.executeRun;
    this.#executeTask = read.executeTask;
    this.#now = read.now ?? Date.now;
  }

  /** What a backfill with these options would do now. Nothing is written. */
  async preview(options: BackfillOptions): Promise<BackfillPreview> {
    const read = readOptions(options);
    return new Preview(await this.#plan(read));
  }

  /** With `dryRun` the preview, else the result when all has ended. */
  backfill(options: BackfillOptions & { dryRun: true }, hooks?: Hooks): Promise<BackfillPreview>;
  backfill(options: BackfillOptions & { dryRun?: false }, hooks?: Hooks): Promise<BackfillResult>;
  backfill(options: BackfillOptions, hooks?: Hooks): Promise<BackfillResult | BackfillPreview>;
  async backfill(options: BackfillOptions, hooks: Hooks = {}): Promise<BackfillResult | BackfillPreview> {
    if (options?.dryRun === true) return this.preview(options);
    const backfill = await this.start(options, hooks);
    return backfill.result;
  }

  /** Starts a backfill; it is stored when the promise fulfils. Failed runs never reject `result`. */
  async start(options: BackfillOptions, hooks: Hooks = {}): Promise<Backfill> {
    const read = readOptions(options);
    const listeners = readHooks(hooks);
    if (read.dryRun) throw wrong("dryRun", "false (use preview or backfill for a dry run)", true);
    const dag = findDag(this.#dags, read.dagId);
    const execute = this.#executor(dag, read);
    const backfillId = read.backfillId ?? crypto.randomUUID();
    const held = await guard(() => holdDag(this.#store, dag.dagId));
    return this.#drive(held, dag, backfillId, execute, listeners, async () => {
      if ((await this.#store.loadBackfill(backfillId)) !== null) {
        throw new DagfillError(
          "BACKFILL_EXISTS",
          `there is a backfill ${JSON.stringify(backfillId)} already`,
          {
            field: "backfillId",
            details: { backfillId },
          },
        );
      }
      const now = this.#now();
      const plan = await makePlan(dag, read, this.#store, now, held.fence.lease);
      await this.#refuseInterrupted(dag.dagId, plan);
      return { snapshot: newSnapshot(dag, read, plan, now), fresh: true };
    });
  }

  /** One run for one date, now: run type "manual". A run that fails does not reject; RUN_EXISTS when the date has a run. */
  async trigger(options: TriggerOptions): Promise<RunResult> {
    const read = readTrigger(options);
    const dag = findDag(this.#dags, read.dagId);
    return guard(() => trigger(dag, read, this.#store, this.#executor(dag), this.#now));
  }

  /** Goes on with a backfill whose process died: same plan, same dates, same options. What had succeeded is not run again. */
  async resume(backfillId: string, hooks: Hooks = {}): Promise<Backfill> {
    const listeners = readHooks(hooks);
    const { dagId, options } = await this.#unfinished(backfillId);
    const dag = findDag(this.#dags, dagId);
    const execute = this.#executor(dag, options);
    const held = await guard(() => holdDag(this.#store, dagId));
    // Between the first look and the lease, its last driver may have brought it to an end.
    return this.#drive(held, dag, backfillId, execute, listeners, async () => ({
      snapshot: await this.#unfinished(backfillId),
      fresh: false,
    }));
  }

  /** Closes an interrupted backfill: what did not end is recorded as canceled. */
  async discard(backfillId: string): Promise<void> {
    const { dagId } = await this.#unfinished(backfillId);
    const held = await guard(() => holdDag(this.#store, dagId));
    try {
      const snapshot = await this.#unfinished(backfillId);
      await guard(() => close(this.#store, backfillId, snapshot, held.fence, this.#now()));
    } finally {
      await held.release();
    }
  }

  /** Every backfill that the store knows, oldest first. */
  async list(filter: { dagId?: string; unfinished?: boolean } = {}): Promise<BackfillSummary[]> {
    const summaries: BackfillSummary[] = [];
    for (const { id, snapshot } of await guard(() => this.#store.listBackfills(filter))) {
      summaries.push(await guard(() => summarize(this.#store, id, snapshot)));
    }
    return summaries;
  }

  #plan(options: CheckedOptions): Promise<PlanData> {
    const dag = findDag(this.#dags, options.dagId);
    return guard(() => makePlan(dag, options, this.#store, this.#now()));
  }

  async #unfinished(backfillId: string): Promise<Snapshot> {
    const snapshot = await guard(() => stored(this.#store, backfillId));
    if (snapshot.state === "running" || snapshot.state === "paused") return snapshot;
    throw new DagfillError(
      "UNKNOWN_BACKFILL",
      `backfill ${backfillId} has ended (${snapshot.state}): expected one that was interrupted`,
      {
        input: backfillId,
        details: { state: snapshot.state },
      },
    );
  }

  /** A new backfill over the dates of an interrupted one would run them twice, or never finish the old one. */
  async #refuseInterrupted(dagId: string, plan: PlanData): Promise<void> {
    for (const { id, snapshot } of await this.#store.listBackfills({ dagId, unfinished: true })) {
      if (!overlaps(id, snapshot, plan)) continue;
      throw new DagfillError(
        "BACKFILL_EXISTS",
        `backfill ${id} of DAG ${dagId} was interrupted and has some of these dates`,
        {
          hint: `resume("${id}") goes on with it, discard("${id}") closes it`,
          details: { backfillId: id },
        },
      );
    }
  }

  /** DAGs with tasks go to executeTask and the others to executeRun; where only one is given, it does what it can. */
  #executor(
    dag: CheckedDag,
    options?: { taskIds?: string[]; withUpstream: boolean; abortGrace: number },
  ): Executor {
    const [executeRun, executeTask] = [this.#executeRun, this.#executeTask];
    if (executeTask !== undefined && dag.tasks.length > 0) {
      const { taskIds, withUpstream = true, abortGrace = 30_000 } = options ?? {};
      const graph = new TaskGraph(dag, taskIds === undefined ? undefined : { taskIds, withUpstream });
      return runTasks({ dag, graph, executeTask, store: this.#store, abortGrace, now: this.#now });
    }
    if (executeRun !== undefined) return runCallback(executeRun);
    throw new DagfillError(
      "INVALID_OPTION",
      `DAG ${dag.dagId}: expected executeRun, or executeTask for its tasks, to run it`,
      {
        field: "executeRun",
      },
    );
  }

  /** Drives what `prepare` makes, under a lease that is held until all has ended. */
  async #drive(
    held: Held,
    dag: CheckedDag,
    backfillId: string,
    execute: Executor,
    hooks: Hooks,
    prepare: () => Promise<{ snapshot: Snapshot; fresh: boolean }>,
  ): Promise<Backfill> {
    try {
      const { snapshot, fresh } = await guard(prepare);
      const origin = { dag, timetable: snapshot.plan.timetable, runType: "backfill", backfillId } as const;
      let reload = !fresh;
      const driver = new Driver({
        backfillId,
        snapshot,
        store: this.#store,
        fence: held.fence,
        hooks,
        now: this.#now,
        execute,
        context: (planned, attempt, conf) => contextOf(origin, planned, attempt, conf),
        reload: async () => {
          const known = reload ? await standing(this.#store, backfillId, snapshot) : [];
          reload = true;
          return known;
        },
      });
      held.onLost = (error) => driver.loseLease(error);
      const abort = () => driver.cancel(true);
      hooks.signal?.addEventListener("abort", abort);
      const result = driver.result.finally(() => {
        hooks.signal?.removeEventListener("abort", abort);
        return held.release();
      });
      result.catch(() => {});
      if (hooks.signal?.aborted) abort();
      await driver.begin();
      return new Running(backfillId, driver, result);
    } catch (error) {
      await held.release();
      throw error;
    }
  }
}

function readHooks(hooks: unknown): Hooks {
  return fields<Hooks>(hooks, "hooks", {
    onEvent: callback<NonNullable<Hooks["onEvent"]>>(),
    onProgress: callback<NonNullable<Hooks["onProgress"]>>(),
    signal,
  });
}

/** Errors of a store as STORE_FAILED. */
async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeFailure(error);
  }
}
