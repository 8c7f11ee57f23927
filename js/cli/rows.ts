// The output of a verb that lists things, in the requested format.
import { oneOf } from "./flag_values.js";
import { type Column, table } from "./table.js";
import type { Request } from "./verb.js";

const FORMATS = ["table", "json", "ndjson", "csv"] as const;
export type Format = (typeof FORMATS)[number];

/** The format of `--format`, or of `--json`. */
export function formatOf({ values, json }: Pick<Request, "values" | "json">): Format {
  const { format } = values;
  if (format === undefined) return json ? "json" : "table";
  return oneOf(String(format), FORMATS, "format");
}

/** Prints rows. A table and CSV have the columns (CSV also those for programs), JSON has each row in full. `none` is printed for a table without rows. */
export function showRows<Row extends object>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  request: Request,
  none: string,
): void {
  const { terminal } = request;
  const format = formatOf(request);
  if (format === "json") terminal.line(JSON.stringify(rows));
  else if (format === "ndjson") for (const row of rows) terminal.line(JSON.stringify(row));
  else if (format === "csv") {
    terminal.line(csvLine(columns.map(({ title }) => title)));
    for (const row of rows) terminal.line(csvLine(columns.map(({ text, data = text }) => data(row))));
  } else if (rows.length === 0) terminal.line(none);
  else {
    const shown = columns.filter(({ isDataOnly }) => isDataOnly !== true);
    for (const line of table(shown, rows, terminal)) terminal.line(line);
  }
}

/** A line of CSV as RFC 4180 has it. A value that a spreadsheet would take for a formula gets a quote before it. */
function csvLine(values: readonly string[]): string {
  return values
    .map((value) => {
      const text = /^[=+\-@\t\r]/.test(value) && !/^-?[\d.]+$/.test(value) ? `'${value}` : value;
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(",");
}

/** The text for a table without rows, with the filters that were given: no failed runs of sales in this range. */
export function noneOf(
  what: "runs" | "tasks",
  dagId: string,
  { state, from, to }: Request["values"],
): string {
  const states = Array.isArray(state) && state.length > 0 ? `${state.join(" or ")} ` : "";
  const range = from === undefined && to === undefined ? "" : " in this range";
  return `no ${states}${what} of ${dagId}${range}`;
}
