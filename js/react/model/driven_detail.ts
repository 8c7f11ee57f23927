// Dates of a backfill that was started: the commands are those that ran, where this page ran them.
import { type PlanColumns, placeOf } from "../plan/plan_columns.js";
import { type DateDetail, dateOf, type PlannedDate, textsAsRun } from "../planning/date_detail.js";
import type { Driven } from "./driven.js";
import type { PlanSource } from "./plan_source.js";

/** The rows of what is shown from `from` to before `to`. */
export async function detailsOf(
  plan: PlanColumns | null,
  source: PlanSource | null,
  driven: Driven | null,
  from: number,
  to: number,
): Promise<DateDetail[]> {
  if (plan === null || source === null) return [];
  // The rows of the plan from which a backfill was started, while that is kept.
  const held = await source.details(plan, from, to);
  if (driven === null) return held;
  const { settings, commands } = driven.origin;
  const dates = held.length > 0 ? held : await withTexts(drivenDates(driven, from, to), settings, source);
  return dates.map((date) => ({ ...date, texts: textsAsRun(date.texts, commands.of(date.runId)) }));
}

async function withTexts(
  dates: readonly PlannedDate[],
  settings: Driven["origin"]["settings"],
  source: PlanSource,
): Promise<DateDetail[]> {
  if (dates.length === 0) return [];
  const texts = await source.texts(
    settings,
    dates.map(({ executionDate }) => executionDate),
  );
  return dates.map((date, at) => ({ ...date, texts: texts[at] ?? [] }));
}

/** Run id of a row of a backfill. */
export function drivenRunId({ preview, view }: Driven, row: number): string | null {
  const id = view.runIds.get(row) ?? preview.run(placeOf(view.plan, row))?.runId;
  if (id !== undefined) view.runIds.set(row, id);
  return id ?? null;
}

export function drivenDates({ preview, view }: Driven, from: number, to: number): PlannedDate[] {
  const rows = Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
  return rows.flatMap((row) => dateOf(preview, placeOf(view.plan, row)) ?? []);
}
