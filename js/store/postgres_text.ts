// Texts and rows on their way to PostgreSQL and back: text columns cannot hold NUL, and numbers of 64 bits come as texts.
import type { RunRow, TaskRow } from "./row.js";

/** A text as it is stored: `\` doubled, NUL as `\0`. */
export function stored(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  if (!whole.includes("\\") && !whole.includes("\0")) return whole;
  return whole.replaceAll("\\", "\\\\").replaceAll("\0", "\\0");
}

export function told(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\([\\0])/g, (_, mark) => (mark === "0" ? "\0" : "\\"));
}

/** A text as a literal of SQL, whatever the server's standard_conforming_strings says. */
export function literal(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return quoted.includes("\\") ? `E'${quoted.replaceAll("\\", "\\\\")}'` : `'${quoted}'`;
}

/** The columns that hold texts of others; conf, error, output and snapshots are JSON, which has no NUL. */
export const TEXTS = new Set([
  "dagId",
  "runId",
  "taskId",
  "key",
  "id",
  "backfillId",
  "owner",
  "chunk",
  "name",
]);
const NUMBERS = new Set([
  "executionMs",
  "startMs",
  "endMs",
  "startedMs",
  "finishedMs",
  "attempt",
  "failures",
  "seq",
]);

/** A row as it was before it was stored. */
export function toldRow<T extends Partial<RunRow> | Partial<TaskRow>>(row: Record<string, unknown>): T {
  for (const name in row) {
    const value = row[name];
    if (typeof value === "string" && TEXTS.has(name)) row[name] = told(value);
    else if (value !== null && NUMBERS.has(name)) row[name] = Number(value);
  }
  return row as T;
}
