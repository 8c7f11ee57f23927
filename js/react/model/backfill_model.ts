// A backfill on a page, outside of any view: plans what it is told, starts what was planned, and tells listeners of each change.
import type { BackfillLimits, BackfillSummary, RunStore } from "../../face.js";
import { withEnglish } from "../english.js";
import type { Locale } from "../locale.js";
import type { Token } from "../plan/tokens.js";
import type { DateDetail, PlannedDate } from "../planning/date_detail.js";
import type { FinishBand } from "../planning/finish_band.js";
import type { TaskMarks, TaskState } from "../run/task_marks.js";
import { resumed, started } from "./begin.js";
import { control, setDrivenMaxParallelRuns } from "./control.js";
import { bandOfDriven, type Driven, drivenOf, isDriving, type Listener } from "./driven.js";
import { detailsOf, drivenDates, drivenRunId } from "./driven_detail.js";
import { FrameThrottle } from "./frame_throttle.js";
import { nextChange } from "./next_change.js";
import { pageError } from "./page_error.js";
import { PageRecords } from "./page_records.js";
import { memoryOf } from "./page_store.js";
import { pictureOf } from "./picture.js";
import { NO_PLAN } from "./plan_loop.js";
import { PlanSource } from "./plan_source.js";
import { followed, reviewed } from "./reviewed.js";
import { isRow, NOTHING, reselect, type Selection, selectDay, selectRow } from "./selection.js";
import { Origin, type OtherOptions, originOf, plannableOf, retryOf, serviceOf } from "./service_of.js";
import { type BackfillSettings, hasPlan, isOtherStore, textOf } from "./settings.js";
import { SettingsCheck } from "./settings_fault.js";
import type { BackfillSnapshot } from "./snapshot.js";
import { unfinishedOf, watchStore } from "./unfinished.js";

export class BackfillModel {
  #settings: BackfillSettings;
  #fault: Error | null;
  #locale: Locale;
  readonly #records: PageRecords;
  #source: PlanSource | null = null;
  /** Store and known runs of the settings are still to be taken over: by `open`, or when the backfill that is shown has ended. */
  #isOutdated = true;
  #driven: Driven | null = null;
  #unfinished: BackfillSummary[] = [];
  #failure: Error | null = null;
  #selection: Selection = NOTHING;
  #hidden: ReadonlySet<Token> = new Set();
  readonly #listeners = new Set<() => void>();
  #snapshot: BackfillSnapshot;
  readonly #frame = new FrameThrottle(() => this.#changed());
  readonly #check = new SettingsCheck();
  #unwatch: (() => void) | undefined;

