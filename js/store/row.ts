// How a run is kept. Every store keeps the same flat row: instants as epoch milliseconds; what is deep (conf, output, error) as
// JSON text, so that nobody who holds a record that was written or read can change what is stored, a `__proto__` key is only a
// key, and a Date or a class instance becomes the same thing in every store.
import { name, wrong } from "../options.js";
import { shown } from "../shown.js";
import { iso } from "../time.js";
import { jsonText, REQUEST, RUN_ROW, TASK_ROW } from "./record.js";
import type { Request, RunChange, RunRecord, RunState, RunType, StoreChange, TaskInstance } from "./store.js";

export interface RunRow {
  dagId: string;
  runId: string;
  /** The execution date: what is unique in its DAG, sorted and searched. */
  executionMs: number;
  /** The data interval. */
  startMs: number;
  endMs: number;
  runType: RunType;
  state: RunState;
  /** JSON text, like `error` and `output`. */
  conf: string;
  backfillId: string | null;
  owner: string | null;
  attempt: number;
  startedMs: number | null;
  finishedMs: number | null;
  error: string | null;
  output: string | null;
  // Most runs have none of these; absent is null, since a row in memory pays for each member.
  key?: string | null;
  chunk?: string | null;
  failures?: number | null;
}

/** The columns of a run in SQL. */
export const RUN_COLUMNS = [
  "dagId",
  "runId",
  "executionMs",
  "startMs",
  "endMs",
  "runType",
  "state",
  "conf",
  "backfillId",
  "owner",
  "attempt",
  "startedMs",
  "finishedMs",
  "error",
  "output",
  "key",
  "chunk",
  "failures",
] as const satisfies readonly (keyof RunRow)[];

export interface TaskRow {
  dagId: string;
  runId: string;
  taskId: string;
  state: TaskInstance["state"];
  attempt: number;
  /** null or absent: none. */
  failures?: number | null;
  startedMs: number | null;
  finishedMs: number | null;
  error: string | null;
}

export interface XcomRow {
  dagId: string;
  runId: string;
  taskId: string;
  key: string;
  /** JSON text. */
  value: string;
}

export interface BackfillRow {
  id: string;
  dagId: string;
  finished: boolean;
  /** JSON text. */
  snapshot: string;
}

export interface RequestRow {
  /** Of the backfill. */
  id: string;
  request: Request;
}

/** Stands in a row until its instant is set. V8 copies a number that an object is made with; one that takes the place of no number is shared
 *  by all rows that have it, which saves 48 bytes a run. */
const NOT_YET = undefined as unknown as number;

/** The row of a new run. */
export function runRow(run: RunRecord): RunRow {
  const { start, end } = RUN_ROW.dataInterval(run?.dataInterval, "run.dataInterval");
  const row: RunRow = {
    dagId: RUN_ROW.dagId(run.dagId, "run.dagId"),
    runId: RUN_ROW.runId(run.runId, "run.runId"),
    executionMs: NOT_YET,
    startMs: NOT_YET,
    endMs: NOT_YET,
    runType: RUN_ROW.runType(run.runType, "run.runType"),
    state: RUN_ROW.state(run.state, "run.state"),
    conf: confText(run.conf, "run.conf"),
    backfillId: RUN_ROW.backfillId(run.backfillId, "run.backfillId") ?? null,
    owner: RUN_ROW.owner(run.owner, "run.owner") ?? null,
    attempt: RUN_ROW.attempt(run.attempt, "run.attempt"),
    startedMs: null,
    finishedMs: RUN_ROW.finishedAt(run.finishedAt, "run.finishedAt") ?? null,
    error: errorText(run.error, "run.error"),
    output: outputText(run.output, "run.output"),
  };
  row.executionMs = RUN_ROW.executionDate(run.executionDate, "run.executionDate");
  row.startMs = start;
  row.endMs = end;
  row.startedMs = RUN_ROW.startedAt(run.startedAt, "run.startedAt") ?? null;
  if (run.key !== undefined) row.key = RUN_ROW.key(run.key, "run.key") as string;
  if (run.chunk !== undefined) row.chunk = RUN_ROW.chunk(run.chunk, "run.chunk") as string;
  if (run.failures !== undefined) row.failures = RUN_ROW.failures(run.failures, "run.failures") as number;
  return row;
}

function confText(conf: unknown, path: string): string {
  const written = jsonText(RUN_ROW.conf(conf, path), path);
  // A Date is an object too, and is written as a text.
  if (!written.startsWith("{")) throw wrong(path, "an object", conf);
  return written;
}

function outputText(output: unknown, path: string): string | null {
  return output === undefined ? null : jsonText(output, path);
}

function errorText(value: unknown, path: string): string | null {
  const error = RUN_ROW.error(value, path);
  return error === undefined ? null : jsonText({ name: error.name, message: error.message }, path);
}

