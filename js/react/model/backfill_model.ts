// A backfill on a page, outside of any view: plans what it is told, starts what was planned, and tells listeners of each change.
import { type BackfillOptions, type BackfillSummary, MemoryStore, type RunStore } from "../../face.js";
import { withEnglish } from "../english.js";
import type { Locale } from "../locale.js";
import { totals } from "../plan/day_columns.js";
import { placeOf } from "../plan/plan_columns.js";
import { TOKEN_COUNT, type Token } from "../plan/tokens.js";
import { type DateDetail, detailOf } from "../planning/date_detail.js";
import { knownRecords } from "../run/known_records.js";
import { type TaskMarks, TaskMarksByRun, type TaskState } from "../run/task_marks.js";
import { TaskReader } from "../run/task_reader.js";
import { type Driven, drive, drivenOf } from "./driven.js";
import { NO_PLAN } from "./plan_loop.js";
import { PlanSource } from "./plan_source.js";
import { NOTHING, reselect, type Selection, selectDay, selectRow } from "./selection.js";
import { optionsWith, serviceOf } from "./service_of.js";
import { type BackfillSettings, isSameHistory, textOf } from "./settings.js";
import type { BackfillSnapshot } from "./snapshot.js";

/** Changes of a run are told once a frame. */
const FRAME_MS = 16;
/** Other tabs write into a durable store, too. */
const LOOK_MS = 3_000;

export class BackfillModel {
  #settings: BackfillSettings;
  #locale: Locale;
  #store: RunStore;
  #source: PlanSource | null = null;
  /** Another store or history waits for the end of what is shown. */
  #isOutdated = false;
  #driven: Driven | null = null;
  #unfinished: BackfillSummary[] = [];
  #failure: Error | null = null;
  #selection: Selection = NOTHING;
  #hidden: ReadonlySet<Token> = new Set();
  #past = new TaskMarksByRun();
  #tasks: TaskReader;
  readonly #listeners = new Set<() => void>();
  #snapshot: BackfillSnapshot;
  #frame: ReturnType<typeof setTimeout> | undefined;
  #look: ReturnType<typeof setInterval> | undefined;

  constructor(settings: BackfillSettings) {
    this.#settings = settings;
    this.#locale = withEnglish(settings.locale);
    this.#store = settings.store ?? new MemoryStore();
    this.#tasks = new TaskReader(this.#store, () => this.#changed());
    this.#isOutdated = settings.existing !== undefined;
    this.#snapshot = this.#picture(0);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): BackfillSnapshot => this.#snapshot;

  /** Begins to plan. The returned function ends it; a backfill that runs goes on, and whoever opens its store again finds it. */
  readonly open = (): (() => void) => {
    if (this.#isOutdated) this.#renewStore();
    this.#openSource();
    if (this.#driven === null) this.#adopt(drivenOf(this.#store, this.#settings.dag.dagId) ?? null);
    else this.#driven.listeners.add(this.#onDriven);
    this.#plan(false);
    void this.#list();
    return () => {
      this.#closeSource();
      this.#driven?.listeners.delete(this.#onDriven);
    };
  };

  /** The settings of now. Plans again when they say something else. */
  configure(settings: BackfillSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (before.locale !== settings.locale) this.#locale = withEnglish(settings.locale);
    this.#isOutdated ||=
      settings.store !== before.store ||
      settings.dag.dagId !== before.dag.dagId ||
      !isSameHistory(settings.existing, before.existing);
    if (this.#source !== null && this.#driven === null) this.#refresh(false);
    if (before.locale !== settings.locale) this.#changed();
  }

  /** Starts the plan that is shown; refused (`failure` has the code PLAN_CHANGED) when it is another one by now. */
  readonly start = (): Promise<void> =>
    this.#act(async () => {
      const { answer, isStale, error } = this.#source?.state ?? NO_PLAN;
      if (answer !== null && !isStale && error === null)
        await this.#begin({ planHash: answer.plan.planHash });
    });

  /** Starts what has not succeeded of the options' dates: failed and canceled runs, and dates that never had one. */
  readonly retry = (): Promise<void> =>
    this.#act(() => this.#begin({ reprocess: "failed", rerunFailed: undefined, resetDagRun: undefined }));

  readonly pause = (): void => this.#driven?.backfill.pause();

  /** Goes on after a pause; with an id, goes on with a backfill that was interrupted. */
  readonly resume = (backfillId?: string): Promise<void> =>
    this.#act(async () => {
      if (backfillId === undefined) return this.#driven?.backfill.resume();
      const service = serviceOf(this.#store, () => this.#settings);
      this.#adopt(await drive(this.#store, (onEvent) => service.resume(backfillId, { onEvent })));
    });

  /** "finish" (default): what runs ends, nothing more starts. "abort": the signals of what runs are aborted, too. */
  readonly cancel = (options: { running?: "finish" | "abort" } = {}): Promise<void> =>
    this.#act(async () => void (await this.#driven?.backfill.cancel(options)));

  /** Closes an interrupted backfill: what did not end is recorded as canceled. */
  readonly discard = (backfillId: string): Promise<void> =>
    this.#act(() => serviceOf(this.#store, () => this.#settings).discard(backfillId));

  /** Answers a canary that waits for approval; false cancels. */
  readonly approve = (verdict = true): Promise<void> =>
    this.#act(async () => {
      const id = this.#driven?.backfill.backfillId;
      if (id !== undefined) await serviceOf(this.#store, () => this.#settings).approve(id, verdict);
    });

