// The rows of a plan that a filter lets through, and the place of one among them.
import { dayOfRow, findDay } from "./day_columns.js";
import { dayText } from "./days.js";
import type { PlanColumns } from "./plan_columns.js";

/** Rows whose token is not hidden and whose civil day, or words for state and reason, contain the text; null for all of them.
 *  `wordsOf` is asked once for each pair of numbers of token and reason. */
export function matchingRows(
  plan: PlanColumns,
  hidden: ReadonlySet<number>,
  text: string,
  wordsOf: (token: number, reason: number) => string,
): Uint32Array | null {
  if (text === "" && hidden.size === 0) return null;
  const wanted = text.toLowerCase();
  const said = new Map<number, boolean>();
  const isSaid = (token: number, reason: number) => {
    const key = token * 256 + reason;
    const known = said.get(key) ?? wordsOf(token, reason).toLowerCase().includes(wanted);
    said.set(key, known);
    return known;
  };
  const rows = new Uint32Array(plan.total);
  let [count, day, isDay] = [0, Number.NaN, true];
  for (let row = 0; row < plan.total; row++) {
    const token = plan.tokens[row] as number;
    if (hidden.has(token)) continue;
    const here = dayOfRow(plan, row);
    if (text !== "" && here !== day) {
      day = here;
      isDay = dayText(day).includes(text);
    }
    if (isDay || isSaid(token, plan.reasons[row] as number)) rows[count++] = row;
  }
  return rows.slice(0, count);
}

/** Where a row stands among ascending ones; -1 when it is not one of them. */
export function placeAmong(rows: Uint32Array, row: number): number {
  const at = findDay({ day: rows }, row);
  return rows[at] === row ? at : -1;
}
