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

/** What a statement is given as its rows: a table, and the values of its parameters. */
export class PostgresRows {
  /** The values of the parameters as PostgreSQL reads them. */
  readonly values: (string | null)[] = [];
  readonly #same: { name: string; place: number }[] = [];
  readonly #different: { name: string; place: number }[] = [];

  /** `names`: the columns; what a row does not have is NULL. There is at least one row. */
  constructor(names: readonly string[], rows: readonly object[]) {
    for (const name of names) {
      const cells = rows.map((row) => cell(name, (row as Record<string, Value>)[name]));
      const [first = null] = cells;
      const isSame = cells.every((value) => value === first);
      (isSame ? this.#same : this.#different).push({ name, place: this.values.length });
      this.values.push(isSame ? first : arrayOf(cells));
    }
    // As many rows as there are, even where they are all alike.
    const [alike] = this.#same;
    if (rows.length === 1 || this.#different.length > 0 || alike === undefined) return;
    this.#different.push(...this.#same.splice(0, 1));
    this.values[alike.place] = arrayOf(rows.map(() => this.values[alike.place] as string | null));
  }

  /** The rows as the table `t`; `value` gives the expression of a parameter by its place. */
  table(value: (place: number) => string): string {
    const same = this.#same.map(({ name, place }) => `${value(place)}::${TYPES[name]} AS ${column(name)}`);
    const arrays = this.#different.map(({ name, place }) => `${value(place)}::${TYPES[name]}[]`);
    const names = list(this.#different.map(({ name }) => name));
    const from = arrays.length === 0 ? "" : ` FROM unnest(${arrays.join(", ")}) AS u(${names})`;
    // OFFSET 0: the planner takes the table as it stands. It would else read all runs of a DAG, and compare each with the array.
    return `(SELECT ${[...same, ...(names === "" ? [] : [names])].join(", ")}${from} OFFSET 0) AS t`;
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

/** The literal of an array in PostgreSQL. */
function arrayOf(cells: readonly (string | null)[]): string {
  let text = "";
  for (const value of cells) {
    if (text !== "") text += ",";
    if (value === null) text += "NULL";
    else if (value.includes('"') || value.includes("\\")) text += `"${value.replace(/["\\]/g, "\\$&")}"`;
    else text += `"${value}"`;
  }
  return `{${text}}`;
}
