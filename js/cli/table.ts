// A table in a terminal: columns as wide as their content; the less important ones are left out, and named, where the width is short.
import { shortened } from "../visible.js";
import type { Style, Terminal } from "./terminal.js";
import { fit, pad, widthOf } from "./width.js";

export interface Column<Row> {
  title: string;
  text: (row: Row) => string;
  /** As programs read it, in CSV; absent: as `text`. */
  data?: (row: Row) => string;
  /** A column of CSV alone. */
  isDataOnly?: boolean;
  style?: (row: Row) => Style | undefined;
  /** If there is no room, columns with the highest number are left out first. A column without a number stays. */
  optional?: number;
  /** The last column, whose texts may be long: if it has no room, each text gets its own line below its row. */
  below?: boolean;
}

interface Cell<Row> {
  column: Column<Row>;
  texts: string[];
  width: number;
}

const gap = 2;
/** Longer texts of cells are cut, because names may have any length. */
const longest = 200;
/** The least width to which a last column of names, or of texts, is cut. */
const leastName = 16;
const leastText = 24;

/** The lines of a table, its titles first. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  terminal: Terminal,
): string[] {
  return layOut(columns, rows, terminal).flat();
}

/** The lines of a table: those of its titles, then those of each row, then what is said below it. */
export function layOut<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  terminal: Terminal,
): string[][] {
  const cells = columns.map((column): Cell<Row> => {
    const texts = rows.map((row) => shortened(column.text(row), longest));
    return { column, texts, width: Math.max(widthOf(column.title), ...texts.map(widthOf)) };
  });
  // Empty columns say nothing.
  const shown = cells.filter(({ texts }) => texts.some((text) => text !== ""));
  const room = terminal.tableWidth;
  const last = shown.at(-1);
  const least = last?.column.below === true ? leastText : leastName;
  const total = () =>
    shown.reduce(
      (sum, { width }, at) => sum + gap + (at === shown.length - 1 ? Math.min(width, least) : width),
      0,
    );
  let below: Cell<Row> | undefined;
  if (last?.column.below === true && total() > room) below = shown.pop();
  const left: string[] = [];
  while (total() > room) {
    const order = shown.map(({ column }) => column.optional ?? 0);
    const most = Math.max(...order);
    if (most <= 0) break;
    for (const { column } of shown.splice(order.indexOf(most), 1)) left.push(column.title);
  }
  const head =
    left.length === 0
      ? []
      : [`  ${terminal.paint("dim", fit(`no room for: ${left.join(", ")}`, room - gap))}`];
  const under = (index: number) => {
    const text = below?.texts[index] ?? "";
    return text === "" ? [] : [`    ${fit(text, Math.max(leastText, room - 4))}`];
  };
  if (total() > room) {
    const lines = rows.map((row, index) => [...stacked(shown, row, index, room, terminal), ...under(index)]);
    return [[], ...lines, head];
  }
  const end = shown.at(-1);
  const rest = shown.reduce((sum, { width }) => sum + width + gap, 0);
  if (end !== undefined) end.width = Math.min(end.width, room - (rest - end.width));
  const line = (write: (cell: Cell<Row>) => string) =>
    `  ${shown.map(write).join(" ".repeat(gap))}`.trimEnd();
  const titles = line(({ column, width }) => terminal.paint("dim", pad(fit(column.title, width), width)));
  const lines = rows.map((row, index) => [
    line(({ column, texts, width }) =>
      painted(column, row, pad(fit(texts[index] ?? "", width), width), terminal),
    ),
    ...under(index),
  ]);
  return [[titles], ...lines, head];
}

/** A row whose columns have no room side by side: the first column has its own line, and the others follow as they fit. */
function stacked<Row>(
  cells: readonly Cell<Row>[],
  row: Row,
  index: number,
  room: number,
  terminal: Terminal,
): string[] {
  const lines: string[] = [];
  let left = 0;
  for (const [at, { column, texts }] of cells.entries()) {
    const indent = at === 0 ? gap : 2 * gap;
    const text = fit(texts[index] ?? "", Math.max(leastName, room - indent));
    if (text === "") continue;
    const width = widthOf(text);
    const written = painted(column, row, text, terminal);
    if (at > 1 && left >= width + gap) {
      lines[lines.length - 1] += " ".repeat(gap) + written;
      left -= width + gap;
    } else {
      lines.push(" ".repeat(indent) + written);
      left = room - indent - width;
    }
  }
  return lines;
}

function painted<Row>({ style }: Column<Row>, row: Row, text: string, terminal: Terminal): string {
  const colour = style?.(row);
  return colour === undefined ? text : terminal.paint(colour, text);
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
