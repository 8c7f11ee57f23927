// Opening the database: its tables, its version, and everything that may keep a page from having one.
import { DagfillError } from "../error.js";
import { wrong } from "../options.js";
import type { Warning } from "../warning.js";
import { makeRequests, migrateFrom1 } from "./indexeddb_migration.js";
import type { Warn } from "./migration.js";
import { storeFailed } from "./refusal.js";

const VERSION = 2;
/** How long an older version in another tab may take to end its transactions and let go, in milliseconds. */
const BLOCKED_TIMEOUT_MS = 3_000;

/** The database, with the tables of today. `warn` hears what making them of an older version's has changed. */
export function openDatabase(name: string, warn: Warn): Promise<IDBDatabase> {
  if (typeof name !== "string" || name === "") throw wrong("name", "a text that is not empty", name);
  return new Promise((resolve, reject) => {
    let given = false;
    const fail = (error: unknown): void => {
      if (given) return;
      given = true;
      const failed = `the IndexedDB store "${name}" could not be opened`;
      reject(error instanceof DagfillError ? error : storeFailed(failed, error, reasonHint(error)));
    };
    let request: IDBOpenDBRequest;
    try {
      if (typeof indexedDB === "undefined") throw new Error("there is no IndexedDB here");
      request = indexedDB.open(name, VERSION);
    } catch (error) {
      fail(error);
      return;
    }
    const warnings: Warning[] = [];
    request.onupgradeneeded = ({ oldVersion }) => {
      const { result, transaction } = request;
      if (oldVersion === 0) makeTables(result);
      else if (transaction !== null)
        migrateFrom1(result, transaction, (warning) => warnings.push(warning), fail);
    };
    request.onblocked = () => {
      setTimeout(() => {
        if (!given) fail(new Error("another tab holds on to an older version of it; close that tab"));
      }, BLOCKED_TIMEOUT_MS);
    };
    request.onerror = () => fail(request.error);
    request.onsuccess = () => {
      // A database that was blocked for too long is not waited for any more.
      if (given) request.result.close();
      else {
        for (const warning of warnings) warn(warning);
        resolve(request.result);
      }
      given = true;
    };
  });
}

function makeTables(database: IDBDatabase): void {
  const runs = database.createObjectStore("runs", { keyPath: ["dagId", "runId"] });
  runs.createIndex("byDate", ["dagId", "executionMs"], { unique: true });
  database.createObjectStore("tasks", { keyPath: ["dagId", "runId", "taskId"] });
  database.createObjectStore("xcom", { keyPath: ["dagId", "runId", "taskId", "key"] });
  const backfills = database.createObjectStore("backfills", { keyPath: "id" });
  backfills.createIndex("byPlace", "place", { unique: true });
  database.createObjectStore("leases", { keyPath: "name" });
  makeRequests(database);
}

const HINTS: ReadonlyMap<string, string> = new Map([
  ["VersionError", "a later version of the page has written it: reload the page"],
  ["QuotaExceededError", "the origin's storage is full: make space and try again"],
  ["SecurityError", "the browser denies storage here: a sandboxed frame, or blocked site data"],
  ["InvalidStateError", "the browser denies storage here, as some do in private windows"],
]);

export function reasonHint(error: unknown): string | undefined {
  return HINTS.get((error as { name?: string } | null)?.name ?? "");
}
