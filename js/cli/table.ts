// A table in a terminal: columns as wide as their content, the less important ones left out where the width is short.
import { shortened } from "../visible.js";
import type { Style, Terminal } from "./terminal.js";
import { fit, pad, widthOf } from "./width.js";

export interface Column<Row> {
  title: string;
  text: (row: Row) => string;
  style?: (row: Row) => Style | undefined;
  /** Columns with the highest number go first when there is no room; the one with none stays. */
  optional?: number;
}

const gap = 2;
/** Longer texts of cells are cut: names may be of any length. */
const longest = 200;

/** The lines of a table, its titles first. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  terminal: Terminal,
): string[] {
  const cells = columns.map((column) => {
    const texts = rows.map((row) => shortened(column.text(row), longest));
    // Empty columns say nothing.
    const filled = texts.some((text) => text !== "");
    return { column, texts, filled, width: Math.max(widthOf(column.title), ...texts.map(widthOf)) };
  });
  const shown = cells.filter(({ filled }) => filled);
  const total = () => shown.reduce((sum, { width }) => sum + width + gap, 0);
  while (total() > terminal.width) {
    const order = shown.map(({ column }) => column.optional ?? 0);
    const least = Math.max(...order);
    if (least <= 0) break;
    shown.splice(order.indexOf(least), 1);
  }
  const last = shown.at(-1);
  if (last !== undefined)
    last.width = Math.min(last.width, Math.max(8, terminal.width - (total() - last.width)));
  const line = (write: (cell: (typeof shown)[number]) => string) =>
    `  ${shown.map(write).join(" ".repeat(gap))}`.trimEnd();
  return [
    line(({ column, width }) => terminal.paint("dim", pad(fit(column.title, width), width))),
    ...rows.map((row, index) =>
      line(({ column, texts, width }) => {
        const text = pad(fit(texts[index] ?? "", width), width);
        const style = column.style?.(row);
        return style === undefined ? text : terminal.paint(style, text);
      }),
    ),
  ];
}

/** The first and last of many, and how many are left out between them. */
export function shorten<Row>(
  rows: readonly Row[],
  most: number,
): { head: readonly Row[]; left: number; tail: readonly Row[] } {
  if (rows.length <= most) return { head: rows, left: 0, tail: [] };
  const head = Math.ceil(most * 0.6);
  return {
    head: rows.slice(0, head),
    left: rows.length - most,
    tail: rows.slice(rows.length - (most - head)),
  };
}
