// The store for several machines: PostgreSQL 13 or later, by a pool of the package `pg` or an URL.
import { DagfillError } from "../error.js";
import type { Json } from "../json.js";
import { callback, fields, flag, type Spec, wrong } from "../options.js";
import { checkLease } from "./lease.js";
import {
  ignoreIdleErrors,
  type PgClient,
  type PgPool,
  type PostgresRetry,
  poolOf,
  Retrier,
} from "./postgres_connection.js";
import { PostgresLeases } from "./postgres_lease.js";
import { PostgresReader } from "./postgres_read.js";
import { insistOnTables, migrate, quoted } from "./postgres_schema.js";
import { readPostgresUrl } from "./postgres_url.js";
import { PostgresWriter } from "./postgres_writer.js";
import { checkCountQuery, checkHistoryQuery, checkQuery } from "./query.js";
import { storeClosed, storeFailed } from "./refusal.js";
import { steps } from "./step.js";
import type {
  CountQuery,
  Fence,
  HistoryQuery,
  Lease,
  Request,
  RunHistory,
  RunQuery,
  RunRecord,
  RunState,
  RunStore,
  StoreChange,
  TaskInstance,
} from "./store.js";

export type { PgClient, PgPool, PgResult, PostgresRetry } from "./postgres_connection.js";

export interface PostgresOptions {
  /** Where the tables are. Default: that of the URL's parameter `schema`, else "dagfill". Backfills of one schema share their DAGs' leases. */
  schema?: string;
  /** Makes the tables, or those of an older version today's. Default true; false where the role may not: see migratePostgresStore. */
  migrate?: boolean;
  /** How long a server that is away is waited for: milliseconds, or ISO 8601 such as "PT1M", the default. Then STORE_FAILED. */
  retryFor?: number | string;
  /** Holds a session open whose end tells others at once that this process is gone; without it they wait for its leases to expire. Default
   *  true. false behind a pooler that hands a session to many clients (PgBouncer's transaction mode). */
  presence?: boolean;
  /** Called each time before a call is made again. */
  onRetry?: (retry: PostgresRetry) => void;
  /** A clock for the leases instead of the database's, epoch milliseconds: for tests. */
  now?: () => number;
}

const SPEC: Spec<PostgresOptions> = {
  schema: (value) => {
    quoted(value as string);
    return value as string;
  },
  migrate: flag,
  retryFor: (value) => {
    milliseconds(value as string);
    return value as string;
  },
  presence: flag,
  onRetry: callback(),
  now: callback(),
};

/** Opens the store in a database of PostgreSQL 13 or later. `pool` is a pool of the package `pg`, or of the same shape, which stays open when
 *  the store is closed; or an URL, for which `pg` has to be installed.
 *
 *  STORE_FAILED when the server cannot be reached within `retryFor`, when the tables are missing and may not be made, or when a later
 *  version has made them.
 *
 *  ```js
 *  const store = await openPostgresStore("postgres://dagfill@db.example.org/dagfill");
 *  ``` */
export async function openPostgresStore(
  pool: PgPool | string,
  options: PostgresOptions = {},
): Promise<RunStore> {
  const { migrate: makes, onRetry, now, ...read } = fields<PostgresOptions>(options, "options", SPEC);
  const own = typeof pool === "string";
  if (!own && typeof pool?.connect !== "function") throw wrong("pool", "a pool of pg, or an URL", pool);
  const given = own ? readPostgresUrl(pool) : undefined;
  const { schema = given?.schema ?? "dagfill", retryFor = 60_000, presence = true } = read;
  const name = quoted(schema);
  const retryMs = milliseconds(retryFor);
  const opened = given === undefined ? (pool as PgPool) : poolOf(given.url, retryMs);
  ignoreIdleErrors(opened);
  const state = { closed: false };
  const retrier = new Retrier(retryMs, () => state.closed, onRetry);
  try {
    await retrier.run<unknown>("be opened", () =>
      withClient<unknown>(opened, (client) =>
        makes === false ? insistOnTables(client, schema) : migrate(client, schema),
      ),
    );
  } catch (error) {
    if (own) await opened.end?.();
    throw error;
  }
  return new PostgresStore(opened, own, name, retrier, state, presence, now);
}

/** Makes the tables of the store, or those of an older version today's, for deployments whose role may not. `from` is 0 where there were
 *  none. */
