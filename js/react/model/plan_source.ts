// Where the plans of a page come from: a planner over one store, and the loop that asks it.
import type { RunStore } from "../../face.js";
import { type PlanColumns, placeOf } from "../plan/plan_columns.js";
import type { DateDetail, PlannedDate } from "../planning/date_detail.js";
import type { FinishBand } from "../planning/finish_band.js";
import { Planner } from "../planning/planner.js";
import type { PlanRequest } from "../planning/planning.js";
import { type Portable, toPortable } from "../planning/portable.js";
import { pageError } from "./page_error.js";
import { PlanLoop, type PlanState } from "./plan_loop.js";
import { type PlannableSettings, textOf } from "./settings.js";

/** Rows whose run ids are asked at once. */
const PAGE = 64;

export class PlanSource {
  thread: "worker" | "page" | null = null;
  readonly #planner: Planner;
  readonly #loop: PlanLoop;
  #asked = "";
  #idsOf: PlanColumns | null = null;
  #ids: (string | null)[] = [];
  readonly #changed: () => void;

  /** `last`: what another source had come to; it is shown until this one has an answer. */
  constructor(store: RunStore, useWorker: boolean, last: PlanState, changed: () => void) {
    this.#changed = changed;
    this.#planner = new Planner(store, useWorker);
    this.#loop = new PlanLoop(async (request) => {
      if (request instanceof Error) throw request;
      return this.#planner.ask("plan", request);
    }, changed);
    this.#loop.state = last;
    void this.#planner.thread().then((thread) => {
      this.thread = thread;
      changed();
    });
  }

  get state(): PlanState {
    return this.#loop.state;
  }

  /** Asks for a plan; `again` also for the same one, when the store has changed. Tells whether it asked. */
  plan(settings: PlannableSettings, again: boolean): boolean {
    const [request, text] = requestOf(settings);
    if (text === this.#asked && !again) return false;
    this.#loop.state = { ...this.#loop.state, isStale: this.#loop.state.answer !== null };
    this.#asked = text;
    this.#loop.request(request);
    return true;
  }

  details(plan: PlanColumns, from: number, to: number): Promise<DateDetail[]> {
    return this.#planner.ask("details", plan.planHash, placesOf(plan, from, to));
  }

  async dates(plan: PlanColumns | null, from: number, to: number): Promise<PlannedDate[]> {
    return plan === null ? [] : this.#planner.ask("dates", plan.planHash, placesOf(plan, from, to));
  }

  /** Id of the run that stands on a row; null while it is not known, and where there is none. `dates` are asked by the page. */
  runId(plan: PlanColumns, row: number): string | null {
    if (this.#idsOf !== plan) {
      this.#idsOf = plan;
      this.#ids = [];
    }
    const ids = this.#ids;
    if (ids[row] === undefined) {
      const from = row - (row % PAGE);
      for (let at = from; at < from + PAGE; at++) ids[at] = null;
      this.dates(plan, from, Math.min(plan.total, from + PAGE)).then(
        (dates) => {
          for (const [at, { existing, runId }] of dates.entries()) ids[from + at] = existing && runId;
          this.#changed();
        },
        () => {},
      );
    }
    return ids[row] ?? null;
  }

  async finishBand(plan: PlanColumns | null): Promise<FinishBand | null> {
    return plan === null ? null : this.#planner.ask("finishBand", plan.planHash);
  }

  async absence(plan: PlanColumns | null, day: string): Promise<string | null> {
    return plan === null ? null : this.#planner.ask("absence", plan.planHash, day);
  }

  texts(settings: PlannableSettings, dates: readonly string[]): Promise<DateDetail["texts"][]> {
    return this.#planner.ask("texts", portableOf(settings), dates);
  }

  close(): void {
    this.#planner.close();
  }
}

const placesOf = (plan: PlanColumns, from: number, to: number) =>
  Uint32Array.from({ length: Math.max(0, to - from) }, (_, at) => placeOf(plan, from + at));

/** The request with its text; the error in its place where something in the settings cannot be copied. */
function requestOf(settings: PlannableSettings): [PlanRequest | Error, string] {
  try {
    const request = { ...portableOf(settings), runDuration: settings.runDuration };
    return [request, textOf(request)];
  } catch (thrown) {
    const error = pageError(thrown);
    return [error, error.message];
  }
}

function portableOf({ dag, options, executeRun, executeTask, engine }: PlannableSettings): Portable {
  const runs = executeRun !== undefined || engine !== undefined;
  return toPortable(dag, options, { runs, tasks: (executeTask ?? engine) !== undefined });
}
