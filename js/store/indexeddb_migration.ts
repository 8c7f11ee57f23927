// How the tables of an older version become those of today, inside the transaction that changes the database's version: all of it or
// nothing.
import { answer, runKeys } from "./indexeddb_step.js";
import { instantMs } from "./instant.js";
import { endedLater, mergedWarning, unreadableWarning, type Warn } from "./migration.js";
import type { RunRow, TaskRow } from "./row.js";

/** The number of a request is its key, which is never given to another one. */
export function makeRequests(database: IDBDatabase): void {
  const requests = database.createObjectStore("requests", { keyPath: "seq", autoIncrement: true });
  requests.createIndex("byBackfill", "id");
}

/** Rows of version 1, of dagfill 0.1, which kept instants as the texts that it was given. */
type Run1 = Omit<RunRow, "startMs" | "endMs" | "startedMs" | "finishedMs" | "key" | "chunk"> &
  Ends & { executionDate: string; intervalStart: string; intervalEnd: string };
type Task1 = Omit<TaskRow, "startedMs" | "finishedMs"> & Ends;
interface Ends {
  startedAt: string | null;
  finishedAt: string | null;
}

/** Makes the tables of version 1 those of today. `fail` hears why it could not; the transaction is aborted then. */
export function migrateFrom1(
  database: IDBDatabase,
  transaction: IDBTransaction,
  warn: Warn,
  fail: (error: unknown) => void,
): void {
  makeRequests(database);
  migrate(transaction, warn).catch((error) => {
    fail(transaction.error ?? error);
    try {
      transaction.abort();
    } catch {
      // It has aborted by itself.
    }
  });
}

async function migrate(transaction: IDBTransaction, warn: Warn): Promise<void> {
  let unreadable = 0;
  const read = <T>(text: string, otherwise: T): number | T => {
    const ms = instantMs(text);
    if (ms === undefined) unreadable += 1;
    return ms ?? otherwise;
  };
  const ends = ({ startedAt, finishedAt }: Ends) => ({
    startedMs: startedAt === null ? null : read(startedAt, null),
    finishedMs: finishedAt === null ? null : read(finishedAt, null),
  });
  const tasks = transaction.objectStore("tasks");
  for (const row of await answer<Task1[]>(tasks.getAll())) {
    const { startedAt, finishedAt, ...kept } = row;
    await answer(tasks.put({ ...kept, ...ends({ startedAt, finishedAt }) } satisfies TaskRow));
  }
  const runs = transaction.objectStore("runs");
  const moved: RunRow[] = [];
  for (const row of await answer<Run1[]>(runs.getAll())) {
    const { executionDate, intervalStart, intervalEnd, startedAt, finishedAt, ...kept } = row;
    const executionMs = read(executionDate, row.executionMs);
    const run: RunRow = {
      ...kept,
      ...ends({ startedAt, finishedAt }),
      executionMs,
      startMs: read(intervalStart, executionMs),
      endMs: read(intervalEnd, executionMs),
      key: null,
      chunk: null,
    };
    if (executionMs === row.executionMs) await answer(runs.put(run));
    else {
      await answer(runs.delete([run.dagId, run.runId]));
      moved.push(run);
    }
  }
  await moveToTheirDates(transaction, moved, warn);
  if (unreadable > 0) warn(unreadableWarning(unreadable));
}

/** The runs whose date is another instant than the one they were stored under, as other programs may have written them. */
async function moveToTheirDates(
  transaction: IDBTransaction,
  moved: readonly RunRow[],
  warn: Warn,
): Promise<void> {
  const runs = transaction.objectStore("runs");
  const dropped: string[] = [];
  for (const other of moved) {
    const { dagId, executionMs } = other;
    const run: RunRow | undefined = await answer(runs.index("byDate").get([dagId, executionMs]));
    const leaves = run === undefined || endedLater(other, run) ? run : other;
    if (leaves !== undefined) {
      dropped.push(leaves.runId);
      await answer(runs.delete([dagId, leaves.runId]));
      for (const name of ["tasks", "xcom"]) {
        await answer(transaction.objectStore(name).delete(runKeys(dagId, leaves.runId)));
      }
    }
    if (leaves !== other) await answer(runs.add(other));
  }
  if (dropped.length > 0) warn(mergedWarning(dropped));
}
