// One step of a batch as SQL. The columns carry the members' names, so that a row is a row.
import type { StatementSync } from "node:sqlite";
import { otherDate, otherState, runExists, unknownRun } from "./refusal.js";
import { RUN_COLUMNS, type RunRow } from "./row.js";
import type { RunUpdate, Step } from "./step.js";

/** The prepared statement of a text, prepared once. */
export type Query = (sql: string) => StatementSync;

const CREATE_RUN = `INSERT INTO runs (${RUN_COLUMNS.join(", ")}) VALUES (${RUN_COLUMNS.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`;

const SAVE_TASK = `INSERT INTO tasks (dagId, runId, taskId, state, attempt, startedMs, finishedMs, error, failures)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (dagId, runId, taskId) DO UPDATE SET state = excluded.state, attempt = excluded.attempt,
  startedMs = excluded.startedMs, finishedMs = excluded.finishedMs, error = excluded.error,
  failures = excluded.failures`;

const SET_XCOM = `INSERT INTO xcom (dagId, runId, taskId, key, value) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (dagId, runId, taskId, key) DO UPDATE SET value = excluded.value`;

const SAVE_BACKFILL = `INSERT INTO backfills (id, dagId, finished, snapshot) VALUES (?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET dagId = excluded.dagId, finished = excluded.finished, snapshot = excluded.snapshot`;

/** Writes the step inside the transaction that is open. Throws a DagfillError when it is refused. */
export function takeStep(query: Query, step: Step, index: number): void {
  switch (step.type) {
    case "create-run": {
      const { row } = step;
      const { changes } = query(CREATE_RUN).run(...RUN_COLUMNS.map((column) => row[column] ?? null));
      if (changes === 0) throw runExists(index, row.dagId, row.runId, row.executionMs);
      return;
    }
    case "update-run":
      updateRun(query, step, index);
      return;
    case "clear-run":
      query("DELETE FROM tasks WHERE dagId = ? AND runId = ?").run(step.dagId, step.runId);
      query("DELETE FROM xcom WHERE dagId = ? AND runId = ?").run(step.dagId, step.runId);
      return;
    case "save-task-instance": {
      const {
        dagId,
        runId,
        taskId,
        state,
        attempt,
        startedMs,
        finishedMs,
        error,
        failures = null,
      } = step.row;
      query(SAVE_TASK).run(dagId, runId, taskId, state, attempt, startedMs, finishedMs, error, failures);
      return;
    }
    case "set-xcom": {
      const { dagId, runId, taskId, key, value } = step.row;
      query(SET_XCOM).run(dagId, runId, taskId, key, value);
      return;
    }
    case "request":
      query("INSERT INTO requests (id, request) VALUES (?, ?)").run(step.row.id, step.row.request);
      return;
    case "save-backfill": {
      const { id, dagId, finished, snapshot } = step.row;
      query(SAVE_BACKFILL).run(id, dagId, finished ? 1 : 0, snapshot);
      if (finished) query("DELETE FROM requests WHERE id = ?").run(id);
      return;
    }
  }
}

/** The conditions are part of the statement; only when it finds no row is the run read to say which of them failed. */
function updateRun(query: Query, update: RunUpdate, index: number): void {
  const { dagId, runId, columns, executionMs, ifState } = update;
  const names = Object.keys(columns) as (keyof RunRow)[];
  // A change of nothing still has its conditions.
  const set = names.length === 0 ? "state = state" : names.map((column) => `${column} = ?`).join(", ");
  const inState = ifState === undefined ? "" : ` AND state IN (${ifState.map(() => "?").join(", ")})`;
  const atDate = executionMs === undefined ? "" : " AND executionMs = ?";
  const { changes } = query(`UPDATE runs SET ${set} WHERE dagId = ? AND runId = ?${inState}${atDate}`).run(
    ...names.map((column) => columns[column] ?? null),
    dagId,
    runId,
    ...(ifState ?? []),
    ...(executionMs === undefined ? [] : [executionMs]),
  );
  if (changes !== 0) return;
  const row = query("SELECT state, executionMs FROM runs WHERE dagId = ? AND runId = ?").get(dagId, runId) as
    | RunRow
    | undefined;
  if (row === undefined) throw unknownRun(index, dagId, runId);
  if (ifState !== undefined && !ifState.includes(row.state))
    throw otherState(index, dagId, runId, row.state, ifState);
  throw otherDate(index, row.executionMs, executionMs ?? row.executionMs);
}
