import { type CompareView, type DayColumns, FAILED, KEEP_FAILED, TOKEN_COUNT } from "../model";
import { findDay } from "../runModel";
import type { CalendarLayout } from "./layout";
import { drawGlyph, OUTLINED, type Palette } from "./palette";

export interface CalendarData {
  days: DayColumns;
  /** Range as it was read, in civil days. */
  first: number;
  last: number;
  changes: ReadonlySet<number>;
  excluded: ReadonlySet<number>;
  hidden: ReadonlySet<number>;
  compare: CompareView | null;
}

const GLYPH_FROM = 12;

/** Draws the days between two heights; nothing else is looked at. */
export function drawDays(
  context: CanvasRenderingContext2D,
  layout: CalendarLayout,
  data: CalendarData,
  palette: Palette,
  top: number,
  bottom: number,
) {
  const { from, to } = layout.between(top, bottom);
  const seen = data.compare ? null : findDay(data.days, from);
  let at = seen ?? 0;
  for (let day = from; day <= to; day++) {
    const { x, y } = layout.place(day);
    const inside = day >= data.first && day <= data.last;
    context.fillStyle = palette.empty;
    context.globalAlpha = inside ? 1 : 0.45;
    context.fillRect(x, y - top, layout.cell, layout.cell);
    context.globalAlpha = 1;
    if (data.compare) drawCompared(context, layout.cell, x, y - top, data.compare, day, palette);
    else {
      while ((data.days.day[at] ?? Number.POSITIVE_INFINITY) < day) at++;
      if (data.days.day[at] === day) drawShares(context, layout.cell, x, y - top, data, at, palette);
    }
    if (data.excluded.has(day)) strike(context, x, y - top, layout.cell, palette.ink);
    if (data.changes.has(day) && inside) corner(context, x, y - top, layout.cell, palette);
  }
  context.textBaseline = "alphabetic";
  for (const label of layout.labels(top, bottom)) {
    context.fillStyle = label.strong ? palette.ink : palette.dim;
    context.font = `${label.strong ? 600 : 400} 11px system-ui, sans-serif`;
    context.fillText(label.text, label.x, label.y - top);
  }
}

function drawShares(
  context: CanvasRenderingContext2D,
  cell: number,
  x: number,
  y: number,
  data: CalendarData,
  at: number,
  palette: Palette,
) {
  const shares = data.days.tokens.subarray(at * TOKEN_COUNT, (at + 1) * TOKEN_COUNT);
  let total = 0;
  let kinds = 0;
  let only = 0;
  shares.forEach((count, token) => {
    if (count === 0 || data.hidden.has(token)) return;
    total += count;
    kinds++;
    only = token;
  });
  if (total === 0) return;
  if (kinds === 1) {
    drawToken(context, only, x, y, cell, cell, palette);
    return;
  }
  // Several outcomes on one day: a stack of shares, in which a failure is never too thin to be seen.
  let used = 0;
  shares.forEach((count, token) => {
    if (count === 0 || data.hidden.has(token)) return;
    const least = token === FAILED || token === KEEP_FAILED ? 3 : 1;
    const height = Math.min(cell - used, Math.max(least, Math.round((count / total) * cell)));
    if (height > 0) drawToken(context, token, x, y + cell - used - height, cell, height, palette, false);
    used += height;
  });
}

/** One token as a filled or outlined box with its glyph. */
export function drawToken(
  context: CanvasRenderingContext2D,
  token: number,
  x: number,
  y: number,
  width: number,
  height: number,
  palette: Palette,
  glyph = true,
) {
  const color = palette.token[token] ?? palette.dim;
  if (OUTLINED[token]) {
    context.fillStyle = palette.background;
    context.fillRect(x, y, width, height);
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    if (height > 3) context.strokeRect(x + 0.75, y + 0.75, width - 1.5, height - 1.5);
    else {
      context.fillStyle = color;
      context.fillRect(x, y, width, height);
    }
  } else {
    context.fillStyle = color;
    context.fillRect(x, y, width, height);
  }
  const size = Math.min(width, height);
  if (!glyph || size < GLYPH_FROM) return;
  const ink = OUTLINED[token] ? color : (palette.onToken[token] ?? palette.background);
  context.strokeStyle = ink;
  context.fillStyle = ink;
  drawGlyph(context, token, x + (width - size) / 2, y + (height - size) / 2, size);
}

