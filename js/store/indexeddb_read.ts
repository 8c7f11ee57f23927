// Answers of an IndexedDB store, read from its tables inside a transaction.
import type { Json } from "../json.js";
import { HistoryBuilder } from "./history.js";
import { answer, runKeys } from "./indexeddb_step.js";
import {
  type CountSearch,
  counted,
  noRuns,
  type RangeSearch,
  type RunSearch,
  runSearch,
  selects,
} from "./query.js";
import {
  type BackfillRow,
  type RequestRow,
  type RunRow,
  runRecord,
  type TaskRow,
  taskInstance,
  type XcomRow,
} from "./row.js";
import type { Request, RunHistory, RunQuery, RunRecord, RunState, TaskInstance } from "./store.js";

export async function readRuns(transaction: IDBTransaction, query: RunQuery): Promise<RunRecord[]> {
  const runs = transaction.objectStore("runs");
  const after: RunRow | undefined =
    query.after === undefined ? undefined : await answer(runs.get([query.dagId, query.after]));
  const search = runSearch(query, after?.executionMs);
  if (search.from > search.to || search.limit === 0) return [];
  const range = IDBKeyRange.bound([search.dagId, search.from], [search.dagId, search.to]);
  return (await searched(runs.index("byDate"), range, search)).map(runRecord);
}

/** Without a limit all rows come in one request, which is much faster than a cursor; with one a cursor stops early. */
async function searched(index: IDBIndex, range: IDBKeyRange, search: RunSearch): Promise<RunRow[]> {
  if (search.limit === Number.POSITIVE_INFINITY) {
    const rows: RunRow[] = await answer(index.getAll(range));
    const found = rows.filter((row) => selects(search, row));
    return search.descending ? found.reverse() : found;
  }
  const found: RunRow[] = [];
  const request = index.openCursor(range, search.descending ? "prev" : "next");
  let cursor = await answer(request);
  while (cursor !== null) {
    if (selects(search, cursor.value)) found.push(cursor.value);
    if (found.length >= search.limit) break;
    cursor.continue();
    cursor = await answer(request);
  }
  return found;
}

export async function readHistory(transaction: IDBTransaction, search: RangeSearch): Promise<RunHistory> {
  const builder = new HistoryBuilder();
  for await (const row of between(transaction, search)) builder.add(row);
  return builder.history();
}

export async function readCounts(
  transaction: IDBTransaction,
  search: CountSearch,
): Promise<Record<RunState, number>> {
  const counts = noRuns();
  for await (const row of between(transaction, search)) if (counted(search, row)) counts[row.state] += 1;
  return counts;
}

/** Rows that are read at once where all of them are wanted. */
const PAGE = 10_000;

/** The rows of a range, oldest first. */
async function* between(
  transaction: IDBTransaction,
  { dagId, from, to }: RangeSearch,
): AsyncIterable<RunRow> {
  const byDate = transaction.objectStore("runs").index("byDate");
  let first = from;
  while (first <= to) {
    const range = IDBKeyRange.bound([dagId, first], [dagId, to]);
    const page: RunRow[] = await answer(byDate.getAll(range, PAGE));
    yield* page;
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    first = last.executionMs + 1;
  }
}

export async function readTasks(
  transaction: IDBTransaction,
  dagId: string,
  runId: string,
): Promise<TaskInstance[]> {
  const rows: TaskRow[] = await answer(transaction.objectStore("tasks").getAll(runKeys(dagId, runId)));
  return rows.map(taskInstance);
}

export async function readXcom(
  transaction: IDBTransaction,
  dagId: string,
  runId: string,
): Promise<Record<string, Record<string, Json>>> {
  const rows: XcomRow[] = await answer(transaction.objectStore("xcom").getAll(runKeys(dagId, runId)));
  const tasks = new Map<string, [string, Json][]>();
  for (const { taskId, key, value } of rows) {
    const entries = tasks.get(taskId) ?? [];
    entries.push([key, JSON.parse(value)]);
    tasks.set(taskId, entries);
  }
  // fromEntries makes own members of every key, `__proto__` too.
  return Object.fromEntries([...tasks].map(([taskId, entries]) => [taskId, Object.fromEntries(entries)]));
}

export async function readBackfill(transaction: IDBTransaction, id: string): Promise<Json | null> {
  const row: BackfillRow | undefined = await answer(transaction.objectStore("backfills").get(id));
  return row === undefined ? null : JSON.parse(row.snapshot);
}

export async function readBackfills(
  transaction: IDBTransaction,
  query: { dagId?: string; unfinished?: boolean },
): Promise<{ id: string; snapshot: Json }[]> {
  const rows: BackfillRow[] = await answer(transaction.objectStore("backfills").index("byPlace").getAll());
  return rows
    .filter(
      ({ dagId, finished }) => dagId === (query.dagId ?? dagId) && !(query.unfinished === true && finished),
    )
    .map(({ id, snapshot }) => ({ id, snapshot: JSON.parse(snapshot) }));
}

export async function readRequests(
  transaction: IDBTransaction,
  id: string,
): Promise<{ seq: number; request: Request }[]> {
  const requests = transaction.objectStore("requests").index("byBackfill");
  const rows: (RequestRow & { seq: number })[] = await answer(requests.getAll(id));
  return rows.map(({ seq, request }) => ({ seq, request }));
}