  constructor(settings: BackfillSettings) {
    this.#settings = settings;
    this.#fault = this.#check.fault(settings);
    this.#locale = withEnglish(settings.locale);
    this.#records = new PageRecords(settings, () => this.#changed());
    this.#snapshot = this.#picture(0);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): BackfillSnapshot => this.#snapshot;

  /** Begins to plan. The returned function ends it; a backfill that runs goes on, and whoever opens its store again finds it. */
  open(): () => void {
    this.#openStore(false);
    return () => {
      this.#closeSource();
      this.#driven?.listeners.delete(this.#onDriven);
    };
  }

  /** The settings of now. Plans again when they say something else. */
  configure(settings: BackfillSettings): void {
    const [before, fault] = [this.#settings, this.#fault];
    this.#settings = settings;
    this.#fault = this.#check.fault(settings);
    const plannable = this.#plannable();
    const locale = before.locale === settings.locale ? this.#locale : withEnglish(settings.locale);
    const isOther =
      this.#fault?.message !== fault?.message ||
      (hasPlan(settings) && settings.dag.dagId) !== (hasPlan(before) && before.dag.dagId) ||
      (locale !== this.#locale && textOf(locale) !== textOf(this.#locale));
    this.#locale = locale;
    if (plannable !== null) this.#driven?.origin.renew(plannable);
    this.#isOutdated ||= isOtherStore(settings, before);
    if (this.#source !== null && this.#driven === null) this.#refresh(false);
    if (isOther) this.#changed();
  }

  /** Starts the plan that is shown; refused (`failure` has the code PLAN_CHANGED) when it is another one by now. */
  readonly start = (): Promise<void> =>
    this.#act(async () => {
      while (this.#snapshot.phase === "planning") await nextChange(this.subscribe);
      const { answer, error } = this.#source?.state ?? NO_PLAN;
      const origin = this.#fresh();
      if (error !== null) throw error;
      if (answer !== null) await this.#begin(origin, { planHash: answer.plan.planHash });
    });

  /** Starts what has not succeeded of the backfill that is shown, with its options, else of the plan; with a row of it alone. */
  readonly retry = (row?: number): Promise<void> =>
    this.#act(async () => {
      const origin = new Origin(this.#driven?.origin.settings ?? this.#fresh().settings);
      await this.#begin(origin, retryOf(this.#snapshot.plan, row));
    });

  /** Also pauses a backfill that is watched: its driver obeys within five seconds. */
  readonly pause = (): Promise<void> => this.#act(() => control(this.#store, this.#driven, "pause"));

  /** Goes on after a pause; with an id, goes on with a backfill that was interrupted, within its own limits or those that are given. */
  readonly resume = (backfillId?: string, limits?: BackfillLimits): Promise<void> =>
    this.#act(async () => {
      if (backfillId === undefined) return control(this.#store, this.#driven, "resume");
      this.#adopt(await resumed(this.#store, this.#fresh(), backfillId, limits, this.#onDriven));
    });

  /** Shows a backfill of the store that this page does not drive, as its records tell of it; `close` goes back to the plan. */
  readonly review = (backfillId: string): Promise<void> =>
    this.#act(async () => {
      if (isDriving(this.#driven)) return;
      this.#adopt(await reviewed(this.#store, this.#fresh(), backfillId, this.#driven));
    });

  /** "finish" (default): what runs ends, nothing more starts. "abort": the signals of what runs are aborted, too. */
  readonly cancel = (options: { running?: "finish" | "abort" } = {}): Promise<void> =>
    this.#act(() => control(this.#store, this.#driven, "cancel", options));

  /** Closes an interrupted backfill: what did not end is recorded as canceled. */
  readonly discard = (backfillId: string): Promise<void> =>
    this.#act(async () => serviceOf(this.#store, this.#fresh()).discard(backfillId));

  /** Answers a canary that waits for approval; false cancels. */
  readonly approve = (verdict = true): Promise<void> =>
    this.#act(() => control(this.#store, this.#driven, "approve", verdict));

  readonly setMaxParallelRuns = (count: number): Promise<void> =>
    this.#act(async () => setDrivenMaxParallelRuns(this.#driven, count));

  /** Plans again: something else has written into the store. */
  readonly replan = (): void => {
    this.#plan(true);
    void this.#list();
  };

  /** Back to the plan, when the backfill that is shown has ended. */
  readonly close = (): void => {
    if (isDriving(this.#driven)) return;
    this.#adopt(null);
    this.#refresh(true);
    void this.#list();
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
  readonly detail = async (row: number): Promise<DateDetail | null> =>
    (isRow(this.#snapshot.plan, row) && (await this.details(row, row + 1))[0]) || null;

  /** The rows from `from` to before `to` in full; for what is made of a whole plan, in parts. */
  readonly details = (from: number, to: number): Promise<DateDetail[]> =>
    detailsOf(this.#snapshot.plan, this.#source, this.#driven, from, to);

  /** The same without their texts. */
  readonly dates = async (from: number, to: number): Promise<PlannedDate[]> => {
    if (this.#driven !== null) return drivenDates(this.#driven, from, to);
    return (await this.#source?.dates(this.#snapshot.plan, from, to)) ?? [];
  };

  /** Why a civil day (`2026-03-29`) has no date in the plan. */
  readonly absence = async (day: string): Promise<string | null> =>
    (await this.#source?.absence(this.#snapshot.plan, day)) ?? null;

  /** When it ends: a plan by past runs, a backfill by its own; null where too few are known. */
  readonly finishBand = async (): Promise<FinishBand | null> =>
    this.#driven ? bandOfDriven(this.#driven) : (this.#source?.finishBand(this.#snapshot.plan) ?? null);

  /** Run id of a row of the backfill that is shown; in a plan that of the run that stands there, null while it is read, and where none does. */
  readonly runId = (row: number): string | null => {
    const { plan } = this.#snapshot;
    if (this.#driven !== null) return drivenRunId(this.#driven, row);
    return (plan && this.#source?.runId(plan, row)) ?? null;
  };

  /** How the tasks of one run stand, with times and errors; read from the store when nothing is known of it yet. */
  readonly taskMarks = (runId: string): TaskMarks =>
    this.#records.tasksOf(this.#driven?.view.tasks, this.#snapshot.dag?.dagId ?? "", runId);

  /** The state of each task of one run, for colouring the nodes of a graph. */
  readonly taskStates = (runId: string): ReadonlyMap<string, TaskState> =>
    new Map([...this.taskMarks(runId)].map(([taskId, { state }]) => [taskId, state]));

  get #store(): RunStore {
    return this.#records.store;
  }

  #plannable() {
    return plannableOf(this.#settings, this.#fault ?? this.#records.fault);
  }

  #fresh(): Origin {
    return originOf(this.#settings, this.#fault ?? this.#records.fault);
  }

  async #begin(origin: Origin, more: OtherOptions): Promise<void> {
    // Another component of the page runs the DAG: this one shows it, and the store refuses a second backfill.
    if (!this.#records.keep(origin.settings)) {
      this.#isOutdated = true;
      this.#driven = null;
      this.#openStore(true);
    }
    this.#adopt(await started(this.#store, origin, more, this.#onDriven));
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

  readonly #onDriven: Listener = (event, error) => {
    if (error !== undefined) this.#failure = pageError(error);
    if (event === null) void this.#list();
    this.#frame.request();
    return event && this.#settings.onEvent?.(event);
  };

  #openSource(): void {
    const last = this.#source?.state ?? NO_PLAN;
    this.#closeSource();
    this.#source = new PlanSource(this.#store, this.#settings.worker !== false, last, () => {
      const plan = this.#source?.state.answer?.plan ?? null;
      if (this.#driven === null) this.#selection = reselect(this.#snapshot.plan, plan, this.#selection);
      this.#changed();
    });
    this.#unwatch = watchStore(this.#store, (store) => {
      // Another component of the DAG has begun a backfill in memory: its store is that of the page from now on.
      this.#isOutdated ||= store === memoryOf(this.#settings) && store !== this.#store;
      if (this.#isOutdated && this.#driven === null) this.#refresh(true);
      else if (store === this.#store) this.#join();
    });
  }

  #closeSource(): void {
    this.#unwatch?.();
    this.#source?.close();
    this.#source = null;
  }

  #refresh(again: boolean): void {
    if (this.#isOutdated && this.#fault === null) this.#openStore(true);
    else this.#plan(again);
  }

  /** Plans over the store of the settings, and takes up the backfill that this page drives in it. */
  #openStore(again: boolean): void {
    const isRenewed = this.#isOutdated && this.#fault === null && this.#driven === null;
    if (isRenewed) this.#records.renew(this.#settings);
    this.#isOutdated &&= !isRenewed;
    this.#openSource();
    this.#join();
    // Known runs are only taken over while no backfill writes.
    this.#isOutdated ||= this.#driven !== null && this.#settings.existing !== undefined;
    this.#plan(again);
  }

  /** Shows what the page drives in the store, whichever of its components has begun it. */
  #join(): void {
    this.#adopt(this.#driven ?? drivenOf(this.#store, this.#settings.dag?.dagId ?? "") ?? null);
    void this.#list();
  }

  #plan(again: boolean): void {
    const settings = this.#plannable();
    if (again) this.#records.forget();
    if (this.#driven === null && settings !== null && this.#source?.plan(settings, again)) this.#changed();
  }

  async #list(): Promise<void> {
    const mine = isDriving(this.#driven) ? this.#driven?.view.backfillId : undefined;
    const others = await unfinishedOf(this.#store, plannableOf(this.#settings, this.#fault), mine);
    if (others === null) return;
    const isFree = others.every(({ state }) => state === "interrupted");
    if (isFree && (this.#failure as { code?: unknown } | null)?.code === "BACKFILL_ACTIVE") this.dismiss();
    const shown = this.#driven;
    // One that this page has lost may have ended elsewhere since.
    const isLost = shown?.backfill && shown.view.phase === "stopped";
    if (textOf(others) === textOf(this.#unfinished) && !isLost) return;
    this.#unfinished = others;
    const now = await followed(this.#store, shown);
    if (now !== shown && this.#driven === shown) this.#adopt(now);
    this.#plan(true);
    this.#changed();
  }

  #changed(): void {
    this.#snapshot = this.#picture(this.#snapshot.version + 1);
    for (const listener of this.#listeners) listener();
  }

  #picture(version: number): BackfillSnapshot {
    return {
      ...pictureOf(this.#settings, this.#driven, {
        ...(this.#source?.state ?? NO_PLAN),
        fault: this.#fault ?? this.#records.fault,
        warnings: this.#records.warnings,
      }),
      ...{ version, locale: this.#locale, unfinished: this.#unfinished, failure: this.#failure },
      ...{ hidden: this.#hidden, selected: this.#selection.row, selectedDay: this.#selection.day },
      thread: this.#source?.thread ?? null,
    };
  }
}
