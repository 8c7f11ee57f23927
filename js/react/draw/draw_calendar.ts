// The days of a plan on a canvas, and on another one above it what moves with the pointer and the keys.
import type { Comparison } from "../plan/comparison.js";
import { findDay } from "../plan/day_columns.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import { FAILED, KEEP_FAILED, TOKEN_COUNT } from "../plan/tokens.js";
import type { CalendarLayout } from "./calendar_layout.js";
import { drawCompared } from "./draw_comparison.js";
import { type Box, drawToken } from "./draw_token.js";
import type { Palette } from "./palette.js";

export interface CalendarData {
  plan: PlanColumns;
  comparison: Comparison | null;
  first: number;
  last: number;
  changes: ReadonlySet<number>;
  excluded: ReadonlySet<number>;
  /** Numbers of tokens that are not shown. */
  hidden: ReadonlySet<number>;
}

/** The part of the sheet in sight: the height where it begins, and how much. */
export interface View {
  top: number;
  height: number;
}

/** A day, or an hour, that has several outcomes never shows a failure thinner than this. */
const THINNEST_FAILURE = 3;

export function drawDays(
  context: CanvasRenderingContext2D,
  layout: CalendarLayout,
  data: CalendarData,
  palette: Palette,
  { top, height }: View,
): void {
  const { from, to } = layout.between(top, top + height);
  const { days } = data.plan;
  let at = findDay(days, from);
  for (let day = from; day <= to; day++) {
    const box = moved(layout.box(day), top);
    const isInside = day >= data.first && day <= data.last;
    while ((days.day[at] ?? Number.POSITIVE_INFINITY) < day) at++;
    const place = days.day[at] === day ? at : null;
    context.globalAlpha = isInside ? 1 : 0.45;
    if (data.comparison) drawCompared(context, box, data.comparison, day, palette);
    else if (layout.hourBox) drawHours(context, layout.hourBox, data, day, place, palette, top);
    else drawDay(context, box, data, place, palette);
    context.globalAlpha = 1;
    if (data.excluded.has(day)) strike(context, box, palette.ink);
    if (data.changes.has(day) && isInside) corner(context, box, palette);
  }
  context.textBaseline = "alphabetic";
  for (const label of layout.labels(top, top + height)) {
    context.fillStyle = label.isStrong ? palette.ink : palette.dim;
    context.font = `${label.isStrong ? 600 : 400} 11px system-ui, sans-serif`;
    context.fillText(label.text, label.x, label.y - top);
  }
}

const moved = ({ y, ...box }: Box, top: number): Box => ({ ...box, y: y - top });

function drawDay(
  context: CanvasRenderingContext2D,
  box: Box,
  { plan, hidden }: CalendarData,
  place: number | null,
  palette: Palette,
): void {
  context.fillStyle = palette.empty;
  context.fillRect(box.x, box.y, box.width, box.height);
  if (place === null) return;
  drawShares(
    context,
    plan.days.tokens.subarray(place * TOKEN_COUNT, (place + 1) * TOKEN_COUNT),
    box,
    hidden,
    palette,
  );
}

function drawHours(
  context: CanvasRenderingContext2D,
  hourBox: NonNullable<CalendarLayout["hourBox"]>,
  { plan, hidden }: CalendarData,
  day: number,
  place: number | null,
  palette: Palette,
  top: number,
): void {
  const shares = new Uint32Array(24 * TOKEN_COUNT);
  if (place !== null) {
    const first = plan.days.first[place] as number;
    const end = first + (plan.days.count[place] as number);
    for (let row = first; row < end; row++) {
      const local = (plan.dates[row] as number) + (plan.offsets[row] as number) * 1000;
      const at = (Math.floor(local / 3_600_000) - day * 24) * TOKEN_COUNT + (plan.tokens[row] as number);
      shares[at] = (shares[at] ?? 0) + 1;
    }
  }
  for (let hour = 0; hour < 24; hour++) {
    const box = moved(hourBox(day, hour), top);
    context.fillStyle = palette.empty;
    context.fillRect(box.x, box.y, box.width, box.height);
    drawShares(context, shares.subarray(hour * TOKEN_COUNT, (hour + 1) * TOKEN_COUNT), box, hidden, palette);
  }
}