/** The members of the row that a change of the run `own` sets. */
export function changedColumns(change: RunChange, own: { dagId: string; runId: string }): Partial<RunRow> {
  const columns: Partial<RunRow> = {};
  for (const name in change) {
    const member = name as keyof RunChange;
    const value = change[member];
    const path = `change.${member}`;
    switch (member) {
      case "dagId":
      case "runId":
        if (value !== own[member]) throw wrong(path, `the run's own ${shown(own[member])}`, value);
        break;
      case "executionDate":
        // Its identity: whoever holds the run compares it with the run's own.
        columns.executionMs = RUN_ROW.executionDate(value, path);
        break;
      case "dataInterval": {
        const { start, end } = RUN_ROW.dataInterval(value, path);
        columns.startMs = start;
        columns.endMs = end;
        break;
      }
      case "startedAt":
        columns.startedMs = RUN_ROW.startedAt(value, path) ?? null;
        break;
      case "finishedAt":
        columns.finishedMs = RUN_ROW.finishedAt(value, path) ?? null;
        break;
      case "conf":
        columns.conf = confText(value, path);
        break;
      case "error":
        columns.error = errorText(value, path);
        break;
      case "output":
        columns.output = outputText(value, path);
        break;
      default:
        if (!Object.hasOwn(RUN_ROW, member)) throw wrong(path, "a member of a run record", value);
        // All others are stored as they are.
        (columns as Record<string, unknown>)[member] = RUN_ROW[member](value, path) ?? null;
    }
  }
  return columns;
}

/** A copy of the record that the row keeps; members that are not set are absent. */
export function runRecord(row: RunRow): RunRecord {
  const run: RunRecord = {
    runId: row.runId,
    dagId: row.dagId,
    executionDate: iso(row.executionMs),
    dataInterval: { start: iso(row.startMs), end: iso(row.endMs) },
    runType: row.runType,
    state: row.state,
    conf: JSON.parse(row.conf),
    attempt: row.attempt,
  };
  if (row.backfillId !== null) run.backfillId = row.backfillId;
  if (row.owner !== null) run.owner = row.owner;
  if (typeof row.key === "string") run.key = row.key;
  if (typeof row.chunk === "string") run.chunk = row.chunk;
  if (typeof row.failures === "number") run.failures = row.failures;
  if (row.startedMs !== null) run.startedAt = iso(row.startedMs);
  if (row.finishedMs !== null) run.finishedAt = iso(row.finishedMs);
  if (row.error !== null) run.error = JSON.parse(row.error);
  if (row.output !== null) run.output = JSON.parse(row.output);
  return run;
}

export function taskRow(instance: TaskInstance): TaskRow {
  return {
    dagId: TASK_ROW.dagId(instance?.dagId, "instance.dagId"),
    runId: TASK_ROW.runId(instance.runId, "instance.runId"),
    taskId: TASK_ROW.taskId(instance.taskId, "instance.taskId"),
    state: TASK_ROW.state(instance.state, "instance.state"),
    attempt: TASK_ROW.attempt(instance.attempt, "instance.attempt"),
    failures: TASK_ROW.failures(instance.failures, "instance.failures") ?? null,
    startedMs: TASK_ROW.startedAt(instance.startedAt, "instance.startedAt") ?? null,
    finishedMs: TASK_ROW.finishedAt(instance.finishedAt, "instance.finishedAt") ?? null,
    error: errorText(instance.error, "instance.error"),
  };
}

export function taskInstance(row: TaskRow): TaskInstance {
  const instance: TaskInstance = {
    dagId: row.dagId,
    runId: row.runId,
    taskId: row.taskId,
    state: row.state,
    attempt: row.attempt,
  };
  if (row.startedMs !== null) instance.startedAt = iso(row.startedMs);
  if (row.finishedMs !== null) instance.finishedAt = iso(row.finishedMs);
  if (row.error !== null) instance.error = JSON.parse(row.error);
  if (typeof row.failures === "number") instance.failures = row.failures;
  return instance;
}

export function xcomRow(change: Extract<StoreChange, { type: "set-xcom" }>): XcomRow {
  return {
    dagId: name(change.dagId, "dagId"),
    runId: name(change.runId, "runId"),
    taskId: name(change.taskId, "taskId"),
    key: name(change.key, "key"),
    value: jsonText(change.value, "value"),
  };
}

export function backfillRow(change: Extract<StoreChange, { type: "save-backfill" }>): BackfillRow {
  return {
    id: name(change.id, "id"),
    dagId: name(change.dagId, "dagId"),
    finished: change.finished === true,
    snapshot: jsonText(change.snapshot, "snapshot"),
  };
}

export function requestRow(change: Extract<StoreChange, { type: "request" }>): RequestRow {
  return { request: REQUEST(change.request, "request"), id: name(change.id, "id") };
}
