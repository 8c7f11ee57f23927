// A backfill on a page, outside of any view: plans what it is told, starts what was planned, and tells listeners of each change.
import { type BackfillSummary, MemoryStore, type RunStore } from "../../face.js";
import { withEnglish } from "../english.js";
import type { Locale } from "../locale.js";
import { placeOf } from "../plan/plan_columns.js";
import type { Token } from "../plan/tokens.js";
import type { DateDetail } from "../planning/date_detail.js";
import { type TaskMarks, TaskMarksByRun, type TaskState } from "../run/task_marks.js";
import { TaskReader } from "../run/task_reader.js";
import { type Driven, drive, drivenOf, watch } from "./driven.js";
import { drivenDetail } from "./driven_detail.js";
import { pageError } from "./page_error.js";
import { pageStore } from "./page_store.js";
import { pictureOf } from "./picture.js";
import { NO_PLAN } from "./plan_loop.js";
import { PlanSource } from "./plan_source.js";
import { NOTHING, reselect, type Selection, selectDay, selectRow } from "./selection.js";
import { Origin, type OtherOptions, optionsWith, originOf, plannableOf, serviceOf } from "./service_of.js";
import {
  type BackfillSettings,
  isSameHistory,
  isSameTimetable,
  type PlannableSettings,
  textOf,
} from "./settings.js";
import { settingsFault } from "./settings_fault.js";
import type { BackfillSnapshot } from "./snapshot.js";

/** Changes of a run are told once a frame. */
const FRAME_MS = 16;
/** Other tabs write into a durable store, too. */
const LOOK_MS = 3_000;

export class BackfillModel {
  #settings: BackfillSettings;
  #fault: Error | null;
  #historyFault: Error | null = null;
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
  #unwatch: (() => void) | undefined;

  constructor(settings: BackfillSettings) {
    this.#settings = settings;
    this.#fault = settingsFault(settings);
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
    if (this.#driven === null) this.#adopt(drivenOf(this.#store, this.#settings.dag?.dagId ?? "") ?? null);
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
    const fault = this.#fault;
    this.#fault = settingsFault(settings);
    const isOther = this.#fault?.message !== fault?.message || !settings.dag !== !before.dag;
    const plannable = this.#plannable();
    if (plannable !== null) this.#driven?.origin.renew(plannable);
    if (before.locale !== settings.locale) this.#locale = withEnglish(settings.locale);
    this.#isOutdated ||=
      settings.store !== before.store ||
      settings.dag?.dagId !== before.dag?.dagId ||
      (settings.existing !== undefined && !isSameTimetable(settings.dag, before.dag)) ||
      !isSameHistory(settings.existing, before.existing);
    if (this.#source !== null && this.#driven === null) this.#refresh(false);
    if (before.locale !== settings.locale || isOther) this.#changed();
  }

  /** Starts the plan that is shown; refused (`failure` has the code PLAN_CHANGED) when it is another one by now. */
  readonly start = (): Promise<void> =>
    this.#act(async () => {
      const { answer, isStale, error } = this.#source?.state ?? NO_PLAN;
      this.#fresh();
      if (answer !== null && !isStale && error === null)
        await this.#begin(this.#fresh(), { planHash: answer.plan.planHash });
    });

