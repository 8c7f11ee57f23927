import { TOKENS } from "../model";

/** The colours of the page's style sheet, for canvases. */
export interface Palette {
  token: string[];
  ink: string;
  dim: string;
  empty: string;
  accent: string;
  background: string;
  /** Ink on a filled token. */
  onToken: string[];
}

const kebab: Record<string, string> = { keepFailed: "keep-failed" };

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim() || "gray";
  return {
    token: TOKENS.map((token) => read(kebab[token] ?? token)),
    onToken: TOKENS.map((token) => read(`on-${kebab[token] ?? token}`)),
    ink: read("ink"),
    dim: read("dim"),
    empty: read("cell"),
    accent: read("focus"),
    background: read("page"),
  };
}

/** Solid: something will run, or has. Outline: left alone, or waiting. */
export const OUTLINED: readonly boolean[] = TOKENS.map((token) =>
  ["keep", "keepFailed", "queued"].includes(token),
);

/** The third channel beside hue and fill: a mark in a square of the given size. */
export function drawGlyph(
  context: CanvasRenderingContext2D,
  token: number,
  x: number,
  y: number,
  size: number,
) {
  const s = size;
  context.beginPath();
  context.lineWidth = Math.max(1.4, s / 9);
  switch (TOKENS[token]) {
    case "again":
      context.arc(x + s / 2, y + s / 2, s * 0.25, -0.4, 4.2);
      context.stroke();
      context.beginPath();
      context.moveTo(x + s * 0.62, y + s * 0.2);
      context.lineTo(x + s * 0.86, y + s * 0.46);
      context.lineTo(x + s * 0.55, y + s * 0.5);
      context.fill();
      return;
    case "keepFailed":
    case "failed":
      context.moveTo(x + s * 0.28, y + s * 0.28);
      context.lineTo(x + s * 0.72, y + s * 0.72);
      context.moveTo(x + s * 0.72, y + s * 0.28);
      context.lineTo(x + s * 0.28, y + s * 0.72);
      break;
    case "running":
      context.moveTo(x + s * 0.34, y + s * 0.24);
      context.lineTo(x + s * 0.76, y + s * 0.5);
      context.lineTo(x + s * 0.34, y + s * 0.76);
      context.fill();
      return;
    case "success":
      context.moveTo(x + s * 0.24, y + s * 0.54);
      context.lineTo(x + s * 0.43, y + s * 0.72);
      context.lineTo(x + s * 0.76, y + s * 0.3);
      break;
    case "canceled":
      context.moveTo(x + s * 0.26, y + s * 0.5);
      context.lineTo(x + s * 0.74, y + s * 0.5);
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
