// The rows of a plan that a filter lets through, and the place of one among them.
import { dayOfRow } from "./day_columns.js";
import { dayText } from "./days.js";
import type { PlanColumns } from "./plan_columns.js";

/** Rows whose token is not hidden and whose civil day contains the text; null for all of them. */
export function matchingRows(
  plan: PlanColumns,
  hidden: ReadonlySet<number>,
  text: string,
): Uint32Array | null {
  if (text === "" && hidden.size === 0) return null;
  const rows = new Uint32Array(plan.total);
  let [count, day, fits] = [0, Number.NaN, true];
  for (let row = 0; row < plan.total; row++) {
    if (hidden.has(plan.tokens[row] as number)) continue;
    const here = dayOfRow(plan, row);
    if (text !== "" && here !== day) {
      day = here;
      fits = dayText(day).includes(text);
    }
    if (fits) rows[count++] = row;
  }
  return rows.slice(0, count);
}

/** Where a row stands among ascending ones; -1 when it is not one of them. */
export function placeAmong(rows: Uint32Array, row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as number) < row) low = middle + 1;
    else high = middle;
  }
  return rows[low] === row ? low : -1;
}
