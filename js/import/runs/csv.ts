// Comma-separated values as RFC 4180 describes them, with any line ending: what psql, Airflow's CLI and spreadsheets write.
import { DagfillError } from "../../error.js";

/** The columns, in small letters, and rows as objects by them; an empty field and \N are absent. */
export interface Csv {
  columns: string[];
  rows: Record<string, string>[];
  /** Lines with more fields than columns, which are no rows. */
  tooLong: number;
}

/** INVALID_OPTION for a quote that nothing closes. */
export function readCsv(text: string): Csv {
  const [names = [], ...lines] = records(text);
  const columns = names.map((name) => name.trim().toLowerCase());
  const rows: Csv["rows"] = [];
  let tooLong = 0;
  for (const fields of lines) {
    if (fields.length > columns.length) {
      tooLong += 1;
      continue;
    }
    const row: Record<string, string> = Object.create(null);
    for (const [at, key] of columns.entries()) {
      const value = fields[at];
      if (value !== undefined && value !== "" && value !== "\\N") row[key] = value;
    }
    rows.push(row);
  }
  return { columns, rows, tooLong };
}

function records(text: string): string[][] {
  const lines: string[][] = [];
  // A byte-order mark is no part of the first name.
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const separator = separatorOf(text);
  let fields: string[] = [];
  while (at < text.length) {
    const isQuoted = text[at] === '"';
    let [field, end] = isQuoted ? quoted(text, at + 1) : plain(text, at, separator);
    if (isQuoted) {
      // Text behind the closing quote belongs to the field.
      const [more, last] = plain(text, end, separator);
      [field, end] = [field + more, last];
    }
    fields.push(field);
    const mark = text[end];
    at = end + 1;
    if (mark === separator) {
      if (at >= text.length) fields.push("");
      continue;
    }
    if (mark === "\r" && text[at] === "\n") at += 1;
    if (fields.length > 1 || fields[0] !== "") lines.push(fields);
    fields = [];
  }
  if (fields.length > 0) lines.push(fields);
  return lines;
}

/** Comma, semicolon or tab: whichever the first line has. */
function separatorOf(text: string): string {
  const end = text.indexOf("\n");
  const first = end < 0 ? text : text.slice(0, end);
  return [",", ";", "\t"].find((mark) => first.includes(mark)) ?? ",";
}

/** A field up to the separator or the end of its line, and where that is. */
function plain(text: string, from: number, separator: string): [string, number] {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return [text.slice(from, end), end];
}

/** A field in quotes, in which a doubled quote is a quote. */
function quoted(text: string, from: number): [string, number] {
  let value = "";
  for (let at = from; ; ) {
    const end = text.indexOf('"', at);
    if (end < 0) {
      const line = text.slice(0, from).split("\n").length;
      throw new DagfillError(
        "INVALID_OPTION",
        `source: expected a closing quote for that of line ${line}, got none`,
        {
          field: "source",
          details: { line },
        },
      );
    }
    value += text.slice(at, end);
    if (text[end + 1] !== '"') return [value, end + 1];
    value += '"';
    at = end + 2;
  }
}
