import { MemoryStore, type RunStore } from "dagfill";
import { openIndexedDbStore } from "dagfill/store/indexeddb";

const NAME = "dagfill-page";

/** The browser's database, or memory where it is blocked. The page says which. */
export async function openStore(): Promise<{ store: RunStore; problem: string | null }> {
  try {
    return { store: await openIndexedDbStore(NAME), problem: null };
  } catch (thrown) {
    return { store: new MemoryStore(), problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Deletes everything that was ever recorded. The store must be closed. */
export function forgetStore(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error("the database could not be deleted"));
    request.onblocked = () => reject(new Error("another tab has the records open: close it first"));
  });
}

/** Deletes runs with their tasks and XCom. A store of the package deletes no run: this writes past it. */
export function deleteRuns(dagId: string, runIds: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME);
    request.onerror = () => reject(request.error ?? new Error("the database could not be opened"));
    request.onsuccess = () => {
      const database = request.result;
      const transaction = database.transaction(["runs", "tasks", "xcom"], "readwrite");
      for (const runId of runIds) {
        const key = [dagId, runId];
        transaction.objectStore("runs").delete(key);
        for (const name of ["tasks", "xcom"])
          transaction.objectStore(name).delete(IDBKeyRange.bound(key, [...key, []]));
      }
      transaction.oncomplete = () => {
        database.close();
        resolve();
      };
      transaction.onabort = () => {
        database.close();
        reject(transaction.error ?? new Error("the runs could not be deleted"));
      };
    };
  });
}
