// The dates of two schedules in one box: which stay, which come earlier or later, which only one schedule has. Colour and shape both tell.
import { type Comparison, comparedOn, SHIFTS, type Shift } from "../plan/comparison.js";
import { AGAIN, CREATE, FAILED, KEEP, SUCCESS } from "../plan/tokens.js";
import { type Box, drawToken } from "./draw_token.js";
import type { Palette } from "./palette.js";

/** The token whose colour each has. */
export const TOKEN_OF_SHIFT: Record<Shift, number> = {
  same: KEEP,
  earlier: AGAIN,
  later: CREATE,
  removed: FAILED,
  added: SUCCESS,
};

/** A day with several kinds is a stack of their shares. */
export function drawCompared(
  context: CanvasRenderingContext2D,
  box: Box,
  comparison: Comparison,
  day: number,
  palette: Palette,
): void {
  context.fillStyle = palette.empty;
  context.fillRect(box.x, box.y, box.width, box.height);
  const counts = comparedOn(comparison, day);
  const total = counts.reduce((sum, count) => sum + count, 0);
  let used = 0;
  SHIFTS.forEach((shift, at) => {
    const count = counts[at] ?? 0;
    if (count === 0) return;
    const height = Math.min(box.height - used, Math.max(3, Math.round((count / total) * box.height)));
    if (height > 0) drawShift(context, shift, { ...box, y: box.y + used, height }, palette);
    used += height;
  });
}

/** Same: an outline. Earlier: the left half. Later: the right half. Removed: a cross. Added: filled. */
function drawShift(context: CanvasRenderingContext2D, shift: Shift, box: Box, palette: Palette): void {
  const { x, y, width, height } = box;
  const token = TOKEN_OF_SHIFT[shift];
  if (shift === "same") drawToken(context, token, box, palette);
  context.fillStyle = palette.token[token] ?? palette.ink;
  const half = Math.floor(width / 2);
  if (shift === "earlier") context.fillRect(x, y, half, height);
  if (shift === "later") context.fillRect(x + width - half, y, half, height);
  if (shift === "added") context.fillRect(x, y, width, height);
  if (shift !== "removed") return;
  context.strokeStyle = context.fillStyle;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x + 1, y + 1);
  context.lineTo(x + width - 1, y + height - 1);
  context.moveTo(x + width - 1, y + 1);
  context.lineTo(x + 1, y + height - 1);
  context.stroke();
}
