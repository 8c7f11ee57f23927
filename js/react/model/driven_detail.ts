// Dates of a backfill that was started: the commands are those that ran, where this page ran them.
import { placeOf } from "../plan/plan_columns.js";
import { type DateDetail, dateOf, detailOf, type PlannedDate, textsAsRun } from "../planning/date_detail.js";
import type { Driven } from "./driven.js";
import type { PlanSource } from "./plan_source.js";

/** `held`: the row of the plan from which the backfill was started, while that is kept. */
export async function drivenDetail(
  { preview, view, origin }: Driven,
  row: number,
  held: DateDetail | null,
  source: PlanSource,
): Promise<DateDetail | null> {
  const detail = held ?? detailOf(preview, placeOf(view.plan, row));
  if (detail === null) return null;
  const texts = held?.texts ?? (await source.texts(origin.settings, detail.executionDate));
  return { ...detail, texts: textsAsRun(texts, origin.commands.of(detail.runId)) };
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
