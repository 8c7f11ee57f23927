// Options of the SQLite store. No type of `node:sqlite` is named here: who opens a store may have no types of Node.
import { DagfillError } from "../error.js";
import { callback, fields, number, wrong } from "../options.js";
import type { Warning } from "../warning.js";

export interface SqliteOptions {
  /** How long a write waits for another process's, in milliseconds; then STORE_FAILED. Default 5,000. */
  busyTimeout?: number;
  /** The file grows no larger than so many bytes; beyond that writes fail with STORE_FAILED as on a full disk. Default: no bound. */
  maxBytes?: number;
  /** The clock of the leases, epoch milliseconds. Default `Date.now`. */
  now?: () => number;
  /** Called when opening a file of an older version has changed what it says. Default: `process.emitWarning`. */
  onWarning?: (warning: Warning) => void;
}

/** Checks the path of `openSqliteStore` and its options: a misspelt one would be ignored, and a URL be the name of a file. */
export function readSqlite(path: unknown, options: unknown): SqliteOptions {
  if (typeof path !== "string") throw wrong("path", "a text", path);
  // Not the rest of it, which may hold a password.
  const [, scheme] = /^([a-z][a-z\d+.-]+):\/\//i.exec(path) ?? [];
  if (scheme !== undefined && scheme !== "file") {
    const message = `path: expected a path of a file, got a URL that begins with ${scheme}://`;
    const hint = /^p.*g/i.test(scheme)
      ? "did you mean openPostgresStore of dagfill/store/postgres?"
      : "a file is named by its path";
    throw new DagfillError("INVALID_OPTION", message, { field: "path", hint });
  }
  return fields<SqliteOptions>(options, "options", {
    busyTimeout: number(0),
    maxBytes: number(0),
    now: callback(),
    onWarning: callback(),
  });
}
