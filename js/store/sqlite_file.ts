// Opening the file: the right Node, the right kind of database, the right version of its tables.
import type { DatabaseSync } from "node:sqlite";
import { DagfillError } from "../error.js";
import type { Warning } from "../warning.js";
import { announce } from "./migration.js";
import { storeFailed } from "./refusal.js";
import { createPrivately, fileOf, refuseHardLinks } from "./sqlite_identity.js";
import { type HeldRow, isLive } from "./sqlite_lease.js";
import type { SqliteOptions } from "./sqlite_options.js";
import { APPLICATION_ID, migrateFrom1, SCHEMA_VERSION, TABLES } from "./sqlite_schema.js";

export async function openDatabase(path: string, options: SqliteOptions): Promise<DatabaseSync> {
  const { DatabaseSync } = loadSqlite();
  const busyTimeout = options.busyTimeout ?? 5_000;
  let database: DatabaseSync | undefined;
  try {
    createPrivately(path);
    database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${Math.max(0, Math.trunc(busyTimeout))}`);
    // Before anything is written: the file may be another program's.
    const version = storeVersion(database, path);
    const file = fileOf(database);
    if (file !== undefined) refuseHardLinks(file);
    // A store that is only read stays as it is, and is none that a later version of dagfill would have to bring up to date.
    if (version === SCHEMA_VERSION && readsOnly(path)) return database;
    await switchToWal(database, Date.now() + busyTimeout);
    database.exec("PRAGMA synchronous = FULL");
    if (options.maxBytes !== undefined) {
      const pages = Math.floor(
        options.maxBytes / Number(database.prepare("PRAGMA page_size").get()?.page_size),
      );
      database.exec(`PRAGMA max_page_count = ${Math.max(1, pages)}`);
    }
    makeTables(database, path, options);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof DagfillError
      ? error
      : storeFailed(`the SQLite store "${path}" could not be opened`, error, reasonHint(error));
  }
}

/** Whether a `file:` address of SQLite asks for reading alone. */
function readsOnly(path: string): boolean {
  return path.startsWith("file:") && /[?&](mode=ro|immutable=1)(&|#|$)/.test(path);
}

/** Makes the tables, or makes those of an older version today's: all or nothing. */
function makeTables(
  database: DatabaseSync,
  path: string,
  { now = Date.now, onWarning = announce }: SqliteOptions,
): void {
  const warnings: Warning[] = [];
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have made them in the meantime.
    const version = storeVersion(database, path);
    if (version === 0) database.exec(TABLES);
    if (version === 1) {
      refuseWhileDriven(database, path, now());
      migrateFrom1(database, (warning) => warnings.push(warning));
    }
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
  for (const warning of warnings) onWarning(warning);
}

/** A process of the older version that drives a backfill would fail in the middle of it. */
function refuseWhileDriven(database: DatabaseSync, path: string, now: number): void {
  const held = database.prepare("SELECT * FROM leases").all() as unknown as HeldRow[];
  const driven = held.find((row) => isLive(row, now));
  if (driven === undefined) return;
  throw new DagfillError(
    "STORE_FAILED",
    `the SQLite store "${path}" is in use by an older version of dagfill (${driven.owner} holds ${driven.name})`,
    { hint: "wait until that process has ended, then open the store again: it is brought to this version" },
  );
}

// One statement, so that it sees the file before or after another process has made the tables, never in between.
const KIND = `SELECT user_version AS version, application_id AS application, (SELECT count(*) FROM sqlite_schema) AS tables
  FROM pragma_user_version, pragma_application_id`;

/** The version of the store in the database, 0 when it is empty. Throws when it is another program's, or of a later version. */
function storeVersion(database: DatabaseSync, path: string): number {
  const { version = 0, application, tables } = database.prepare(KIND).get() as Record<string, number>;
  if (application === 0 && version === 0 && tables === 0) return 0;
  if (application !== APPLICATION_ID || version < 1) {
    throw new DagfillError("STORE_FAILED", `"${path}" is a SQLite database of another program`, {
      hint: "name a file of its own for the store",
      details: { applicationId: application ?? null, userVersion: version },
    });
  }
  if (version <= SCHEMA_VERSION) return version;
  throw new DagfillError(
    "STORE_FAILED",
    `the SQLite store "${path}" has schema version ${version}; this version of dagfill knows ${SCHEMA_VERSION} and older`,
    { hint: "upgrade dagfill", details: { found: version, known: SCHEMA_VERSION } },
  );
}

/** The one statement that does not wait when another process holds the file, as at the first start of many at once. */
async function switchToWal(database: DatabaseSync, deadline: number): Promise<void> {
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (resultCode(error) !== BUSY || Date.now() >= deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
  }
}

const BUSY = 5;
const HINTS: ReadonlyMap<number | undefined, string> = new Map([
  [
    BUSY,
    "another connection, of this process or of another, has kept the file locked for longer than busyTimeout",
  ],
  [8, "the file or its folder is read-only"],
  [10, "the disk or the file system failed"],
  [11, "the file is damaged: restore a copy"],
  [13, "the disk is full, or maxBytes is reached: make space and try again"],
  [14, "the folder of the file has to exist, and be writable"],
  [26, "the file is no SQLite database"],
]);

export function reasonHint(error: unknown): string | undefined {
  return HINTS.get(resultCode(error));
}

/** SQLite's primary result code. */
function resultCode(error: unknown): number | undefined {
  const extended = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof extended === "number" ? extended & 0xff : undefined;
}

/** node:sqlite, found at run time, so that a bundle for browsers never sees the import. */
function loadSqlite(): typeof import("node:sqlite") {
  const host = typeof process === "undefined" ? undefined : process;
  const sqlite = host && quietly(host, () => host.getBuiltinModule?.("node:sqlite"));
  if (sqlite) return sqlite;
  const found = host?.versions?.node === undefined ? "no Node" : `Node ${host.versions.node}`;
  throw new DagfillError(
    "STORE_FAILED",
    `the SQLite store needs node:sqlite, which Node >= 22.13 has; this is ${found}`,
    {
      hint: "use a later Node, or MemoryStore, which keeps nothing",
    },
  );
}

/** Node says once, on standard error, that node:sqlite is experimental. Which module keeps the runs is no news to who runs a
 *  backfill, so that one warning is held back, for as long as the module loads; every other goes through. */
function quietly<T>(host: NodeJS.Process, load: () => T): T {
  const { emitWarning } = host;
  host.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] !== "ExperimentalWarning") Reflect.apply(emitWarning, host, [warning, ...rest]);
  }) as typeof emitWarning;
  try {
    return load();
  } finally {
    host.emitWarning = emitWarning;
  }
}
