// The tables of the file, and how those of an older version become these. Instants are epoch milliseconds. Runs are stored by date
// (WITHOUT ROWID), so that a history is read from one end of the file to the other.
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { instantMs } from "./instant.js";
import { endedLater, mergedWarning, unreadableWarning, type Warn } from "./migration.js";
import type { RunRow } from "./row.js";

export const SCHEMA_VERSION = 2;
/** "dfil", in the header of the file: what `file` and this module know a store of dagfill by. */
export const APPLICATION_ID = 0x6466_696c;

const RUNS_AND_TASKS = `
  CREATE TABLE runs (
    dagId TEXT NOT NULL, runId TEXT NOT NULL, executionMs INTEGER NOT NULL, startMs INTEGER NOT NULL, endMs INTEGER NOT NULL,
    runType TEXT NOT NULL, state TEXT NOT NULL, conf TEXT NOT NULL, backfillId TEXT, owner TEXT, attempt INTEGER NOT NULL,
    startedMs INTEGER, finishedMs INTEGER, error TEXT, output TEXT, key TEXT, chunk TEXT, failures INTEGER,
    PRIMARY KEY (dagId, executionMs), UNIQUE (dagId, runId)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tasks (
    dagId TEXT NOT NULL, runId TEXT NOT NULL, taskId TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL,
    startedMs INTEGER, finishedMs INTEGER, error TEXT, failures INTEGER,
    PRIMARY KEY (dagId, runId, taskId)
  ) STRICT, WITHOUT ROWID;`;

// AUTOINCREMENT: the number of a request is never given to another one, also after both were deleted.
const REQUESTS = `
  CREATE TABLE requests (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, request TEXT NOT NULL) STRICT;
  CREATE INDEX requestsOf ON requests (id, seq);`;

const VERSION = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`;

// `place` keeps backfills in the order they came.
export const TABLES = `${RUNS_AND_TASKS}
  CREATE TABLE xcom (
    dagId TEXT NOT NULL, runId TEXT NOT NULL, taskId TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (dagId, runId, taskId, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE backfills (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, dagId TEXT NOT NULL, finished INTEGER NOT NULL,
    snapshot TEXT NOT NULL
  ) STRICT;
  CREATE TABLE leases (
    name TEXT PRIMARY KEY, owner TEXT, epoch INTEGER NOT NULL, expiresAt REAL NOT NULL, process TEXT
  ) STRICT, WITHOUT ROWID;
  ${REQUESTS}
  ${VERSION}`;

/** The rows of version 1, of dagfill 0.1, which kept instants as the texts that it was given, as rows of today. */
const RUNS_1 = `SELECT dagId, runId, instant(executionDate, executionMs) AS executionMs, instant(intervalStart, executionMs) AS startMs,
  instant(intervalEnd, executionMs) AS endMs, runType, state, conf, backfillId, owner, attempt, instant(startedAt, NULL) AS startedMs,
  instant(finishedAt, NULL) AS finishedMs, error, output, NULL AS key, NULL AS chunk, NULL AS failures FROM runs_1`;
const TASKS_1 = `SELECT dagId, runId, taskId, state, attempt, instant(startedAt, NULL), instant(finishedAt, NULL), error, NULL FROM tasks_1`;
const AT_ITS_DATE = "instant(executionDate, executionMs) = executionMs";

/** Makes the tables of version 1 those of today, inside the transaction that is open. */
export function migrateFrom1(database: DatabaseSync, warn: Warn): void {
  let unreadable = 0;
  // Where nothing depended on an instant, version 1 took every text for one.
  database.function("instant", (text: unknown, otherwise: unknown) => {
    if (typeof text !== "string") return null;
    const ms = instantMs(text);
    if (ms === undefined) unreadable += 1;
    return (ms ?? otherwise) as number | null;
  });
  database.exec(`ALTER TABLE runs RENAME TO runs_1; ALTER TABLE tasks RENAME TO tasks_1; ${RUNS_AND_TASKS}`);
  database.exec(`INSERT INTO runs ${RUNS_1} WHERE ${AT_ITS_DATE} ORDER BY dagId, executionMs`);
  database.exec(`INSERT INTO tasks ${TASKS_1}`);
  moveToTheirDates(database, warn);
  database.exec(`DROP TABLE runs_1; DROP TABLE tasks_1; ${REQUESTS} ${VERSION}`);
  if (unreadable > 0) warn(unreadableWarning(unreadable));
}

/** The runs whose date is another instant than the one they were stored under, as other programs may have written them. */
function moveToTheirDates(database: DatabaseSync, warn: Warn): void {
  const others = database.prepare(`${RUNS_1} WHERE NOT (${AT_ITS_DATE})`).all() as unknown as RunRow[];
  const dropped: string[] = [];
  for (const other of others) {
    const { dagId, executionMs } = other;
    const find = database.prepare("SELECT * FROM runs WHERE dagId = ? AND executionMs = ?");
    const run = find.get(dagId, executionMs) as RunRow | undefined;
    const leaves = run === undefined || endedLater(other, run) ? run : other;
    if (leaves !== undefined) {
      dropped.push(leaves.runId);
      for (const table of ["runs", "tasks", "xcom"]) {
        database.prepare(`DELETE FROM ${table} WHERE dagId = ? AND runId = ?`).run(dagId, leaves.runId);
      }
    }
    if (leaves === other) continue;
    const columns = Object.keys(other);
    const places = columns.map(() => "?").join(", ");
    const insert = database.prepare(`INSERT INTO runs (${columns.join(", ")}) VALUES (${places})`);
    insert.run(...(Object.values(other) as SQLInputValue[]));
  }
  if (dropped.length > 0) warn(mergedWarning(dropped));
}
