// One date of a backfill that was started: the commands are those that ran, where this page ran them.
import { placeOf } from "../plan/plan_columns.js";
import { type DateDetail, detailOf, textsAsRun } from "../planning/date_detail.js";
import type { Driven } from "./driven.js";
import type { PlanSource } from "./plan_source.js";

/** `held`: the row of the plan from which the backfill was started, while that is kept. */
export async function drivenDetail(
  { backfill, view, origin }: Driven,
  row: number,
  held: DateDetail | null,
  source: PlanSource,
): Promise<DateDetail | null> {
  const detail = held ?? detailOf(backfill.preview, placeOf(view.plan, row));
  if (detail === null) return null;
  const texts = held?.texts ?? (await source.texts(origin.settings, detail.executionDate));
  return { ...detail, texts: textsAsRun(texts, origin.commands.of(detail.runId)) };
}
