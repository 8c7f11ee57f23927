// One step of a batch as IndexedDB requests, each asked when the one before has been answered: a step sees what the steps
// before it have written.
import { otherDate, otherState, runExists, unknownRun } from "./refusal.js";
import type { RunRow } from "./row.js";
import type { RunUpdate, Step } from "./step.js";

/** Writes the step inside the transaction. Throws a DagfillError when it is refused. */
export async function takeStep(transaction: IDBTransaction, step: Step, index: number): Promise<void> {
  const store = (name: string) => transaction.objectStore(name);
  switch (step.type) {
    case "create-run":
      await createRun(store("runs"), step.row, index);
      return;
    case "update-run":
      await updateRun(store("runs"), step, index);
      return;
    case "clear-run":
      await answer(store("tasks").delete(runKeys(step.dagId, step.runId)));
      await answer(store("xcom").delete(runKeys(step.dagId, step.runId)));
      return;
    case "save-task-instance":
      await answer(store("tasks").put(step.row));
      return;
    case "set-xcom":
      await answer(store("xcom").put(step.row));
      return;
    case "request":
      await answer(store("requests").add(step.row));
      return;
    case "save-backfill": {
      const backfills = store("backfills");
      const before: { place: number } | undefined = await answer(backfills.get(step.row.id));
      // Backfills are never deleted, so that their number is the next one's place.
      const place = before?.place ?? (await answer(backfills.count()));
      await answer(backfills.put({ ...step.row, place }));
      if (step.row.finished) await deleteRequests(store("requests"), step.row.id);
      return;
    }
  }
}

async function deleteRequests(requests: IDBObjectStore, id: string): Promise<void> {
  for (const seq of await answer(requests.index("byBackfill").getAllKeys(id)))
    await answer(requests.delete(seq));
}

async function createRun(runs: IDBObjectStore, row: RunRow, index: number): Promise<void> {
  try {
    await answer(runs.add(row));
  } catch (error) {
    // The key or the unique index by date.
    if ((error as DOMException).name !== "ConstraintError") throw error;
    throw runExists(index, row.dagId, row.runId, row.executionMs);
  }
}

async function updateRun(runs: IDBObjectStore, update: RunUpdate, index: number): Promise<void> {
  const { dagId, runId, columns, executionMs, ifState } = update;
  const row: RunRow | undefined = await answer(runs.get([dagId, runId]));
  if (row === undefined) throw unknownRun(index, dagId, runId);
  if (ifState !== undefined && !ifState.includes(row.state)) {
    throw otherState(index, dagId, runId, row.state, ifState);
  }
  if (executionMs !== undefined && executionMs !== row.executionMs) {
    throw otherDate(index, row.executionMs, executionMs);
  }
  await answer(runs.put({ ...row, ...columns }));
}

/** The keys of everything that belongs to one run: they begin with its two ids, and a list sorts behind every text. */
export function runKeys(dagId: string, runId: string): IDBKeyRange {
  return IDBKeyRange.bound([dagId, runId], [dagId, runId, []]);
}

export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Fulfils when the transaction is durable; rejects when it was aborted. */
export function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
  });
}
