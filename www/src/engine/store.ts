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
