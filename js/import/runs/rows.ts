// Rows of a history in any of the forms that Airflow and dagfill write, one after another under one set of names.
import { DagfillError, type RunRecord } from "../../face.js";
import type { Json } from "../../json.js";
import { isDate, reading, wrong } from "../../options.js";
import { shown } from "../../shown.js";
import { asList, asNumber, asObject, asText, type Fields, jsonDocuments } from "../json_values.js";
import { readCsv } from "./csv.js";

/** A time as its source has it: text, or epoch milliseconds. */
export type Time = string | number;

export type OwnMembers = Pick<RunRecord, "backfillId" | "chunk" | "error" | "failures" | "key" | "output">;

/** One run as its source has it. Absent members are `undefined`. */
export interface HistoryRow {
  dagId: string | undefined;
  runId: string | undefined;
  date: Time | undefined;
  /** Whether `date` is of dagfill, not a logical date of Airflow. */
  isOwnDate: boolean;
  /** When Airflow let the run start at the earliest. */
  runAfter: Time | undefined;
  intervalStart: Time | undefined;
  intervalEnd: Time | undefined;
  runType: string | undefined;
  state: string | undefined;
  startedAt: Time | undefined;
  finishedAt: Time | undefined;
  queuedAt: Time | undefined;
  conf: unknown;
  /** Members that only dagfill's own export has. */
  own: OwnMembers;
  /** How often the run was cleared: Airflow's counter of attempts. */
  cleared: number | undefined;
}

/** The rows of a source, and what it says to hold and does not. */
export interface History {
  rows: HistoryRow[];
  left: { reason: string; count: number }[];
}

const AIRFLOW_DATES = ["logical_date", "execution_date"];
const DATES = [...AIRFLOW_DATES, "executionDate"];
const EXPECTED = "runs with logical_date (or execution_date) and state, as JSON or CSV";

/** Reads a source: text (JSON, JSON lines, CSV) or the values that such a text holds. INVALID_OPTION for what holds no runs. */
export function readHistory(source: unknown): History {
  if (typeof source !== "string") return rowsOf(source, []);
  const start = source.trimStart();
  if (start === "") throw wrong("source", EXPECTED, source);
  for (const { what, line } of FORMS) {
    const found = line.exec(start.slice(0, LOOKED_AT))?.[0];
    if (found === undefined) continue;
    const message = `source: expected ${EXPECTED}, got ${what} of airflow dags list-runs that begins with ${shown(found)}`;
    throw new DagfillError("INVALID_OPTION", message, {
      field: "source",
      hint: "airflow dags list-runs with -o json (or psql with --csv) prints what can be read: a table wraps long values",
    });
  }
  const isJson = start.startsWith("{") || start.startsWith("[") || start.includes(JSON_LINE);
  return isJson ? jsonHistory(start) : csvHistory(start);
}

/** The forms that Airflow's command prints without `-o json`, by a line of it. Lines of a log may stand before it. */
const FORMS = [
  { what: "a table", line: /^[|│┃ ]*(dag_id|run_id|conf) +[|│┃] *\w.*/m },
  { what: "a plain table", line: /^(dag_id|run_id|conf) +(dag_id|run_id|state) +\w.*/m },
  { what: "YAML", line: /^- (conf|dag_id|run_id): .*/m },
];

const LOOKED_AT = 20_000;

/** How the line begins that Airflow's command prints behind what it logs. */
const JSON_LINE = "\n[{";

function jsonHistory(text: string): History {
  const at = text.indexOf(JSON_LINE);
  if (at >= 0 && !isParsed(text)) {
    const count = text.slice(0, at + 1).split("\n").length - 1;
    return rowsOf(parsed(text.slice(at + 1)), [{ reason: "a line before the JSON, as of a log", count }]);
  }
  return rowsOf(parsed(text), []);
}

function isParsed(text: string): boolean {
  try {
    parsed(text);
    return true;
  } catch {
    return false;
  }
}

function rowsOf(source: unknown, before: History["left"]): History {
  const { values, left } = reading("source", () => valuesOf(source));
  const rows = values.map((value, at) => {
    const fields = asObject(value);
    if (fields === undefined) throw wrong(`source[${at}]`, "a run", value);
    return rowOf(fields);
  });
  if (rows.length > 0 && !rows.some(isRun)) {
    const names = Object.keys(values[0] as Fields).slice(0, 10);
    const got = names.length === 0 ? "an object without any" : `one with ${names.join(", ")}`;
    throw new DagfillError("INVALID_OPTION", `source[0]: expected ${EXPECTED}, got ${got}`, {
      field: "source[0]",
    });
  }
  return { rows, left: [...before, ...left] };
}

/** Whether anything says that this is a run. */
function isRun({ date, state, runId }: HistoryRow): boolean {
  return date !== undefined || state !== undefined || runId !== undefined;
}

function csvHistory(text: string): History {
  const { columns, rows, tooLong } = readCsv(text);
  const known = [...DATES, "date"].map((name) => name.toLowerCase());
  if (!columns.some((name) => known.includes(name)) || !columns.includes("state")) {
    const [line = ""] = text.trimStart().split("\n", 1);
    throw new DagfillError(
      "INVALID_OPTION",
      `source: expected ${EXPECTED}, got text that begins with ${shown(line)}`,
      {
        field: "source",
        hint: "the first line of CSV names the columns, such as dag_id,run_id,state,logical_date; airflow dags list-runs needs -o json",
      },
    );
  }
  const left = tooLong === 0 ? [] : [{ reason: "a line with more fields than the first", count: tooLong }];
  return { rows: rows.map(rowOf), left };
}

