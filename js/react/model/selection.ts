// The chosen date of a plan. A day without dates can be chosen, too; a new plan numbers its rows anew, and the day stays.
import { dayOfRow, firstRow } from "../plan/day_columns.js";
import type { PlanColumns } from "../plan/plan_columns.js";

export interface Selection {
  readonly row: number | null;
  readonly day: number | null;
}

export const NOTHING: Selection = { row: null, day: null };

/** Whether a plan has a row. Callers without types pass anything, such as the event of a click. */
export function isRow(plan: PlanColumns | null, row: unknown): plan is PlanColumns {
  return typeof row === "number" && plan?.dates[row] !== undefined;
}

/** Nothing is chosen where the plan has no such row: it may be one of an older plan. */
export function selectRow(plan: PlanColumns | null, row: number | null): Selection {
  return row !== null && isRow(plan, row) ? { row, day: dayOfRow(plan, row) } : NOTHING;
}

export function selectDay(plan: PlanColumns | null, day: number | null): Selection {
  if (!Number.isInteger(day)) return NOTHING;
  return { day, row: plan && firstRow(plan.days, day as number) };
}

/** The selection in another plan: the same row where it is still the same instant. */
export function reselect(
  before: PlanColumns | null,
  after: PlanColumns | null,
  selection: Selection,
): Selection {
  const { row, day } = selection;
  if (row !== null && before !== null && before.dates[row] === after?.dates[row]) return selection;
  return selectDay(after, day);
}