export async function migratePostgresStore(
  client: PgClient,
  options: { schema?: string } = {},
): Promise<{ from: number; to: number }> {
  const { schema = "dagfill" } = fields<{ schema?: string }>(options, "options", { schema: SPEC.schema });
  try {
    return await migrate(client, schema);
  } catch (error) {
    throw error instanceof DagfillError
      ? error
      : storeFailed("the PostgreSQL store could not be migrated", error);
  }
}

async function withClient<T>(pool: PgPool, work: (client: PgClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failed = true;
  try {
    const result = await work(client);
    failed = false;
    return result;
  } finally {
    client.release?.(failed);
  }
}

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

function milliseconds(value: number | string): number {
  if (typeof value === "number" && value >= 0) return value;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(String(value)) ?? [];
  const ms = (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  if (ms > 0) return ms;
  const { message } = wrong("retryFor", 'milliseconds, or ISO 8601 such as "PT1M"', value);
  throw new DagfillError("INVALID_DURATION", message, { field: "retryFor" });
}

class PostgresStore implements RunStore {
  readonly durable = true;
  readonly #pool: PgPool;
  readonly #ownsPool: boolean;
  readonly #retrier: Retrier;
  readonly #state: { closed: boolean };
  readonly #reader: PostgresReader;
  readonly #writer: PostgresWriter;
  readonly #leases: PostgresLeases;

  constructor(
    pool: PgPool,
    ownsPool: boolean,
    schema: string,
    retrier: Retrier,
    state: { closed: boolean },
    presence: boolean,
    now: (() => number) | undefined,
  ) {
    this.#pool = pool;
    this.#ownsPool = ownsPool;
    this.#retrier = retrier;
    this.#state = state;
    this.#reader = new PostgresReader(pool, schema);
    this.#writer = new PostgresWriter(pool, schema, retrier, presence);
    this.#leases = new PostgresLeases(pool, schema, now, presence);
  }

  async apply(changes: readonly StoreChange[], fence?: Fence): Promise<void> {
    this.#open();
    return this.#writer.write(steps(changes), fence);
  }

  async listRuns(query: RunQuery): Promise<RunRecord[]> {
    checkQuery(query);
    return this.#read(() => this.#reader.runs(query));
  }

  async listHistory(query: HistoryQuery): Promise<RunHistory> {
    const search = checkHistoryQuery(query);
    return this.#read(() => this.#reader.history(search));
  }

  async countRuns(query: CountQuery): Promise<Record<RunState, number>> {
    const search = checkCountQuery(query);
    return this.#read(() => this.#reader.counts(search));
  }

  async listTaskInstances(dagId: string, runId: string): Promise<TaskInstance[]> {
    return this.#read(() => this.#reader.tasks(dagId, runId));
  }

  async getXcom(dagId: string, runId: string): Promise<Record<string, Record<string, Json>>> {
    return this.#read(() => this.#reader.xcom(dagId, runId));
  }

  async loadBackfill(id: string): Promise<Json | null> {
    return this.#read(() => this.#reader.backfill(id));
  }

  async listBackfills(
    query: { dagId?: string; unfinished?: boolean } = {},
  ): Promise<{ id: string; snapshot: Json }[]> {
    return this.#read(() => this.#reader.backfills(query));
  }

  async listRequests(id: string): Promise<{ seq: number; request: Request }[]> {
    return this.#read(() => this.#reader.requests(id));
  }

  async acquireLease(name: string, owner: string, ttlMs: number): Promise<Lease | null> {
    this.#open();
    checkLease(name, owner, ttlMs);
    const epoch = await this.#retrier.run("acquire a lease", () => this.#leases.take(name, owner, ttlMs));
    if (epoch === null) return null;
    return {
      epoch,
      renew: async () => {
        this.#open();
        return this.#retrier.run("renew a lease", () => this.#leases.renew(name, epoch, ttlMs));
      },
      release: async () => {
        if (this.#state.closed) return;
        await this.#retrier.run("release a lease", () => this.#leases.release(name, epoch));
      },
    };
  }

  async readLease(name: string): Promise<{ owner: string; epoch: number; expiresAt: number } | null> {
    return this.#read(() => this.#leases.read(name));
  }

  async close(): Promise<void> {
    if (this.#state.closed) return;
    this.#state.closed = true;
    await this.#writer.idle();
    await this.#writer.leave();
    this.#leases.close();
    if (this.#ownsPool) await this.#pool.end?.();
  }

  async #read<T>(work: () => Promise<T>): Promise<T> {
    this.#open();
    return this.#retrier.run("read", work);
  }

  #open(): void {
    if (this.#state.closed) throw storeClosed();
  }
}
