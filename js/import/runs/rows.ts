// Rows of a history in any of the forms that Airflow and dagfill write, one after another under one set of names.
import { DagfillError } from "../../face.js";
import { asList, asObject, asText, type Fields, jsonDocuments } from "../json_values.js";
import { csvRows } from "./csv.js";

/** One run as its source has it. Absent members are `undefined`. */
export interface HistoryRow {
  dagId: string | undefined;
  runId: string | undefined;
  date: string | undefined;
  intervalStart: string | undefined;
  intervalEnd: string | undefined;
  runType: string | undefined;
  state: string | undefined;
  startedAt: string | undefined;
  finishedAt: string | undefined;
  queuedAt: string | undefined;
  conf: unknown;
  /** How often the run was cleared: Airflow's counter of attempts. */
  cleared: number | undefined;
}

/** Reads a source: text (JSON, JSON lines, CSV) or the values that such a text holds. */
export function historyRows(source: unknown): HistoryRow[] {
  return valuesOf(typeof source === "string" ? parsed(source) : source).map((value) =>
    rowOf(asObject(value) ?? {}),
  );
}

function parsed(text: string): unknown {
  const start = text.trimStart();
  if (!start.startsWith("{") && !start.startsWith("[")) return csvRows(text);
  const documents = jsonDocuments(text, (cause) => {
    const message = `source: expected JSON or CSV, got JSON that cannot be read: ${cause.message}`;
    return new DagfillError("INVALID_OPTION", message, { field: "source", cause });
  });
  return documents.length === 1 ? documents[0] : documents;
}

/** The runs of an array, of pages `{ dag_runs: [...] }`, of an export `{ runs: [...] }`, or of any iterable of rows. */
function valuesOf(source: unknown): readonly unknown[] {
  if (Array.isArray(source)) return source.flatMap((value) => pageOf(value) ?? [value]);
  const page = pageOf(source);
  if (page !== undefined) return page;
  if (typeof source === "object" && source !== null && Symbol.iterator in source)
    return [...(source as Iterable<unknown>)];
  throw new DagfillError("INVALID_OPTION", "source: expected a text, rows, or pages with dag_runs", {
    field: "source",
  });
}

function pageOf(value: unknown): readonly unknown[] | undefined {
  const fields = asObject(value);
  if (Array.isArray(fields?.dag_runs)) return asList(fields.dag_runs);
  return Array.isArray(fields?.runs) ? asList(fields.runs) : undefined;
}

function rowOf(fields: Fields): HistoryRow {
  const text = (...names: string[]) => {
    for (const name of names) {
      const value = fields[name];
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
      const found = asText(value);
      if (found !== undefined && found !== "" && found !== "None") return found;
    }
    return undefined;
  };
  const interval = asObject(fields.dataInterval);
  return {
    dagId: text("dag_id", "dagId"),
    runId: text("run_id", "dag_run_id", "runId"),
    date: text("logical_date", "execution_date", "executionDate"),
    intervalStart: text("data_interval_start") ?? asText(interval?.start),
    intervalEnd: text("data_interval_end") ?? asText(interval?.end),
    runType: text("run_type", "runType"),
    state: text("state"),
    startedAt: text("start_date", "startedAt"),
    finishedAt: text("end_date", "finishedAt"),
    queuedAt: text("queued_at"),
    conf: fields.conf,
    cleared: Number.isSafeInteger(Number(fields.clear_number ?? Number.NaN))
      ? Number(fields.clear_number)
      : typeof fields.attempt === "number"
        ? fields.attempt - 1
        : undefined,
  };
}
