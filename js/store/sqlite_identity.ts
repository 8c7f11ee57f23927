// Whether the file that is open is still the one that the path names. SQLite goes on writing to a file that was deleted, moved or
// replaced, and every commit succeeds, but nobody will ever find it again.
import type { BigIntStats } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { DagfillError } from "../error.js";

/** The file of the database, an absolute path; undefined for one in memory or in a temporary file. */
export function fileOf(database: DatabaseSync): string | undefined {
  const { file } = database.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").get() as {
    file: string;
  };
  return file === "" ? undefined : file;
}

/** Makes the file readable by its user alone when it is not there yet: confs and XCom may hold secrets. SQLite gives the files
 *  beside it the same mode. What keeps the file from being made, SQLite will say when it opens it. */
export function createPrivately(path: string): void {
  const file = pathOf(path);
  if (file === undefined) return;
  const { openSync, closeSync, statSync } = process.getBuiltinModule("node:fs");
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch {
    // It is there, or its folder is not, or the path is a symbolic link to a file that is not there yet. A file that is there is not
    // opened: closing it would drop the locks that SQLite holds on it in this process.
    try {
      if (statSync(file, { throwIfNoEntry: false }) === undefined) closeSync(openSync(file, "a", 0o600));
    } catch {}
  }
}

/** Throws for a file with several names by hard links. SQLite keeps a log beside each name, so that two processes under two names would
 *  damage the file; a symbolic link is followed to the one name. */
export function refuseHardLinks(file: string): void {
  const names = process.getBuiltinModule("node:fs").statSync(file, { throwIfNoEntry: false })?.nlink ?? 1;
  if (names <= 1) return;
  throw new DagfillError("STORE_FAILED", `the SQLite store "${file}" has ${names} names (hard links)`, {
    hint: "keep one name of the file, and make the others symbolic links: SQLite keeps a log beside each name",
  });
}

/** The file that a path or a `file:` URI of SQLite names, when opening it may create that file. */
function pathOf(path: string): string | undefined {
  if (path === "" || path === ":memory:") return undefined;
  if (!path.startsWith("file:")) return path;
  const [uri = "", query = ""] = path.slice("file:".length).split("#", 1).join("").split("?");
  if (/(^|&)(mode=(ro|rw|memory)(&|$)|vfs=)/.test(query)) return undefined;
  const file = decodeURIComponent(uri.replace(/^\/\/(localhost)?(?=\/)/, ""));
  return file === ":memory:" || file === "" ? undefined : file;
}

/** Remembers the files that are open, and tells when the path names others. */
export class FileIdentity {
  readonly #files: { path: string; identity: string | undefined }[];

  /** `file` is open, and its write-ahead log has been made. */
  constructor(file: string | undefined) {
    const paths = file === undefined ? [] : [file, `${file}-wal`];
    this.#files = paths
      .map((path) => ({ path, identity: identityOf(path) }))
      // A file system without shared memory has no write-ahead log.
      .filter(({ identity }) => identity !== undefined);
  }

  /** The fate of the files; undefined while they are those that were opened. */
  loss(): string | undefined {
    for (const { path, identity } of this.#files) {
      const now = identityOf(path);
      if (now === identity) continue;
      return `${path} was ${now === undefined ? "deleted or moved" : "replaced"} while the store was open`;
    }
    return undefined;
  }
}

function identityOf(path: string): string | undefined {
  let stats: BigIntStats | undefined;
  try {
    stats = process.getBuiltinModule("node:fs").statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // A folder on the way that may not be entered: nobody who opens the path finds the file.
  }
  return stats && `${stats.dev}:${stats.ino}`;
}
