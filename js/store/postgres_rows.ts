// Rows on their way to PostgreSQL, column by column: a column that is the same in all rows is one value, any other an array. The server reads
// that with less work than JSON, whose every member it has to name, hash and convert.
import { literal, stored, TEXTS } from "./postgres_text.js";

/** The types of the columns. */
const TYPES: Record<string, string> = {
  dagId: "text",
  runId: "text",
  taskId: "text",
  key: "text",
  value: "text",
  id: "text",
  request: "text",
  finished: "boolean",
  snapshot: "text",
  executionMs: "bigint",
  startMs: "bigint",
  endMs: "bigint",
  runType: "text",
  state: "text",
  conf: "text",
  backfillId: "text",
  owner: "text",
  attempt: "bigint",
  startedMs: "bigint",
  finishedMs: "bigint",
  error: "text",
  output: "text",
  chunk: "text",
  failures: "bigint",
  ifState: "text",
  atMs: "bigint",
  name: "text",
  epoch: "bigint",
  writer: "uuid",
  batch: "bigint",
};

type Value = string | number | boolean | null | undefined;

export const column = (name: string) => `"${name}"`;
export const list = (names: readonly string[]) => names.map(column).join(", ");

/** The rows that a statement is given: a table, and the values of its parameters. */
export class PostgresRows {
  /** The values of the parameters as PostgreSQL reads them. */
  readonly values: (string | null)[] = [];
  readonly #same: { name: string; place: number }[] = [];
  readonly #different: { name: string; place: number }[] = [];

  /** `names`: the columns; what a row does not have is NULL. There is at least one row. */
  constructor(names: readonly string[], rows: readonly object[]) {
    const [first] = rows as readonly Record<string, Value>[];
    for (const name of names) {
      const value = first?.[name] ?? null;
      const isSame = rows.every((row) => ((row as Record<string, Value>)[name] ?? null) === value);
      (isSame ? this.#same : this.#different).push({ name, place: this.values.length });
      this.values.push(isSame ? cell(name, value) : arrayOf(name, rows));
    }
    // As many rows as there are, even where they are all alike.
    const [alike] = this.#same;
    if (rows.length === 1 || this.#different.length > 0 || alike === undefined) return;
    this.#different.push(...this.#same.splice(0, 1));
    this.values[alike.place] = arrayOf(alike.name, rows);
  }

  /** The rows as the table `t`; `value` gives the expression of a parameter by its place. */
  table(value: (place: number) => string): string {
    const cells = [
      ...this.#same.map(({ name, place }) => `${value(place)}::${TYPES[name]} AS ${column(name)}`),
      // Behind SELECT, not FROM, where each array would be written out as a table first.
      ...this.#different.map(
        ({ name, place }) => `unnest(${value(place)}::${TYPES[name]}[]) AS ${column(name)}`,
      ),
    ];
    // OFFSET 0: the planner takes the table as it stands. It would else read all runs of a DAG, and compare each with the array.
    return `(SELECT ${cells.join(", ")} OFFSET 0) AS t`;
  }

  /** The expression of a column that is the same in all rows; undefined of any other. */
  shared(name: string, value: (place: number) => string): string | undefined {
    const found = this.#same.find((column) => column.name === name);
    return found && `${value(found.place)}::${TYPES[name]}`;
  }

  /** The value at a place as a literal. */
  literal(place: number): string {
    const value = this.values[place] ?? null;
    return value === null ? "NULL" : literal(value);
  }
}

function cell(name: string, value: Value): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" && TEXTS.has(name) ? stored(value) : String(value);
}

/** The literal of an array in PostgreSQL, of one column. */
function arrayOf(name: string, rows: readonly object[]): string {
  let text = "";
  for (const row of rows) {
    const value = (row as Record<string, Value>)[name];
    if (text !== "") text += ",";
    if (typeof value === "number") text += value;
    else text += quotedCell(cell(name, value));
  }
  return `{${text}}`;
}

function quotedCell(value: string | null): string {
  if (value === null) return "NULL";
  return /["\\]/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : `"${value}"`;
}
