// How a run is kept. Every store keeps the same flat row: instants as epoch milliseconds; what is deep (conf, output, error) as
// JSON text, so that nobody who holds a record that was written or read can change what is stored, a `__proto__` key is only a
// key, and a Date or a class instance becomes the same thing in every store.
import { TASK_STATES } from "../codes.js";
import { iso } from "../time.js";
import {
  attempt,
  confText,
  errorText,
  instant,
  jsonText,
  name,
  optionalMs,
  optionalText,
  runState,
  runType,
  text,
} from "./member.js";
import { invalid } from "./refusal.js";
import type { Request, RunChange, RunRecord, RunState, RunType, StoreChange, TaskInstance } from "./store.js";
import { REQUESTS } from "./store.js";

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
  key: string | null;
  chunk: string | null;
  /** null or absent: none. */
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

/** The row of a new run. `index` is the change's place in its batch, which an error names. */
export function runRow(run: RunRecord, index: number): RunRow {
  return {
    dagId: name(run?.dagId, index, "run.dagId"),
    runId: name(run.runId, index, "run.runId"),
    executionMs: instant(run.executionDate, index, "run.executionDate"),
    startMs: bound(run.dataInterval?.start, index, "run.dataInterval.start"),
    endMs: bound(run.dataInterval?.end, index, "run.dataInterval.end"),
    runType: runType(run.runType, index, "run.runType"),
    state: runState(run.state, index, "run.state"),
    conf: confText(run.conf, index, "run.conf"),
    backfillId: optionalText(run.backfillId, index, "run.backfillId"),
    owner: optionalText(run.owner, index, "run.owner"),
    attempt: attempt(run.attempt, index, "run.attempt"),
    startedMs: optionalMs(run.startedAt, index, "run.startedAt"),
    finishedMs: optionalMs(run.finishedAt, index, "run.finishedAt"),
    error: errorText(run.error, index, "run.error"),
    output: run.output === undefined ? null : jsonText(run.output, index, "run.output"),
    key: optionalText(run.key, index, "run.key"),
    chunk: optionalText(run.chunk, index, "run.chunk"),
    failures: run.failures === undefined ? null : attempt(run.failures, index, "run.failures"),
  };
}

/** An end of a data interval, which has to be there. */
function bound(value: unknown, index: number, member: string): number {
  return instant(text(value, index, member), index, member);
}

/** The members of the row that a change sets. */
export function changedColumns(
  change: RunChange,
  dagId: string,
  runId: string,
  index: number,
): Partial<RunRow> {
  const columns: Partial<RunRow> = {};
  for (const member in change) {
    const field = `change.${member}`;
    switch (member) {
      case "state":
        columns.state = runState(change.state, index, field);
        break;
      case "attempt":
        columns.attempt = attempt(change.attempt, index, field);
        break;
      case "failures":
        columns.failures = change.failures === undefined ? null : attempt(change.failures, index, field);
        break;
      case "startedAt":
        columns.startedMs = optionalMs(change.startedAt, index, field);
        break;
      case "finishedAt":
        columns.finishedMs = optionalMs(change.finishedAt, index, field);
        break;
      case "key":
      case "chunk":
      case "owner":
      case "backfillId":
        columns[member] = optionalText(change[member], index, field);
        break;
      case "error":
        columns.error = errorText(change.error, index, field);
        break;
      case "output":
        columns.output = change.output === undefined ? null : jsonText(change.output, index, field);
        break;
      case "conf":
        columns.conf = confText(change.conf, index, field);
        break;
      case "runType":
        columns.runType = runType(change.runType, index, field);
        break;
      case "dataInterval":
        columns.startMs = bound(change.dataInterval?.start, index, `${field}.start`);
        columns.endMs = bound(change.dataInterval?.end, index, `${field}.end`);
        break;
      case "runId":
        if (change.runId !== runId) throw invalid(index, field, `the run's own id "${runId}"`, change.runId);
        break;
      case "dagId":
        if (change.dagId !== dagId) throw invalid(index, field, `the run's own DAG "${dagId}"`, change.dagId);
        break;
      case "executionDate":
        // Its identity: whoever holds the run compares it with the run's own.
        columns.executionMs = instant(change.executionDate, index, field);
        break;
      default:
        throw invalid(index, field, "a member of a run record", (change as Record<string, unknown>)[member]);
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
  if (row.key !== null) run.key = row.key;
  if (row.chunk !== null) run.chunk = row.chunk;
  if ((row.failures ?? null) !== null) run.failures = row.failures as number;
  if (row.startedMs !== null) run.startedAt = iso(row.startedMs);
  if (row.finishedMs !== null) run.finishedAt = iso(row.finishedMs);
  if (row.error !== null) run.error = JSON.parse(row.error);
  if (row.output !== null) run.output = JSON.parse(row.output);
  return run;
}

export function taskRow(instance: TaskInstance, index: number): TaskRow {
  if (!TASK_STATES.includes(instance?.state)) {
    throw invalid(index, "instance.state", TASK_STATES.join(", "), instance?.state);
  }
  return {
    dagId: name(instance.dagId, index, "instance.dagId"),
    runId: name(instance.runId, index, "instance.runId"),
    taskId: name(instance.taskId, index, "instance.taskId"),
    state: instance.state,
    attempt: attempt(instance.attempt, index, "instance.attempt"),
    failures: instance.failures === undefined ? null : attempt(instance.failures, index, "instance.failures"),
    startedMs: optionalMs(instance.startedAt, index, "instance.startedAt"),
    finishedMs: optionalMs(instance.finishedAt, index, "instance.finishedAt"),
    error: errorText(instance.error, index, "instance.error"),
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
  if ((row.failures ?? null) !== null) instance.failures = row.failures as number;
  return instance;
}

export function xcomRow(change: Extract<StoreChange, { type: "set-xcom" }>, index: number): XcomRow {
  return {
    dagId: name(change.dagId, index, "dagId"),
    runId: name(change.runId, index, "runId"),
    taskId: name(change.taskId, index, "taskId"),
    key: name(change.key, index, "key"),
    value: jsonText(change.value, index, "value"),
  };
}

export function backfillRow(
  change: Extract<StoreChange, { type: "save-backfill" }>,
  index: number,
): BackfillRow {
  return {
    id: name(change.id, index, "id"),
    dagId: name(change.dagId, index, "dagId"),
    finished: change.finished === true,
    snapshot: jsonText(change.snapshot, index, "snapshot"),
  };
}

export function requestRow(change: Extract<StoreChange, { type: "request" }>, index: number): RequestRow {
  if (!REQUESTS.includes(change.request))
    throw invalid(index, "request", REQUESTS.join(", "), change.request);
  return { id: name(change.id, index, "id"), request: change.request };
}
