import { type BackfillEvent, BackfillService, type BackfillSummary, type RunStore } from "dagfill";
import {
  BackfillModel,
  type BackfillSettings,
  type BackfillSnapshot,
  type RunView,
  rowOf,
} from "dagfill/react";
import type { Draft, FailedAttempt, PlanView, RowDetail, ShownRun, StoredBackfill } from "../model";
import { dagOf, HARD_LIMIT, optionsOf } from "../request";
import { openCore } from "./core";
import { fillHistory, isSample, recordsOf } from "./history";
import { planAt } from "./scrub";
import { simulator } from "./simulate";
import { deleteRuns, forgetStore, openStore } from "./store";
import { whyOf } from "./why";

/** A question that a plan answers: the draft, and the instant that it is asked for. */
export interface Asked {
  draft: Draft;
  now: number;
}

/** Connects the page to the package: gives the model a store, simulated runs, and the draft as settings. The model plans in the package's
 *  worker and drives the runs. */
export class Engine {
  store: RunStore;
  /** Why records are not kept, where the browser refuses to. */
  problem: string | null;
  readonly model: BackfillModel;
  /** The newest question, and when it was asked (`performance.now()`). */
  asked: Asked;
  begun = performance.now();
  /** Of the backfill that was begun last. */
  #attempts: { executionDate: string; error: string }[] = [];
  #simulated: ReturnType<typeof simulator> | null = null;

  private constructor({ store, problem }: Awaited<ReturnType<typeof openStore>>, draft: Draft) {
    this.store = store;
    this.problem = problem;
    this.asked = { draft, now: Date.now() };
    this.model = new BackfillModel(this.settingsOf(this.asked));
  }

  /** Opens the store, and plans the draft: the worker starts before the page is drawn. */
  static async open(draft: Draft): Promise<Engine> {
    const engine = new Engine(await openStore(), draft);
    engine.model.open();
    return engine;
  }

  /** Calls of the package on this thread wait for it; plans come from the worker without it. */
  readonly openCore = openCore;

  /** Plans the draft. */
  configure(draft: Draft): void {
    this.asked = { draft, now: Date.now() };
    this.begun = performance.now();
    this.model.configure(this.settingsOf(this.asked));
  }

  private settingsOf({ draft, now }: Asked): BackfillSettings {
    const { dagId: _, ...options } = optionsOf(draft, now);
    return {
      dag: dagOf(draft),
      options: { ...options, maxRuns: HARD_LIMIT },
      store: this.store,
      executeRun: (run) => this.#simulated?.executeRun(run),
      executeTask: (task) => this.#simulated?.executeTask(task),
      runDuration: Math.max(1, draft.simulation.seconds * 1000),
      onEvent: this.#take,
    };
  }

  /** Makes ready for the next backfill. Each one of a DAG has its own luck, so that a retry may succeed. */
  async simulate(draft: Draft): Promise<void> {
    await openCore();
    this.#attempts = [];
    const known = await this.#service(draft).list({ dagId: draft.dagId });
    this.#simulated = simulator(draft.simulation, known.length, dagOf(draft));
  }

  async detail(row: number, draft: Draft): Promise<RowDetail | null> {
    return (await this.#details(row, row + 1, draft))[0] ?? null;
  }

  /** The rows of a plan from `from` to before `to`, each as `detail` returns it, so that an export has what the page shows. */
  async details(plan: PlanView, from: number, to: number, draft: Draft): Promise<RowDetail[]> {
    const details = await this.#details(from, to, draft);
    if (details.length < to - from || this.model.getSnapshot().plan?.planHash !== plan.planHash)
      throw new Error("The plan has changed while it was written. Export it again.");
    return details;
  }

  async #details(from: number, to: number, draft: Draft): Promise<RowDetail[]> {
    const details = await this.model.details(from, to);
    const warnings = this.model.getSnapshot().plan?.warnings ?? [];
    return details.map((detail, at) => {
      const commands = detail.texts.filter(({ path }) => path === "command");
      return { ...detail, index: from + at, why: whyOf(detail, draft, { warnings }), commands } as RowDetail;
    });
  }

  /** All backfills of the store, of any DAG. */
  async list(draft: Draft): Promise<StoredBackfill[]> {
    await openCore();
    const summaries = await this.#service(draft).list();
    return Promise.all(summaries.map((summary) => this.#stored(summary)));
  }

  /** The state of a backfill, as it is on record. */
  async stateOf({ backfillId }: ShownRun, draft: Draft): Promise<StoredBackfill["state"]> {
    return (await this.list(draft)).find((one) => one.backfillId === backfillId)?.state ?? "running";
  }

  async fillHistory(draft: Draft, plan: PlanView): Promise<void> {
    await openCore();
    return fillHistory(draft, this.store, plan);
  }

  recordsOf(plan: PlanView) {
    return recordsOf(this.store, plan);
  }

  /** Deletes the records of a DAG that are made up, and no other. */
  async forgetSamples(dagId: string): Promise<void> {
    const samples = (await this.store.listRuns({ dagId })).filter(isSample);
    await deleteRuns(
      dagId,
      samples.map(({ runId }) => runId),
    );
  }

  async forget(): Promise<void> {
    await this.store.close();
    await forgetStore();
    const { store, problem } = await openStore();
    this.store = store;
    this.problem = problem;
  }

  /** The backfill that the model shows. Its columns change in place, which `version` tells. */
  shown({ run: view, version, options }: BackfillSnapshot): ShownRun | null {
    if (view === null) return null;
    const { backfillId, plan, bars, phase, progress, warnings, median, laneCount, startedAt, errors } = view;
    return {
      ...{ backfillId, plan, bars, phase, progress, warnings, median, laneCount, startedAt, errors, version },
      left: view.left,
      lanes: options.maxParallelRuns ?? 1,
      failures: this.#failuresOf(view),
      at: (instant) => planAt(view, instant),
    };
  }

  /** Each attempt that failed, also where the next one succeeded; of attempts that another page made, the last of a date. */
  #failuresOf({ plan, errors }: RunView): FailedAttempt[] {
    const seen = this.#attempts.map(({ executionDate, error }) => ({
      row: rowOf(plan, Date.parse(executionDate)),
      error,
    }));
    const rows = new Set(seen.map(({ row }) => row));
    const read = [...errors].filter(([row]) => !rows.has(row)).map(([row, error]) => ({ row, error }));
    return [...read, ...seen];
  }

  readonly #take = (event: BackfillEvent): void => {
    if (!("run" in event) || event.run.error === undefined || event.type === "run-canceled") return;
    const { executionDate, error } = event.run;
    this.#attempts.push({ executionDate, error: error.message });
  };

  async #stored({ backfillId, dagId, state, progress, options }: BackfillSummary): Promise<StoredBackfill> {
    let inFlight = 0;
    if (state === "interrupted") {
      const left = await this.store.listRuns({ dagId, states: ["running"] });
      inFlight = left.filter((run) => run.backfillId === backfillId).length;
    }
    const { run } = this.model.getSnapshot();
    const mine = run?.backfillId === backfillId && run.phase !== "watching" && run.phase !== "stopped";
    const range = `${options.startDate} to ${options.endDate}`;
    return { backfillId, dagId, state, progress, mine, inFlight, range };
  }

  /** For reading only: no executor. */
  #service(draft: Draft): BackfillService {
    const dag = dagOf({ ...draft, schedule: "@daily", timeZone: "UTC", tasks: [], rest: {} });
    return new BackfillService({ dags: [dag], store: this.store });
  }
}
