// Connections to PostgreSQL: any pool of the shape of `pg`'s. A server that is away for a while is waited for.
import { DagfillError } from "../error.js";
import { storeFailed } from "./refusal.js";

export interface PgResult {
  // biome-ignore lint/suspicious/noExplicitAny: rows are of the shape that the statement says
  rows: any[];
  rowCount: number | null;
}

/** A client of `pg`, or of the same shape. */
export interface PgClient {
  query(text: string, values?: unknown[]): Promise<PgResult>;
  on?(event: "error", listener: (error: unknown) => void): unknown;
  removeListener?(event: "error", listener: (error: unknown) => void): unknown;
  /** With `true` the connection is closed instead of going back into the pool. */
  release?(destroy?: boolean): void;
}

/** A pool of `pg`, or of the same shape. */
export interface PgPool {
  query(text: string, values?: unknown[]): Promise<PgResult>;
  connect(): Promise<PgClient>;
  on?(event: "error", listener: (error: unknown) => void): unknown;
  end?(): Promise<void>;
}

const LONGEST_CONNECT_MS = 10_000;

/** The pool of an URL, made by the package `pg` of the program that runs. STORE_FAILED when it is not installed. */
export function poolOf(url: string, retryFor: number): PgPool {
  let cause: unknown;
  // Found at run time, so that a bundle of who hands in a pool never sees it: beside the program, else in the current folder.
  for (const from of [process.argv[1], `${process.cwd()}/package.json`]) {
    try {
      const { createRequire } = process.getBuiltinModule("node:module");
      const pg = createRequire(from ?? "")("pg") as { Pool: new (options: object) => PgPool };
      // A host that answers nothing at all would else be waited for as long as the system does: minutes.
      const connectionTimeoutMillis = Math.min(LONGEST_CONNECT_MS, Math.max(retryFor, 1_000));
      return new pg.Pool({ connectionString: url, max: 8, connectionTimeoutMillis });
    } catch (error) {
      cause ??= error;
    }
  }
  const hint = "npm install pg, or pass a pool";
  throw storeFailed("the PostgreSQL store needs the package pg for an URL", firstLine(cause), hint);
}

/** Node lists below its message what it has looked at. */
function firstLine(error: unknown): Error {
  return new Error(String((error as Error | undefined)?.message ?? error).split("\n")[0]);
}

/** A call of the store that is made again, since the server is away or busy. */
export interface PostgresRetry {
  /** The work that could not be done, such as "be opened" or "read". */
  attempt: string;
  error: unknown;
  /** Milliseconds since the first try, until the next one, and after which the call rejects with STORE_FAILED. */
  waited: number;
  pause: number;
  retryFor: number;
}

/** Runs work again while the server is away, for at most so many milliseconds. */
export class Retrier {
  readonly #retryFor: number;
  readonly #isClosed: () => boolean;
  readonly #onRetry: (retry: PostgresRetry) => void;

  constructor(retryFor: number, isClosed: () => boolean, onRetry: (retry: PostgresRetry) => void = () => {}) {
    this.#retryFor = retryFor;
    this.#isClosed = isClosed;
    this.#onRetry = onRetry;
  }

  /** `work` is run again when it has certainly had no effect, or may have it twice. Rejects as it rejected at last. */
  async run<T>(attempt: string, work: () => Promise<T>): Promise<T> {
    const begun = Date.now();
    const deadline = begun + this.#retryFor;
    for (let wait = 20; ; wait = Math.min(wait * 2, 1_000)) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof DagfillError) throw error;
        const late = Date.now() + wait >= deadline || this.#isClosed();
        if (late || !isPassing(error)) {
          throw storeFailed(`the PostgreSQL store could not ${attempt}`, reasonOf(error), hintOf(error));
        }
        this.#tell({ attempt, error, waited: Date.now() - begun, pause: wait, retryFor: this.#retryFor });
      }
      await pause(wait * (0.5 + Math.random() / 2));
    }
  }

  #tell(retry: PostgresRetry): void {
    try {
      this.#onRetry(retry);
    } catch {
      // A listener that fails holds nothing up.
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Codes of PostgreSQL for a transaction that may succeed when it is tried again: serialization, deadlock. */
const CONFLICTS = new Set(["40001", "40P01"]);
/** Shutdown, crash, start-up, too many connections. */
const AWAY = new Set(["57P01", "57P02", "57P03", "53300"]);
const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Errors of `pg` itself, which have no code. */
const NO_SSL = /server does not support SSL/;
const NO_PASSWORD = /client password must be/;

/** Whether the connection is lost, or was never made. */
export function isDisconnect(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === "string") return AWAY.has(code) || NETWORK.has(code) || code.startsWith("08");
  return (
    typeof message === "string" &&
    !NO_SSL.test(message) &&
    /connection|terminat|timeout|socket/i.test(message)
  );
}

/** Whether the same may succeed when it is tried again. */
export function isPassing(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return isDisconnect(error) || (typeof code === "string" && CONFLICTS.has(code));
}

const HINTS: Record<string, string> = {
  "28P01": "the password is wrong",
  "28000": "the server refuses this user",
  "3D000": "the database does not exist",
  "42501": "the role may not do this; migratePostgresStore run by one that may creates what is needed",
  "53100": "the server's disk is full",
  "42P01": "a table of the store is missing: was the schema dropped?",
};

/** `pg` says that a password which is not there is no text. */
function reasonOf(error: unknown): unknown {
  const { message } = (error ?? {}) as { message?: unknown };
  if (typeof message !== "string" || !NO_PASSWORD.test(message)) return error;
  return new Error("the server asks for a password, and the URL has none", { cause: error });
}

function hintOf(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof message === "string" && NO_PASSWORD.test(message))
    return "postgres://user:PASSWORD@host/database, or the environment's PGPASSWORD";
  if (typeof message === "string" && NO_SSL.test(message))
    return "sslmode=disable in the URL connects without SSL";
  if (isDisconnect(error)) return "is the server running, and reachable from here?";
  return typeof code === "string" ? HINTS[code] : undefined;
}

/** The pool's errors of idle connections, which would end the process when nobody listened. The next query says what is wrong. */
export function ignoreIdleErrors(source: { on?(event: "error", listener: () => void): unknown }): void {
  source.on?.("error", () => {});
}
