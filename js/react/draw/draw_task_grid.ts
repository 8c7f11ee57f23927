// Dates by tasks on a canvas: a column a date, a row a task. Only what is in sight is looked at.
import { dayWords, type Locale } from "../locale.js";
import { dayOfRow } from "../plan/day_columns.js";
import { dayParts } from "../plan/days.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import { drawToken } from "./draw_token.js";
import type { Palette } from "./palette.js";

export const CELL = 20;
export const HEAD = 26;

export interface GridView {
  /** Pixels that are scrolled away, and the size of what is seen. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** Pixels of the column of names. */
  names: number;
}

export interface GridData {
  plan: PlanColumns;
  order: readonly string[];
  /** Token of a task at a date. */
  tokenAt: (row: number, taskId: string) => number;
  locale: Locale;
  cursor: { row: number; task: number } | null;
}

/** The columns and rows in sight. */
function inSight({ plan, order }: Pick<GridData, "plan" | "order">, view: GridView) {
  const first = Math.floor(view.left / CELL);
  const last = Math.min(plan.total - 1, Math.ceil((view.left + view.width - view.names) / CELL));
  const firstTask = Math.floor(view.top / CELL);
  const lastTask = Math.min(order.length - 1, Math.ceil((view.top + view.height - HEAD) / CELL));
  return { first, last, firstTask, lastTask };
}

export function drawTaskGrid(
  context: CanvasRenderingContext2D,
  data: GridData,
  view: GridView,
  palette: Palette,
): void {
  const { plan, order, cursor, locale } = data;
  const { first, last, firstTask, lastTask } = inSight(data, view);
  const xOf = (row: number) => view.names + row * CELL - view.left;
  const yOf = (task: number) => HEAD + task * CELL - view.top;
  for (let row = first; row <= last; row++)
    for (let task = firstTask; task <= lastTask; task++) {
      const box = { x: xOf(row), y: yOf(task), width: CELL - 3, height: CELL - 3 };
      drawToken(context, data.tokenAt(row, order[task] as string), box, palette);
    }
  // Names and dates stand still: what scrolls goes below them.
  context.fillStyle = palette.background;
  context.fillRect(0, 0, view.names - 2, view.height);
  context.fillRect(0, 0, view.width, HEAD - 2);
  context.textBaseline = "middle";
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = palette.ink;
  for (let task = firstTask; task <= lastTask; task++) {
    const y = yOf(task) + CELL / 2 - 1;
    if (y > HEAD) context.fillText(fitting(context, order[task] as string, view.names - 10), 0, y);
  }
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = palette.dim;
  let free = view.names;
  for (let row = first; row <= last; row++) {
    const day = dayOfRow(plan, row);
    const isFirst = row === 0 || dayOfRow(plan, row - 1) !== day;
    const x = xOf(row);
    if (!isFirst || x < free) continue;
    // The first date that is named has its month, wherever the grid is scrolled to.
    const isMonth = free === view.names || dayParts(day).date === 1;
    const text = isMonth
      ? dayWords(locale, day, { day: "numeric", month: "short" })
      : String(dayParts(day).date);
    free = x + context.measureText(text).width + 6;
    // A date that would be cut at the edge is left out.
    if (free < view.width) context.fillText(text, x, HEAD / 2);
  }
  if (cursor === null) return;
  context.strokeStyle = palette.accent;
  context.lineWidth = 2;
  context.strokeRect(xOf(cursor.row) - 2, yOf(cursor.task) - 2, CELL + 1, CELL + 1);
}

/** A text that is cut in its middle where there is no room: names of many tasks differ at their ends. */
function fitting(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let half = text.length >> 1;
  const cut = () => `${text.slice(0, half)}…${text.slice(-half)}`;
  while (half > 1 && context.measureText(cut()).width > width) half -= 1;
  return cut();
}
