// When a lease may be taken, and how its row changes. The SQLite store says the same in one statement.
import { wrong } from "../options.js";

export interface LeaseRow {
  name: string;
  /** null: released. The row stays, for its epoch must never come again. */
  owner: string | null;
  epoch: number;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** The row after `owner` has taken the lease; null when somebody else holds it. */
export function taken(
  row: LeaseRow | undefined,
  name: string,
  owner: string,
  ttlMs: number,
  now: number,
): LeaseRow | null {
  if (row !== undefined && isHeld(row, now) && row.owner !== owner) return null;
  return { name, owner, epoch: (row?.epoch ?? 0) + 1, expiresAt: now + ttlMs };
}

export function isHeld(row: LeaseRow | undefined, now: number): row is LeaseRow & { owner: string } {
  return row !== undefined && row.owner !== null && row.expiresAt > now;
}

/** Whether the acquisition that got `epoch` is still the last one and was not released. */
export function isOwn(row: LeaseRow | undefined, epoch: number): row is LeaseRow {
  return row !== undefined && row.epoch === epoch && row.owner !== null;
}

export function checkLease(name: unknown, owner: unknown, ttlMs: unknown): void {
  if (typeof name !== "string" || name === "") throw wrong("name", "a text that is not empty", name);
  if (typeof owner !== "string" || owner === "") throw wrong("owner", "a text that is not empty", owner);
  if (typeof ttlMs !== "number" || !(ttlMs > 0 && ttlMs < Number.POSITIVE_INFINITY)) {
    throw wrong("ttlMs", "milliseconds > 0", ttlMs);
  }
}
