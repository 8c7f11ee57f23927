// Bars of runs on a canvas, one line a lane.
import type { Locale } from "../locale.js";
import { dayOfRow } from "../plan/day_columns.js";
import { dayText } from "../plan/days.js";
import { CREATE, RUNNING } from "../plan/tokens.js";
import type { FinishBand } from "../planning/finish_band.js";
import type { Bar, RunView } from "../run/run_view.js";
import { drawToken } from "./draw_token.js";
import type { Palette } from "./palette.js";
import { timesBetween } from "./time_axis.js";

/** The time in sight: from when, and pixels a millisecond. */
export interface LanesFrame {
  from: number;
  now: number;
  scale: number;
  pitch: number;
}

/** The part of a backfill that lanes draw. Where `startedAt` is 0, times are durations since the start, as in a plan. */
export type LanesRun = Pick<RunView, "plan" | "bars" | "startedAt" | "median" | "laneCount"> & {
  phase: string;
  /** Milliseconds since the start: drawn as a band behind the bars. */
  finish?: Pick<FinishBand, "early" | "middle" | "late"> | null;
};

interface LanesSize {
  width: number;
  height: number;
  lanes: number;
  pitch: number;
  isLive: boolean;
  /** Shows how it stood at this instant. */
  until: number | null;
  locale: Locale;
  /** The bar that the keys have come to. */
  cursor: Bar | null;
}

const LEFT = 48;
/** Pixels of the line of times below the lanes. */
export const AXIS = 18;
/** A bar with words is at least this wide, beside its mark. */
const WORDS = 46;
const SHORTEST_WINDOW = 4_000;
const RUNS_IN_WINDOW = 12;
/** Bars are in order of their start: nothing that began longer before the window reaches into it. */
const LONGEST_RUN = 86_400_000;

export function drawBars(
  context: CanvasRenderingContext2D,
  run: LanesRun,
  { width, height, lanes, pitch, isLive, until, locale, cursor }: LanesSize,
  palette: Palette,
): LanesFrame {
  const begin = run.startedAt + (run.finish?.late ?? 0);
  const last = run.bars.reduce((latest, bar) => Math.max(latest, bar.end ?? bar.start), begin);
  const now = until ?? (isLive ? Date.now() : last);
  // The window holds a dozen runs while it goes on, and everything afterwards.
  const window = Math.max(SHORTEST_WINDOW, (run.median ?? 1000) * RUNS_IN_WINDOW);
  const isMoving = isLive && until === null;
  const from = isMoving ? Math.max(run.startedAt, now - window) : run.startedAt;
  const span = (isMoving ? Math.max(now, from + window) : last) - from;
  const frame = { from, now, scale: (width - LEFT - 8) / Math.max(1, span), pitch };
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (let lane = 0; lane < lanes; lane++) {
    context.fillStyle = palette.dim;
    // Where lanes are narrow, only every tenth is numbered.
    if (pitch >= 16 || lane % 10 === 9) context.fillText(locale.lane(lane + 1), 0, lane * pitch + pitch / 2);
    context.fillStyle = palette.empty;
    context.fillRect(LEFT, lane * pitch + pitch - 2, width - LEFT, 1);
  }
  // Bars lie over the lines of the axis.
  drawAxis(context, frame, { width, top: lanes * pitch, from: run.startedAt, locale }, palette);
  if (run.finish) drawFinish(context, run.finish, frame, height - AXIS, palette);
  for (let at = run.bars.length - 1; at >= 0; at--) {
    const bar = run.bars[at] as Bar;
    if (bar.start < from - LONGEST_RUN) break;
    if (bar.lane < lanes && bar.start <= now && (bar.end ?? now) >= from)
      drawBar(context, run, bar, frame, palette);
  }
  context.fillStyle = palette.ink;
  if (isLive || until !== null) context.fillRect(LEFT + (now - from) * frame.scale, 0, 1, height - AXIS);
  if (cursor !== null) {
    const { x, width: long } = edges(cursor, frame);
    context.lineWidth = 2;
    context.strokeStyle = palette.ink;
    context.strokeRect(x - 1, cursor.lane * pitch, long + 2, pitch - 2);
  }
  return frame;
}

/** Slanted lines between the early and the late end, and an upright one at the middle: told from bars without colour. */
function drawFinish(
  context: CanvasRenderingContext2D,
  { early, middle, late }: NonNullable<LanesRun["finish"]>,
  { scale }: LanesFrame,
  height: number,
  palette: Palette,
): void {
  // Whole pixels: the lines are sharp.
  const x = (at: number) => Math.round(LEFT + at * scale);
  const width = Math.max(3, (late - early) * scale);
  context.save();
  context.beginPath();
  context.rect(x(early), 0, width, height);
  context.clip();
  context.globalAlpha = 0.7;
  context.strokeStyle = palette.accent;
  context.lineWidth = 1;
  context.beginPath();
  for (let at = x(early) - height; at < x(early) + width; at += 6) {
    context.moveTo(at, height);
    context.lineTo(at + height, 0);
  }
  context.stroke();
  context.restore();
  context.fillStyle = palette.accent;
  for (const at of [early, late]) context.fillRect(x(at), 0, 1, height);
  context.fillRect(x(middle) - 1, 0, 2, height);
}

function drawAxis(
  context: CanvasRenderingContext2D,
  { from, scale }: LanesFrame,
  { width, top, from: begin, locale }: { width: number; top: number; from: number; locale: Locale },
  palette: Palette,
): void {
  for (const { at, text } of timesBetween(from, from + (width - LEFT) / scale, scale, begin, locale)) {
    const x = LEFT + (at - from) * scale;
    context.fillStyle = palette.empty;
    context.fillRect(x, 0, 1, top + 4);
    context.fillStyle = palette.dim;
    // A time that would be cut at the edge is left out.
    if (x + 3 + context.measureText(text).width <= width) context.fillText(text, x + 3, top + AXIS / 2 + 2);
  }
}

function edges(bar: Bar, { from, now, scale }: LanesFrame): { x: number; width: number } {
  const x = LEFT + Math.max(0, (bar.start - from) * scale);
  const end = Math.min(bar.end ?? now, now);
  return { x, width: Math.max(2, LEFT + (end - from) * scale - x - 1) };
}

function drawBar(
  context: CanvasRenderingContext2D,
  run: LanesRun,
  bar: Bar,
  frame: LanesFrame,
  palette: Palette,
): void {
  const { pitch } = frame;
  const { x, width } = edges(bar, frame);
  const token = bar.end === null || bar.end > frame.now ? RUNNING : bar.token;
  const height = pitch - 4;
  const box = { x, y: bar.lane * pitch + 1, width, height };
  // New dates have no mark.
  const left = token === CREATE ? 5 : height;
  const hasWords = width >= WORDS + left && pitch >= 16;
  drawToken(context, token, box, palette, !hasWords);
  if (!hasWords) return;
  // The mark tells the state without its colour.
  drawToken(context, token, { ...box, width: height }, palette);
  context.fillStyle = palette.onToken[token] ?? palette.background;
  const text = dayText(dayOfRow(run.plan, bar.row)).slice(5);
  context.fillText(text, x + left, bar.lane * pitch + pitch / 2);
}

/** The bar at a point. */
export function laneAt(run: LanesRun, frame: LanesFrame, x: number, y: number): Bar | null {
  const lane = Math.floor(y / frame.pitch);
  const isHit = (bar: Bar) => {
    const { x: left, width } = edges(bar, frame);
    return bar.lane === lane && left <= x && x <= left + width;
  };
  return run.bars.findLast(isHit) ?? null;
}
