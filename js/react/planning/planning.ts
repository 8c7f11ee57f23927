// The answers to what a page asks while somebody edits: the plan, one date of it, a schedule in words. Runs in the worker, or on the
// page where there is none.
import {
  type BackfillPreview,
  BackfillService,
  type Dag,
  explainDate,
  explainSchedule,
  type RunStore,
  type ScheduleInput,
  type TimetableOptions,
  type Warning,
} from "../../face.js";
import { columnsOf } from "../plan/columns_of.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import { zoneText } from "../plan/zone_clock.js";
import { type DateDetail, dateOf, detailOf, type PlannedDate } from "./date_detail.js";
import { bandOf, type FinishBand, LARGEST_ESTIMATE, pastEstimate } from "./finish_band.js";
import { fromPortable, type Portable } from "./portable.js";

/** A schedule in words. `next` are instants, ISO 8601. */
export interface ScheduleWords {
  text: string;
  warnings: Warning[];
  next: string[];
}

/** When a plan would end if it began now. Milliseconds and instants; `late` is what nine of ten outcomes do not exceed. */
export interface PlanEstimate {
  makespan: number;
  finishAt: string;
  late: { makespan: number; finishAt: string } | null;
  /** Most runs at once. */
  peak: number;
  /** Past runs that it is made of; 0 where `runDuration` was given. */
  samples: number;
  /** How long it takes with so many runs at once, where `runDuration` was given and the plan is not too large. */
  byLanes: readonly { lanes: number; makespan: number }[];
}

export interface PlanAnswer {
  plan: PlanColumns;
  estimate: PlanEstimate | null;
}

export interface PlanRequest extends Portable {
  /** Milliseconds; without it past runs are asked. */
  runDuration?: number | string | undefined;
  now?: number | undefined;
}

const LANES = [1, 2, 4, 8, 16, 32, 64];
/** Previews that are kept for questions about single dates. */
const KEPT = 4;

export class Planning {
  readonly #store: RunStore;
  readonly #previews = new Map<string, { preview: BackfillPreview; dag: Dag }>();

  constructor(store: RunStore) {
    this.#store = store;
  }

  /** Throws DagfillError when the request is wrong. */
  async plan(request: PlanRequest): Promise<PlanAnswer> {
    const { dag, options } = fromPortable(request);
    const { now } = request;
    const service = new BackfillService({
      dags: [dag],
      store: this.#store,
      ...(request.runs && { executeRun: nothing }),
      ...(request.tasks && { executeTask: nothing }),
      ...(now === undefined ? {} : { now: () => now }),
    });
    const preview = await service.preview(options);
    this.#previews.delete(preview.planHash);
    this.#previews.set(preview.planHash, { preview, dag });
    for (const hash of this.#previews.keys()) if (this.#previews.size > KEPT) this.#previews.delete(hash);
    return { plan: columnsOf(preview), estimate: await estimateOf(preview, request.runDuration) };
  }

  /** Rows of a plan that was asked for lately; none of others. */
  async details(planHash: string, places: Uint32Array): Promise<DateDetail[]> {
    return this.#rows(planHash, places, detailOf);
  }

  /** The same without their texts. */
  async dates(planHash: string, places: Uint32Array): Promise<PlannedDate[]> {
    return this.#rows(planHash, places, dateOf);
  }

  #rows<T>(
    planHash: string,
    places: Uint32Array,
    read: (preview: BackfillPreview, place: number) => T | null,
  ): T[] {
    const preview = this.#previews.get(planHash)?.preview;
    return preview === undefined ? [] : Array.from(places).flatMap((place) => read(preview, place) ?? []);
  }

  /** When a plan that was asked for lately ends, by past runs; null where they are too few. */
  async finishBand(planHash: string): Promise<FinishBand | null> {
    const held = this.#previews.get(planHash);
    const past = held === undefined ? null : await pastEstimate(held.preview);
    return past && bandOf(past);
  }

  /** The templated texts of dates that follow each other, for a plan that was made elsewhere. */
  async texts(request: Portable, dates: readonly string[]): Promise<DateDetail["texts"][]> {
    const { dag, options } = fromPortable(request);
    const { dagId, conf } = options;
    const service = new BackfillService({ dags: [dag], store: this.#store });
    const [startDate = "", endDate = startDate] = [dates[0], dates.at(-1)].sort();
    const preview = await service.preview({
      dagId,
      startDate,
      endDate,
      includeNotDue: true,
      ...(conf && { conf }),
    });
    return dates.map((date) => preview.render(date));
  }

  /** Why a civil day has no date in a plan that was asked for lately. */
  async absence(planHash: string, day: string): Promise<string | null> {
    const held = this.#previews.get(planHash);
    if (held === undefined) return null;
    const { preview, dag } = held;
    return absenceOf(preview, dag, day);
  }

  /** Throws DagfillError with the place of what is wrong. */
  async explain(schedule: ScheduleInput, options: TimetableOptions, count: number): Promise<ScheduleWords> {
    return explainSchedule(schedule, { ...options, count });
  }
}

/** A day is no midnight: the reason is that of the first of its dates, or of the next date's time of day where it has none. */
function absenceOf({ start, end }: BackfillPreview, dag: Dag, day: string): string {
  const read = { ...dag, start, end };
  const midnight = explainDate(dag.schedule, day, read);
  if (midnight.included || midnight.next === null) return midnight.text;
  const on = (date: string) => explainDate(dag.schedule, date, read);
  const local = zoneText(Date.parse(midnight.next), dag.timeZone ?? "UTC");
  if (local === null) return midnight.text;
  const [date, time] = local.split(" ");
  const at = on(date === day ? midnight.next : `${day}T${time}`);
  // A day outside of the range is the reason, whatever holds for a time of that day.
  return isBeyond(midnight.reason) ? midnight.text : at.text;
}

const isBeyond = (reason: string): boolean => reason === "before_start" || reason === "after_end";

/** A preview runs nothing: the service only wants to know that there is an executor. */
const nothing = () => {};

async function estimateOf(
  preview: BackfillPreview,
  runDuration: number | string | undefined,
): Promise<PlanEstimate | null> {
  const { total, skip } = preview.counts;
  if (total === skip) return null;
  if (runDuration !== undefined) {
    const { makespan, finishAt, peak } = preview.estimate({ runDuration });
    const byLanes = (total > LARGEST_ESTIMATE ? [] : LANES).map((lanes) => ({
      lanes,
      makespan: preview.estimate({ runDuration, maxParallelRuns: lanes }).makespan,
    }));
    return { makespan, finishAt, late: null, peak, samples: 0, byLanes };
  }
  const past = await pastEstimate(preview);
  if (past === null) return null;
  const { quantiles, peak, samples } = past;
  const [middle, late] = [quantiles["0.5"], quantiles["0.9"]];
  return middle === undefined ? null : { ...middle, late: late ?? null, peak, samples, byLanes: [] };
}