  readonly setMaxParallelRuns = (count: number): void => this.#driven?.backfill.setMaxParallelRuns(count);

  /** Back to the plan, when the backfill that is shown has ended. */
  readonly close = (): void => {
    if (this.#isDriving()) return;
    this.#adopt(null);
    this.#refresh(true);
  };

  /** Forgets `failure`. */
  readonly dismiss = (): void => {
    this.#failure = null;
    this.#changed();
  };

  /** Chooses a row of the plan. */
  readonly select = (row: number | null): void => {
    this.#selection = selectRow(this.#snapshot.plan, row);
    this.#changed();
  };

  /** Chooses a civil day (days since 1970-01-01), and its first date if it has one. */
  readonly selectDay = (day: number | null): void => {
    this.#selection = selectDay(this.#snapshot.plan, day);
    this.#changed();
  };

  /** Shows the dates with a token, or no longer. */
  readonly toggle = (token: Token): void => {
    const hidden = new Set(this.#hidden);
    if (!hidden.delete(token)) hidden.add(token);
    this.#hidden = hidden;
    this.#changed();
  };

  /** One row of the plan in full. */
  readonly detail = async (row: number): Promise<DateDetail | null> => {
    const { plan } = this.#snapshot;
    if (plan === null || this.#source === null) return null;
    const held = await this.#source.detail(plan, placeOf(plan, row));
    if (held !== null || this.#driven === null || this.#source === null) return held;
    const detail = detailOf(this.#driven.backfill.preview, placeOf(plan, row));
    if (detail === null) return null;
    return { ...detail, texts: await this.#source.texts(this.#settings, detail.executionDate) };
  };

  /** Why a civil day (`2026-03-29`) has no date in the plan. */
  readonly absence = async (day: string): Promise<string | null> => {
    const { plan } = this.#snapshot;
    return plan === null || this.#source === null ? null : this.#source.absence(plan, day);
  };

  /** Run id of a row of the backfill that is shown; null while only a plan is. */
  readonly runId = (row: number): string | null => {
    if (this.#driven === null) return null;
    const { view, backfill } = this.#driven;
    const id = view.runIds.get(row) ?? backfill.preview.run(placeOf(view.plan, row))?.runId;
    if (id !== undefined) view.runIds.set(row, id);
    return id ?? null;
  };

  /** How the tasks of one run stand, with times and errors; read from the store when nothing is known of it yet. */
  readonly taskMarks = (runId: string): TaskMarks =>
    this.#tasks.of(this.#driven?.view.tasks ?? this.#past, this.#settings.dag.dagId, runId);

  /** The state of each task of one run, for colouring the nodes of a graph. */
  readonly taskStates = (runId: string): ReadonlyMap<string, TaskState> =>
    new Map([...this.taskMarks(runId)].map(([taskId, { state }]) => [taskId, state]));

  #isDriving(): boolean {
    const phase = this.#driven?.view.phase;
    return phase !== undefined && phase !== "finished" && phase !== "stopped";
  }

  async #begin(more: { [name in keyof BackfillOptions]?: BackfillOptions[name] | undefined }): Promise<void> {
    const service = serviceOf(this.#store, () => this.#settings);
    const options = optionsWith(this.#settings, more);
    this.#adopt(await drive(this.#store, (onEvent) => service.start(options, { onEvent })));
  }

  async #act(work: () => Promise<void> | undefined): Promise<void> {
    this.#failure = null;
    try {
      await work();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#plan(true);
    }
    this.#changed();
    await this.#list();
  }

  #adopt(driven: Driven | null): void {
    this.#driven?.listeners.delete(this.#onDriven);
    this.#driven = driven;
    driven?.listeners.add(this.#onDriven);
    this.#changed();
  }

  readonly #onDriven: Parameters<Driven["listeners"]["add"]>[0] = (event) => {
    if (event === null) void this.#list();
    else this.#settings.onEvent?.(event);
    this.#frame ??= setTimeout(() => {
      this.#frame = undefined;
      this.#changed();
    }, FRAME_MS);
  };

  #openSource(): void {
    const last = this.#source?.state ?? NO_PLAN;
    this.#closeSource();
    this.#source = new PlanSource(this.#store, this.#settings.worker !== false, last, () => {
      const plan = this.#source?.state.answer?.plan ?? null;
      if (this.#driven === null) this.#selection = reselect(this.#snapshot.plan, plan, this.#selection);
      this.#changed();
    });
    if (this.#store.durable) this.#look = setInterval(() => void this.#list(), LOOK_MS);
  }

  #closeSource(): void {
    clearInterval(this.#look);
    this.#source?.close();
    this.#source = null;
  }

  #refresh(again: boolean): void {
    if (!this.#isOutdated) {
      this.#plan(again);
      return;
    }
    this.#renewStore();
    this.#openSource();
    this.#plan(true);
    void this.#list();
  }

  #plan(again: boolean): void {
    if (this.#driven === null && this.#source?.plan(this.#settings, again)) this.#changed();
  }

  /** The store of the settings, or memory with the runs that the page knows of. */
  #renewStore(): void {
    const { dag, existing, store } = this.#settings;
    this.#isOutdated = false;
    this.#store = store ?? new MemoryStore();
    this.#past = new TaskMarksByRun();
    this.#tasks = new TaskReader(this.#store, () => this.#changed());
    if (existing === undefined || store !== undefined) return;
    try {
      const runs = knownRecords(dag, existing);
      if (runs.length > 0) void this.#store.apply(runs.map((run) => ({ type: "create-run", run })));
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  async #list(): Promise<void> {
    try {
      const service = serviceOf(this.#store, () => this.#settings);
      const all = await service.list({ dagId: this.#settings.dag.dagId, unfinished: true });
      const mine = this.#isDriving() ? this.#driven?.backfill.backfillId : undefined;
      const others = all.filter((one) => one.backfillId !== mine);
      if (textOf(others) === textOf(this.#unfinished)) return;
      this.#unfinished = others;
      this.#plan(true);
      this.#changed();
    } catch {
      // A DAG that is wrong is the plan's error; a store that fails is told by the next action.
    }
  }

  #changed(): void {
    this.#snapshot = this.#picture(this.#snapshot.version + 1);
    for (const listener of this.#listeners) listener();
  }

  #picture(version: number): BackfillSnapshot {
    const { dag, options } = this.#settings;
    const { answer, error, isStale } = this.#source?.state ?? NO_PLAN;
    const run = this.#driven?.view ?? null;
    const plan = run?.plan ?? answer?.plan ?? null;
    return {
      ...{ dag, options, locale: this.#locale, plan, run, version },
      isStale: run === null && plan !== null && (isStale || error !== null),
      error: run === null ? error : null,
      estimate: run === null ? (answer?.estimate ?? null) : null,
      counts: plan === null ? new Array<number>(TOKEN_COUNT).fill(0) : totals(plan.days),
      warnings: [...(plan?.warnings ?? []), ...(run?.warnings ?? [])],
      phase: run?.phase ?? (error !== null ? "invalid" : answer === null ? "planning" : "ready"),
      progress: run?.progress ?? null,
      unfinished: this.#unfinished,
      failure: this.#failure,
      hidden: this.#hidden,
      selected: this.#selection.row,
      selectedDay: this.#selection.day,
      thread: this.#source?.thread ?? null,
    };
  }
}