function parsed(text: string): unknown {
  const documents = jsonDocuments(text, (cause) => {
    const message = `source: expected ${EXPECTED}, got JSON that cannot be read: ${cause.message}`;
    return new DagfillError("INVALID_OPTION", message, { field: "source", cause });
  });
  return documents.length === 1 ? documents[0] : documents;
}

/** The runs of an array, of pages `{ dag_runs: [...] }`, of an export `{ runs: [...] }`, of any iterable of rows, or one run. */
function valuesOf(source: unknown): { values: readonly unknown[]; left: History["left"] } {
  const fields = asObject(source);
  if (fields !== undefined && !(Symbol.iterator in fields) && pageOf(source) === undefined) {
    if (isRun(rowOf(fields))) return { values: [source], left: [] };
    const got = asText(fields.detail) ?? `an object with ${Object.keys(fields).slice(0, 10).join(", ")}`;
    throw new DagfillError(
      "INVALID_OPTION",
      `source: expected a text, rows, or pages with dag_runs, got ${shown(got)}`,
      {
        field: "source",
      },
    );
  }
  const isIterable = typeof source === "object" && source !== null && Symbol.iterator in source;
  const pages = isIterable ? [...(source as Iterable<unknown>)] : [source];
  if (!isIterable && fields === undefined)
    throw wrong("source", "a text, rows, or pages with dag_runs", source);
  const values: unknown[] = [];
  let [announced, paged] = [0, 0];
  for (const value of pages) {
    const page = pageOf(value);
    for (const run of page ?? [value]) values.push(run);
    if (page === undefined) continue;
    paged += page.length;
    announced = Math.max(announced, asNumber(asObject(value)?.total_entries) ?? 0);
  }
  const count = announced - paged;
  return {
    values,
    left:
      count > 0
        ? [{ reason: "on further pages, which are not in the source (limit and offset)", count }]
        : [],
  };
}

function pageOf(value: unknown): readonly unknown[] | undefined {
  const fields = asObject(value);
  if (Array.isArray(fields?.dag_runs)) return asList(fields.dag_runs);
  return Array.isArray(fields?.runs) ? asList(fields.runs) : undefined;
}

function rowOf(fields: Fields): HistoryRow {
  // The columns of CSV are in small letters.
  const member = (name: string) => fields[name] ?? fields[name.toLowerCase()];
  const text = (...names: string[]) => {
    for (const name of names) {
      const found = asText(member(name));
      if (found !== undefined && found !== "" && found !== "None") return found;
    }
    return undefined;
  };
  const time = (...names: string[]) =>
    text(...names) ?? names.map((name) => timeOf(member(name))).find((value) => value !== undefined);
  const interval = asObject(fields.dataInterval);
  const isTable = "date" in fields && "run" in fields;
  return {
    dagId: text("dag_id", "dagId"),
    runId: text("run_id", "dag_run_id", "runId") ?? (isTable ? text("run") : undefined),
    // The last names are the columns of `dagfill runs --format csv`.
    date: time(...DATES) ?? (isTable ? time("date") : undefined),
    isOwnDate: time(...AIRFLOW_DATES) === undefined,
    runAfter: time("run_after"),
    intervalStart: time("data_interval_start") ?? timeOf(interval?.start),
    intervalEnd: time("data_interval_end") ?? timeOf(interval?.end),
    runType: text("run_type", "runType") ?? (isTable ? text("type") : undefined),
    state: text("state"),
    startedAt: time("start_date", "startedAt") ?? (isTable ? time("started") : undefined),
    finishedAt: time("end_date", "finishedAt") ?? (isTable ? time("finished") : undefined),
    queuedAt: time("queued_at"),
    conf: fields.conf,
    own: "executionDate" in fields ? ownMembers(fields) : {},
    cleared: Number.isSafeInteger(Number(fields.clear_number ?? Number.NaN))
      ? Number(fields.clear_number)
      : Number(fields.attempt) >= 1
        ? Number(fields.attempt) - 1
        : undefined,
  };
}

function ownMembers(fields: Fields): OwnMembers {
  const { output } = fields;
  const [backfillId, chunk, key] = [asText(fields.backfillId), asText(fields.chunk), asText(fields.key)];
  const failures = asNumber(fields.failures);
  const { name, message } = asObject(fields.error) ?? {};
  return {
    ...(backfillId === undefined ? {} : { backfillId }),
    ...(key === undefined ? {} : { key }),
    ...(failures === undefined ? {} : { failures }),
    ...(chunk === undefined ? {} : { chunk }),
    ...(typeof name === "string" && typeof message === "string" ? { error: { name, message } } : {}),
    ...(output === undefined ? {} : { output: output as Json }),
  };
}

/** A time that is no text: a Date of a database, epoch milliseconds of a data frame. */
function timeOf(value: unknown): Time | undefined {
  if (isDate(value)) return asNumber(value.getTime());
  return asNumber(value) ?? (value === "" ? undefined : asText(value));
}