  /** Starts what has not succeeded of the options' dates: failed and canceled runs, and dates that never had one. */
  readonly retry = (): Promise<void> =>
    this.#act(async () => {
      const origin = new Origin(this.#driven?.origin.settings ?? this.#fresh().settings);
      await this.#begin(origin, { reprocess: "failed", rerunFailed: undefined, resetDagRun: undefined });
    });

  readonly pause = (): void => this.#driven?.backfill.pause();

  /** Goes on after a pause; with an id, goes on with a backfill that was interrupted. */
  readonly resume = (backfillId?: string): Promise<void> =>
    this.#act(async () => {
      if (backfillId === undefined) return this.#driven?.backfill.resume();
      const origin = this.#fresh();
      const service = serviceOf(this.#store, origin);
      this.#adopt(await drive(this.#store, origin, (onEvent) => service.resume(backfillId, { onEvent })));
    });

  /** "finish" (default): what runs ends, nothing more starts. "abort": the signals of what runs are aborted, too. */
  readonly cancel = (options: { running?: "finish" | "abort" } = {}): Promise<void> =>
    this.#act(async () => void (await this.#driven?.backfill.cancel(options)));

  /** Closes an interrupted backfill: what did not end is recorded as canceled. */
  readonly discard = (backfillId: string): Promise<void> =>
    this.#act(async () => serviceOf(this.#store, this.#fresh()).discard(backfillId));

  /** Answers a canary that waits for approval; false cancels. */
  readonly approve = (verdict = true): Promise<void> =>
    this.#act(async () => {
      const { backfill, origin } = this.#driven ?? {};
      if (origin) await serviceOf(this.#store, origin).approve(backfill?.backfillId ?? "", verdict);
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
    const source = this.#source;
    const driven = this.#driven;
    const held = await source.detail(plan, placeOf(plan, row));
    return driven === null ? held : drivenDetail(driven, row, held, source);
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
    this.#tasks.of(this.#driven?.view.tasks ?? this.#past, this.#snapshot.dag?.dagId ?? "", runId);

  /** The state of each task of one run, for colouring the nodes of a graph. */
  readonly taskStates = (runId: string): ReadonlyMap<string, TaskState> =>
    new Map([...this.taskMarks(runId)].map(([taskId, { state }]) => [taskId, state]));

  #isDriving(): boolean {
    const phase = this.#driven?.view.phase;
    return phase !== undefined && phase !== "finished" && phase !== "stopped";
  }

  #plannable(): PlannableSettings | null {
    return plannableOf(this.#settings, this.#fault ?? this.#historyFault);
  }

  #fresh(): Origin {
    return originOf(this.#settings, this.#fault ?? this.#historyFault);
  }

  async #begin(origin: Origin, more: OtherOptions): Promise<void> {
    const service = serviceOf(this.#store, origin);
    const options = optionsWith(origin.settings, more);
    this.#adopt(await drive(this.#store, origin, (onEvent) => service.start(options, { onEvent })));
  }

  async #act(work: () => Promise<void> | undefined): Promise<void> {
    this.#failure = null;
    try {
      await work();
    } catch (error) {
      this.#failure = pageError(error);
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
    this.#unwatch = watch(this.#store, () => void this.#list());
    if (this.#store.durable) this.#look = setInterval(() => void this.#list(), LOOK_MS);
  }

  #closeSource(): void {
    clearInterval(this.#look);
    this.#unwatch?.();
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
    const settings = this.#plannable();
    if (this.#driven === null && settings !== null && this.#source?.plan(settings, again)) this.#changed();
  }

  #renewStore(): void {
    if (this.#fault !== null) return;
    this.#isOutdated = false;
    const { store, fault } = pageStore(this.#settings, (failed, late) => {
      if (failed !== this.#store) return;
      this.#historyFault = late;
      this.#changed();
    });
    this.#store = store;
    this.#historyFault = fault;
    this.#past = new TaskMarksByRun();
    this.#tasks = new TaskReader(store, () => this.#changed());
    if (fault !== null) this.#changed();
  }

  async #list(): Promise<void> {
    try {
      const { dag } = this.#settings;
      if (!dag || this.#fault !== null) return;
      const service = serviceOf(this.#store, new Origin({ ...this.#settings, dag }));
      const all = await service.list({ dagId: dag.dagId, unfinished: true });
      const mine = this.#isDriving() ? this.#driven?.backfill.backfillId : undefined;
      const others = all.filter((one) => one.backfillId !== mine);
      const isFree = others.every(({ state }) => state === "interrupted");
      if (isFree && (this.#failure as { code?: unknown } | null)?.code === "BACKFILL_ACTIVE") this.dismiss();
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
    const driven = this.#driven;
    return {
      ...pictureOf(driven?.origin.settings ?? this.#settings, driven?.view ?? null, {
        ...(this.#source?.state ?? NO_PLAN),
        fault: this.#fault ?? this.#historyFault,
      }),
      ...{ version, locale: this.#locale, unfinished: this.#unfinished, failure: this.#failure },
      ...{ hidden: this.#hidden, selected: this.#selection.row, selectedDay: this.#selection.day },
      thread: this.#source?.thread ?? null,
    };
  }
}