/** Only A: left half, only B: right half, both: the whole cell in outline. Shape tells them apart without colour. */
function drawCompared(
  context: CanvasRenderingContext2D,
  cell: number,
  x: number,
  y: number,
  compare: CompareView,
  day: number,
  palette: Palette,
) {
  let low = 0;
  let high = compare.day.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((compare.day[middle] ?? 0) < day) low = middle + 1;
    else high = middle;
  }
  if (compare.day[low] !== day) return;
  const [a = 0, b = 0, both = 0] = compare.counts.subarray(low * 3, low * 3 + 3);
  if (both > 0) {
    context.strokeStyle = palette.token[2] ?? palette.dim;
    context.lineWidth = 1.5;
    context.strokeRect(x + 0.75, y + 0.75, cell - 1.5, cell - 1.5);
  }
  const half = Math.floor(cell / 2);
  if (a > 0) {
    context.fillStyle = palette.token[0] ?? palette.ink;
    context.fillRect(x, y, half, cell);
  }
  if (b > 0) {
    context.fillStyle = palette.token[1] ?? palette.ink;
    context.fillRect(x + cell - half, y, half, cell);
  }
}

function corner(context: CanvasRenderingContext2D, x: number, y: number, cell: number, palette: Palette) {
  const size = Math.max(5, cell * 0.42);
  context.fillStyle = palette.ink;
  context.strokeStyle = palette.background;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x + cell - size, y);
  context.lineTo(x + cell, y);
  context.lineTo(x + cell, y + size);
  context.fill();
  context.beginPath();
  context.moveTo(x + cell - size - 0.5, y);
  context.lineTo(x + cell, y + size + 0.5);
  context.stroke();
}

function strike(context: CanvasRenderingContext2D, x: number, y: number, cell: number, color: string) {
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x + 2, y + cell - 2);
  context.lineTo(x + cell - 2, y + 2);
  context.stroke();
}

export interface Cursor {
  selected: number | null;
  hover: number | null;
  focused: number | null;
  drag: { from: number; to: number } | null;
}

/** What moves with the pointer and the keys, on a canvas of its own: the data are not painted again. */
export function drawCursor(
  context: CanvasRenderingContext2D,
  layout: CalendarLayout,
  cursor: Cursor,
  palette: Palette,
  top: number,
) {
  const ring = (day: number, width: number, color: string) => {
    const { x, y } = layout.place(day);
    // A line of the ground between ring and cell: both may have one colour.
    context.strokeStyle = palette.background;
    context.lineWidth = width + 2;
    context.strokeRect(x, y - top, layout.cell, layout.cell);
    context.strokeStyle = color;
    context.lineWidth = width;
    context.strokeRect(x - 1, y - top - 1, layout.cell + 2, layout.cell + 2);
  };
  if (cursor.drag) {
    const from = Math.min(cursor.drag.from, cursor.drag.to);
    const to = Math.max(cursor.drag.from, cursor.drag.to);
    context.globalAlpha = 0.35;
    context.fillStyle = palette.accent;
    for (let day = from; day <= to; day++) {
      const { x, y } = layout.place(day);
      context.fillRect(x, y - top, layout.cell, layout.cell);
    }
    context.globalAlpha = 1;
  }
  if (cursor.hover !== null) ring(cursor.hover, 1, palette.dim);
  if (cursor.selected !== null) ring(cursor.selected, 2, palette.ink);
  if (cursor.focused !== null) ring(cursor.focused, 3, palette.accent);
}
