// Reads `--store`: the path of a file, the URL of a PostgreSQL database, or :memory:.
import { DagfillError } from "../error.js";
import { nearest } from "../nearest.js";
import { shown } from "../shown.js";

export type NamedStore =
  | { kind: "memory" }
  | { kind: "file"; path: string }
  | { kind: "postgres"; url: string };

const MEMORY = ":memory:";
/** A drive of Windows has one letter. */
const SCHEME = /^([a-z][a-z\d+.-]+):/i;
const OTHER_DATABASES = new Set(["mysql", "mariadb", "redis", "rediss", "mongodb", "mssql", "http", "https"]);
const FILES = new Set(["file", "sqlite", "sqlite3"]);

/** The store of `--store`. INVALID_OPTION for a URL of another kind, which would otherwise count as the name of a file. No message has more
 *  of a URL than its scheme: the rest may hold a password. */
export function storeNamed(given: unknown): NamedStore {
  const text = typeof given === "string" ? given : ".dagfill.sqlite";
  if (text === MEMORY) return { kind: "memory" };
  if (text.startsWith(":"))
    throw refused(shown(text), `did you mean ${MEMORY}? A file of that name is ./${text}`);
  if (/^postgres(ql)?:\/\//i.test(text)) return { kind: "postgres", url: text };
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: "file", path: text };
  const isPostgres =
    /^(pg|psql|pgsql)$/.test(scheme) || nearest(scheme, ["postgres", "postgresql"]) !== undefined;
  if (!isPostgres && !OTHER_DATABASES.has(scheme) && !FILES.has(scheme) && text[scheme.length + 1] !== "/")
    return { kind: "file", path: text };
  throw refused(
    `a URL that begins with ${shown(text.slice(0, text.startsWith("//", scheme.length + 1) ? scheme.length + 3 : scheme.length + 1))}`,
    isPostgres
      ? "did you mean postgres://?"
      : FILES.has(scheme)
        ? "a file is named by its path, without a scheme"
        : "runs are kept in a file, or in PostgreSQL: postgres://user@host/database",
  );
}

function refused(got: string, hint: string): DagfillError {
  const message = `expected --store PATH, postgres://user@host/database or ${MEMORY}, got ${got}`;
  return new DagfillError("INVALID_OPTION", message, { field: "--store", hint });
}
