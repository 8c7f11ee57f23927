// One token as a filled or outlined box with its mark: hue says the outcome, fill what will happen, the mark both without colour.
import { OUTLINED, TOKENS } from "../plan/tokens.js";
import type { Palette } from "./palette.js";

/** Smaller boxes have no mark. */
const SMALLEST_MARK = 12;
const LARGEST_MARK = 24;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function drawToken(
  context: CanvasRenderingContext2D,
  token: number,
  { x, y, width, height }: Box,
  palette: Palette,
  hasMark = true,
): void {
  const color = palette.token[token] ?? palette.dim;
  const isOutlined = OUTLINED[token] === true && height > 3;
  context.fillStyle = isOutlined ? palette.background : color;
  context.fillRect(x, y, width, height);
  if (isOutlined) {
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    context.strokeRect(x + 0.75, y + 0.75, width - 1.5, height - 1.5);
  }
  const size = Math.min(width, height, LARGEST_MARK);
  if (!hasMark || size < SMALLEST_MARK) return;
  const ink = OUTLINED[token] ? color : (palette.onToken[token] ?? palette.background);
  context.strokeStyle = ink;
  context.fillStyle = ink;
  drawMark(context, token, x + (width - size) / 2, y + (height - size) / 2, size);
}

function drawMark(context: CanvasRenderingContext2D, token: number, x: number, y: number, s: number): void {
  const line = (...points: [number, number][]) => {
    points.forEach(([px, py], at) => {
      if (at === 0) context.moveTo(x + s * px, y + s * py);
      else context.lineTo(x + s * px, y + s * py);
    });
  };
  context.beginPath();
  context.lineWidth = Math.max(1.4, s / 9);
  switch (TOKENS[token]) {
    case "again":
      context.arc(x + s / 2, y + s / 2, s * 0.25, -0.4, 4.2);
      context.stroke();
      context.beginPath();
      line([0.62, 0.2], [0.86, 0.46], [0.55, 0.5]);
      context.fill();
      return;
    case "keepFailed":
    case "failed":
      line([0.28, 0.28], [0.72, 0.72]);
      line([0.72, 0.28], [0.28, 0.72]);
      break;
    case "running":
      line([0.34, 0.24], [0.76, 0.5], [0.34, 0.76]);
      context.fill();
      return;
    case "success":
      line([0.24, 0.54], [0.43, 0.72], [0.76, 0.3]);
      break;
    case "canceled":
    case "interrupted":
      line([0.26, 0.5], [0.74, 0.5]);
      break;
    case "queued":
      context.arc(x + s / 2, y + s / 2, Math.max(1, s * 0.1), 0, 7);
      context.fill();
      return;
    default:
      return;
  }
  context.stroke();
}
