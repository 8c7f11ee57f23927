// The chosen date of a plan. A day without dates can be chosen, too; a new plan numbers its rows anew, and the day stays.
import { dayOfRow, firstRow } from "../plan/day_columns.js";
import type { PlanColumns } from "../plan/plan_columns.js";

export interface Selection {
  readonly row: number | null;
  readonly day: number | null;
}

export const NOTHING: Selection = { row: null, day: null };

export function selectRow(plan: PlanColumns | null, row: number | null): Selection {
  return { row, day: row === null || plan === null ? null : dayOfRow(plan, row) };
}

export function selectDay(plan: PlanColumns | null, day: number | null): Selection {
  return { day, row: day === null || plan === null ? null : firstRow(plan.days, day) };
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
