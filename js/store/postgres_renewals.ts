// Renewals of leases: those that come within a moment are one statement, so that hundreds of DAGs are no load by themselves.
import type { PgPool } from "./postgres_connection.js";
import { stored, told } from "./postgres_text.js";

interface Renewal {
  name: string;
  epoch: number;
  ttlMs: number;
  settle: (isHeld: boolean) => void;
  fail: (error: unknown) => void;
}

/** How long a renewal waits for others; a lease is renewed when a third of its time is over. */
const MOMENT_MS = 100;
/** Leases of less time do not wait. */
const SHORT_MS = 3_000;

export class PostgresRenewals {
  readonly #pool: PgPool;
  readonly #statement: string;
  readonly #clock: () => number | null;
  #waiting: Renewal[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `clock` is the statement's expression of now, whose parameter is $1. */
  constructor(pool: PgPool, table: string, clock: string, now: () => number | null) {
    this.#pool = pool;
    this.#clock = now;
    // Locked in the order of their names, as batches lock them: two that lock several in different orders would wait for each other.
    this.#statement = `WITH mine AS (SELECT l.name, t."ttlMs" FROM ${table} AS l
        JOIN json_to_recordset($2::json) AS t(name text, epoch bigint, "ttlMs" double precision) ON l.name = t.name AND l.epoch = t.epoch
        WHERE l.owner IS NOT NULL ORDER BY l.name FOR NO KEY UPDATE OF l)
      UPDATE ${table} AS l SET "expiresAt" = ${clock} + mine."ttlMs" FROM mine WHERE l.name = mine.name RETURNING l.name, l.epoch`;
  }

  /** Whether the lease was still held, and is for another `ttlMs`. */
  renew(name: string, epoch: number, ttlMs: number): Promise<boolean> {
    return new Promise((settle, fail) => {
      this.#waiting.push({ name, epoch, ttlMs, settle, fail });
      if (ttlMs < SHORT_MS) void this.#send();
      else this.#timer ??= setTimeout(() => void this.#send(), MOMENT_MS);
    });
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const renewals = this.#waiting;
    this.#waiting = [];
    const leases = renewals.map(({ name, epoch, ttlMs }) => ({ name: stored(name), epoch, ttlMs }));
    try {
      const { rows } = await this.#pool.query(this.#statement, [this.#clock(), JSON.stringify(leases)]);
      const held = new Map(rows.map(({ name, epoch }) => [told(name), Number(epoch)]));
      for (const { name, epoch, settle } of renewals) settle(held.get(name) === epoch);
    } catch (error) {
      for (const { fail } of renewals) fail(error);
    }
  }
}
