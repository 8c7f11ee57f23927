// Leases by the clock of the database, which all machines share. Whether a holder lives shows in a lock of its session: the server drops it
// as soon as the process is gone, also one that was killed, so that nobody waits for a dead holder's lease to expire.
import { ignoreIdleErrors, type PgPool } from "./postgres_connection.js";
import { PostgresRenewals } from "./postgres_renewals.js";
import { literal, stored, told } from "./postgres_text.js";
import { staleOwner } from "./refusal.js";

const CLOCK = "coalesce($1::double precision, extract(epoch FROM clock_timestamp()) * 1000)";

/** Whether the session that a lease names is gone. */
const GONE = (
  lease: string,
) => `(${lease}.presence IS NOT NULL AND NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory'
  AND objsubid = 1 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND ((classid::bigint << 32) | objid::bigint) = ${lease}.presence))`;

export class PostgresLeases {
  readonly #pool: PgPool;
  readonly #table: string;
  readonly #now: (() => number) | undefined;
  readonly #presence: Presence | undefined;
  readonly #renewals: PostgresRenewals;

  constructor(pool: PgPool, schema: string, now: (() => number) | undefined, shown: boolean) {
    this.#pool = pool;
    this.#table = `${schema}.leases`;
    this.#now = now;
    if (shown) this.#presence = new Presence(pool);
    this.#renewals = new PostgresRenewals(pool, this.#table, CLOCK, () => this.#clock());
  }

  /** The epoch of the new holder; null when somebody else holds the lease. */
  async take(name: string, owner: string, ttlMs: number): Promise<number | null> {
    // Shown before the row names it: a presence that a row names and nobody shows is one whose session is gone.
    const presence = (await this.#presence?.show()) ?? null;
    const { rows } = await this.#pool.query(
      `INSERT INTO ${this.#table} AS l (name, owner, epoch, "expiresAt", presence) VALUES ($2, $3, 1, ${CLOCK} + $4, $5::bigint)
        ON CONFLICT (name) DO UPDATE SET owner = $3, epoch = l.epoch + 1, "expiresAt" = ${CLOCK} + $4, presence = $5::bigint
        WHERE l.owner IS NULL OR l.owner = $3 OR l."expiresAt" <= ${CLOCK} OR ${GONE("l")} RETURNING epoch`,
      [this.#clock(), stored(name), stored(owner), ttlMs, presence],
    );
    return rows[0] === undefined ? null : Number(rows[0].epoch);
  }

  async renew(name: string, epoch: number, ttlMs: number): Promise<boolean> {
    await this.#presence?.show();
    return this.#renewals.renew(name, epoch, ttlMs);
  }

  async release(name: string, epoch: number): Promise<void> {
    await this.#pool.query(
      `UPDATE ${this.#table} SET owner = NULL, "expiresAt" = 0 WHERE name = $1 AND epoch = $2`,
      [stored(name), epoch],
    );
  }

  async read(name: string): Promise<{ owner: string; epoch: number; expiresAt: number } | null> {
    const { rows } = await this.#pool.query(
      `SELECT owner, epoch, "expiresAt" FROM ${this.#table} AS l
        WHERE name = $2 AND owner IS NOT NULL AND "expiresAt" > ${CLOCK} AND NOT ${GONE("l")}`,
      [this.#clock(), stored(name)],
    );
    const [row] = rows;
    if (row === undefined) return null;
    return { owner: told(row.owner), epoch: Number(row.epoch), expiresAt: Number(row.expiresAt) };
  }

  close(): void {
    this.#presence?.leave();
  }

  #clock(): number | null {
    return this.#now?.() ?? null;
  }
}

/** A session of its own that holds a lock for as long as the store is open. */
class Presence {
  readonly #pool: PgPool;
  readonly #key: string;
  /** Fulfils with the function that ends the session. */
  #session: Promise<() => void> | undefined;

  constructor(pool: PgPool) {
    this.#pool = pool;
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
    // 63 bits: a bigint that is not negative.
    this.#key = String((BigInt(high & 0x7fff_ffff) << 32n) | BigInt(low));
  }

  /** The key of the lock, which is held when the promise fulfils. */
  async show(): Promise<string> {
    this.#session ??= this.#open();
    try {
      await this.#session;
    } catch (error) {
      this.#session = undefined;
      throw error;
    }
    return this.#key;
  }

  async #open(): Promise<() => void> {
    const client = await this.#pool.connect();
    let isOpen = true;
    // A pool takes a client back once, and an error may be told of one that has left already.
    const end = () => {
      if (isOpen) client.release?.(true);
      isOpen = false;
    };
    // The session is gone: the next one that is shown has the same key.
    client.on?.("error", () => {
      if (isOpen) this.#session = undefined;
      end();
    });
    ignoreIdleErrors(client);
    try {
      await client.query("SELECT pg_advisory_lock_shared($1::bigint)", [this.#key]);
    } catch (error) {
      end();
      throw error;
    }
    return end;
  }

  leave(): void {
    this.#session?.then((end) => end()).catch(() => {});
    this.#session = undefined;
  }
}

/** The statement that begins a transaction of many messages: it notes the writer's number of it, and locks the leases of the fences until the
 *  end, so that nobody takes one over in the middle of a batch. Answers the session and the transaction, then the leases' epochs. */
export function beginning(schema: string, writer: string, number: number, leases: readonly string[]): string {
  const note = `INSERT INTO ${schema}.writers AS w (id, batch) VALUES ('${writer}', ${number})
    ON CONFLICT (id) DO UPDATE SET batch = excluded.batch RETURNING pg_backend_pid() AS pid, pg_current_xact_id()::xid::text AS xid`;
  const names = leases.map((name) => literal(stored(name)));
  const fence = `SELECT name, epoch FROM ${schema}.leases WHERE name IN (${names.join(", ")}) ORDER BY name FOR SHARE`;
  return ["BEGIN", note, ...(names.length === 0 ? [] : [fence])].join("; ");
}

/** Why a batch under a fence is refused; undefined when it is not. */
export function checkFence(
  fence: { lease: string; epoch: number } | undefined,
  epochs: ReadonlyMap<string, number>,
): Error | undefined {
  if (fence === undefined) return undefined;
  const current = epochs.get(fence.lease) ?? 0;
  return current === fence.epoch ? undefined : staleOwner(fence.lease, fence.epoch, current);
}
