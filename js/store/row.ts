// How a run is kept. Every store keeps the same flat row: what is deep (conf, output, error) as JSON text, so that
// nobody who holds a record that was written or read can change what is stored, a `__proto__` key is only a key, and a
// Date or a class instance becomes the same thing in every store.
import { DagfillError } from "../error.js";
import { instantMs, instantText } from "./instant.js";
import { invalid, shown } from "./refusal.js";
import { RUN_STATES, RUN_TYPES, TASK_STATES } from "./states.js";
import type { RunChange, RunRecord, RunState, RunType, StoreChange, TaskInstance } from "./store.js";

export interface RunRow {
  dagId: string;
  runId: string;
  /** The execution date in epoch milliseconds: what is unique, sorted and searched. */
  executionMs: number;
  executionDate: string;
  intervalStart: string;
  intervalEnd: string;
  runType: RunType;
  state: RunState;
  /** JSON text, like `error` and `output`. */
  conf: string;
  backfillId: string | null;
  owner: string | null;
  attempt: number;
  startedAt: string | null;
  finishedAt: string | null;
  error: string | null;
  output: string | null;
}

export interface TaskRow {
  dagId: string;
  runId: string;
  taskId: string;
  state: TaskInstance["state"];
  attempt: number;
  startedAt: string | null;
  finishedAt: string | null;
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

/** The row of a new run. `index` is the change's place in its batch, which an error names. */
export function runRow(run: RunRecord, index: number): RunRow {
  const dagId = name(run?.dagId, index, "run.dagId");
  const runId = name(run.runId, index, "run.runId");
  const executionMs = dateMs(run.executionDate, index, "run.executionDate");
  return {
    dagId,
    runId,
    executionMs,
    executionDate: instantText(run.executionDate, executionMs),
    intervalStart: instant(run.dataInterval?.start, index, "run.dataInterval.start"),
    intervalEnd: instant(run.dataInterval?.end, index, "run.dataInterval.end"),
    runType: runType(run.runType, index, "run.runType"),
    state: runState(run.state, index, "run.state"),
    conf: confText(run.conf, index, "run.conf"),
    backfillId: optionalText(run.backfillId, index, "run.backfillId"),
    owner: optionalText(run.owner, index, "run.owner"),
    attempt: attempt(run.attempt, index, "run.attempt"),
    startedAt: optionalInstant(run.startedAt, index, "run.startedAt"),
    finishedAt: optionalInstant(run.finishedAt, index, "run.finishedAt"),
    error: errorText(run.error, index, "run.error"),
    output: run.output === undefined ? null : jsonText(run.output, index, "run.output"),
  };
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
      case "startedAt":
      case "finishedAt":
        columns[member] = optionalInstant(change[member], index, field);
        break;
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
        columns.intervalStart = instant(change.dataInterval?.start, index, `${field}.start`);
        columns.intervalEnd = instant(change.dataInterval?.end, index, `${field}.end`);
        break;
      case "runId":
        if (change.runId !== runId) throw invalid(index, field, `the run's own id "${runId}"`, change.runId);
        break;
      case "dagId":
        if (change.dagId !== dagId) throw invalid(index, field, `the run's own DAG "${dagId}"`, change.dagId);
        break;
      case "executionDate":
        // Its identity: whoever holds the run compares it with the run's own.
        columns.executionMs = dateMs(change.executionDate, index, field);
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
    executionDate: row.executionDate,
    dataInterval: { start: row.intervalStart, end: row.intervalEnd },
    runType: row.runType,
    state: row.state,
    conf: JSON.parse(row.conf),
    attempt: row.attempt,
  };
  if (row.backfillId !== null) run.backfillId = row.backfillId;
  if (row.owner !== null) run.owner = row.owner;
  if (row.startedAt !== null) run.startedAt = row.startedAt;
  if (row.finishedAt !== null) run.finishedAt = row.finishedAt;
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
    startedAt: optionalInstant(instance.startedAt, index, "instance.startedAt"),
    finishedAt: optionalInstant(instance.finishedAt, index, "instance.finishedAt"),
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
  if (row.startedAt !== null) instance.startedAt = row.startedAt;
  if (row.finishedAt !== null) instance.finishedAt = row.finishedAt;
  if (row.error !== null) instance.error = JSON.parse(row.error);
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

/** The JSON text of a value; what JSON cannot say (a function, a cycle, a bigint) is refused. */
function jsonText(value: unknown, index: number, member: string): string {
  let written: string | undefined;
  try {
    written = JSON.stringify(value);
  } catch {
    throw invalid(index, member, "a value that JSON can say", value);
  }
  if (written === undefined) throw invalid(index, member, "a value that JSON can say", value);
  return written;
}

/** A key: a text that is not empty, and well-formed, since SQLite takes all lone surrogates for one character. */
export function name(value: unknown, index: number, member: string): string {
  if (typeof value === "string" && value !== "" && value.isWellFormed()) return value;
  throw invalid(index, member, "a well-formed text that is not empty", value);
}

function text(value: unknown, index: number, member: string): string {
  if (typeof value === "string") return value;
  throw invalid(index, member, "a text", value);
}

function optionalText(value: unknown, index: number, member: string): string | null {
  return value === undefined ? null : text(value, index, member);
}

function attempt(value: unknown, index: number, member: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw invalid(index, member, "an integer >= 0", value);
}

function runState(value: unknown, index: number, member: string): RunState {
  if (RUN_STATES.includes(value as RunState)) return value as RunState;
  throw invalid(index, member, RUN_STATES.join(", "), value);
}

function runType(value: unknown, index: number, member: string): RunType {
  if (RUN_TYPES.includes(value as RunType)) return value as RunType;
  throw invalid(index, member, RUN_TYPES.join(", "), value);
}

function confText(conf: unknown, index: number, member: string): string {
  const written = typeof conf === "object" && conf !== null ? jsonText(conf, index, member) : "";
  // A Date is an object too, and is written as a text.
  if (!written.startsWith("{")) throw invalid(index, member, "an object", conf);
  return written;
}

function errorText(error: RunRecord["error"], index: number, member: string): string | null {
  if (error === undefined) return null;
  return jsonText(
    {
      name: text(error?.name, index, `${member}.name`),
      message: text(error?.message, index, `${member}.message`),
    },
    index,
    member,
  );
}

/** An instant in the form that records have. */
function instant(value: unknown, index: number, member: string): string {
  const written = text(value, index, member);
  return instantText(written, dateMs(written, index, member));
}

function optionalInstant(value: unknown, index: number, member: string): string | null {
  return value === undefined ? null : instant(value, index, member);
}

function dateMs(value: unknown, index: number, member: string): number {
  const ms = typeof value === "string" ? instantMs(value) : undefined;
  if (ms !== undefined) return ms;
  const field = `changes[${index}].${member}`;
  throw new DagfillError(
    "INVALID_DATE",
    `${field}: expected an instant with an offset, such as 2024-01-01T00:00:00Z, got ${shown(value)}`,
    {
      ...(typeof value === "string" ? { input: value } : {}),
      field,
      details: { index },
    },
  );
}