/** One outcome fills the box; several are a stack of shares. */
function drawShares(
  context: CanvasRenderingContext2D,
  shares: Uint32Array,
  box: Box,
  hidden: ReadonlySet<number>,
  palette: Palette,
): void {
  const seen = [...shares.entries()].filter(([token, count]) => count > 0 && !hidden.has(token));
  const [only] = seen;
  if (only !== undefined && seen.length === 1) {
    drawToken(context, only[0], box, palette);
    return;
  }
  const total = seen.reduce((sum, [, count]) => sum + count, 0);
  // Failures first: what is rounded up before them would leave no room.
  seen.sort(([a], [b]) => Number(isFailure(b)) - Number(isFailure(a)));
  let used = 0;
  for (const [token, count] of seen) {
    const least = isFailure(token) ? THINNEST_FAILURE : 1;
    const height = Math.min(box.height - used, Math.max(least, Math.round((count / total) * box.height)));
    const y = box.y + box.height - used - height;
    if (height > 0) drawToken(context, token, { ...box, y, height }, palette, false);
    // A line in the colour of the background separates failures from the rest: they are seen without colours, too.
    used += height + Number(isFailure(token));
  }
}

const isFailure = (token: number) => token === FAILED || token === KEEP_FAILED;

/** The mark of a day on which the clock changes. */
function corner(context: CanvasRenderingContext2D, { x, y, width, height }: Box, palette: Palette): void {
  // A day of hours is a wide row or a high column: the shorter side counts.
  const size = Math.max(5, Math.min(width, height) * 0.42);
  // In forced colours cells have the colour of the ink: there the corner is cut out of them.
  const isCut = palette.token.includes(palette.ink);
  context.fillStyle = isCut ? palette.background : palette.ink;
  context.strokeStyle = isCut ? palette.ink : palette.background;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x + width - size, y);
  context.lineTo(x + width, y);
  context.lineTo(x + width, y + size);
  context.fill();
  context.beginPath();
  context.moveTo(x + width - size - 0.5, y);
  context.lineTo(x + width, y + size + 0.5);
  context.stroke();
}

function strike(context: CanvasRenderingContext2D, { x, y, width, height }: Box, color: string): void {
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x + 2, y + height - 2);
  context.lineTo(x + width - 2, y + 2);
  context.stroke();
}

export interface Cursor {
  selected: number | null;
  hover: number | null;
  focused: number | null;
  drag: { from: number; to: number } | null;
}

/** The chosen day, the pointer and the keys: the data below are not painted again. */
export function drawCursor(
  context: CanvasRenderingContext2D,
  layout: CalendarLayout,
  cursor: Cursor,
  palette: Palette,
  top: number,
): void {
  const ring = (day: number, line: number, color: string) => {
    const { x, y, width, height } = moved(layout.box(day), top);
    // A line of the ground between ring and cell: both may have one colour.
    context.strokeStyle = palette.background;
    context.lineWidth = line + 2;
    context.strokeRect(x, y, width, height);
    context.strokeStyle = color;
    context.lineWidth = line;
    context.strokeRect(x - 1, y - 1, width + 2, height + 2);
  };
  if (cursor.drag) {
    const [from, to] = [
      Math.min(cursor.drag.from, cursor.drag.to),
      Math.max(cursor.drag.from, cursor.drag.to),
    ];
    context.globalAlpha = 0.35;
    context.fillStyle = palette.accent;
    for (let day = from; day <= to; day++) {
      const { x, y, width, height } = moved(layout.box(day), top);
      context.fillRect(x, y, width, height);
    }
    context.globalAlpha = 1;
  }
  if (cursor.hover !== null) ring(cursor.hover, 1, palette.dim);
  if (cursor.selected !== null) ring(cursor.selected, 2, palette.ink);
  if (cursor.focused !== null) ring(cursor.focused, 3, palette.accent);
}
