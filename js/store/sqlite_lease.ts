// Leases as rows. Taking one is one statement, so that of many processes exactly one finds it free.
import { isHeld, type LeaseRow } from "./lease.js";
import { staleOwner } from "./refusal.js";
import { hasEnded, processMark } from "./sqlite_presence.js";
import type { Query } from "./sqlite_step.js";
import type { Fence } from "./store.js";

/** `process` is the mark of the process that holds it. */
export type HeldRow = LeaseRow & { process: string | null };

const TAKE = `INSERT INTO leases (name, owner, epoch, expiresAt, process) VALUES (?1, ?2, 1, ?3, ?4)
  ON CONFLICT (name) DO UPDATE SET owner = ?2, epoch = epoch + 1, expiresAt = ?3, process = ?4
  WHERE owner IS NULL OR owner = ?2 OR expiresAt <= ?5 OR epoch = ?6 RETURNING epoch`;
const RENEW =
  "UPDATE leases SET expiresAt = ? WHERE name = ? AND epoch = ? AND owner IS NOT NULL RETURNING epoch";
const RELEASE =
  "UPDATE leases SET owner = NULL, expiresAt = 0 WHERE name = ? AND epoch = ? AND owner IS NOT NULL RETURNING epoch";

/** By file and lease: the epoch that a driver of this process has given up, although the file may not say so. The process lives, so
 *  that nothing else would show that nobody holds the lease. */
const givenUp = new Map<string, number>();

export class SqliteLeases {
  readonly #query: Query;
  readonly #file: string;
  readonly #now: () => number;

  constructor(query: Query, file: string | undefined, now: () => number) {
    this.#query = query;
    this.#file = file ?? `memory ${crypto.randomUUID()}`;
    this.#now = now;
  }

  /** The epoch of the new holder; null when somebody else holds the lease. */
  take(name: string, owner: string, ttlMs: number): number | null {
    const held = leaseRow(this.#query, name);
    // The epoch under which a process died frees the lease; should another have taken it meanwhile, it is no longer that.
    const dead = held !== undefined && this.#isFree(held) ? held.epoch : null;
    const now = this.#now();
    // all() runs a statement to its end, where it commits; get() would not see that commit fail.
    const [row] = this.#query(TAKE).all(name, owner, now + ttlMs, processMark(), now, dead);
    if (row === undefined) return null;
    givenUp.delete(this.#key(name));
    return (row as { epoch: number }).epoch;
  }

  /** false when the acquisition of that epoch does not hold the lease any more. */
  renew(name: string, epoch: number, ttlMs: number): boolean {
    return this.#query(RENEW).all(this.#now() + ttlMs, name, epoch).length > 0;
  }

  /** The holder of that epoch is gone, whether its release can be written or not. */
  giveUp(name: string, epoch: number): void {
    const key = this.#key(name);
    givenUp.set(key, Math.max(epoch, givenUp.get(key) ?? 0));
  }

  release(name: string, epoch: number): void {
    this.#query(RELEASE).all(name, epoch);
    if (givenUp.get(this.#key(name)) === epoch) givenUp.delete(this.#key(name));
  }

  /** The lease when somebody holds it who lives. */
  read(name: string): { owner: string; epoch: number; expiresAt: number } | null {
    const row = leaseRow(this.#query, name);
    if (!isHeld(row, this.#now()) || this.#isFree(row)) return null;
    return { owner: row.owner, epoch: row.epoch, expiresAt: row.expiresAt };
  }

  #isFree(row: HeldRow): boolean {
    if (hasEnded(row.process)) return true;
    return givenUp.get(this.#key(row.name)) === row.epoch && row.process === processMark();
  }

  #key(name: string): string {
    return `${this.#file}\0${name}`;
  }
}

/** Whether somebody holds the lease of the row who may be alive. */
export function isLive(row: HeldRow, now: number): boolean {
  return isHeld(row, now) && !hasEnded(row.process);
}

/** Throws when the lease has another epoch than the batch was decided under. */
export function checkFence(query: Query, fence: Fence): void {
  const current = leaseRow(query, fence.lease)?.epoch ?? 0;
  if (current !== fence.epoch) throw staleOwner(fence.lease, fence.epoch, current);
}

function leaseRow(query: Query, name: string): HeldRow | undefined {
  return query("SELECT * FROM leases WHERE name = ?").get(name) as HeldRow | undefined;
}
