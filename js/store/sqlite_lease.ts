// Leases as rows. Taking one is one statement, so that of many processes exactly one finds it free.
import { isHeld, type LeaseRow } from "./lease.js";
import { staleOwner } from "./refusal.js";
import { hasEnded, processMark } from "./sqlite_presence.js";
import type { Query } from "./sqlite_step.js";
import type { Fence } from "./store.js";

/** `process` is the mark of the process that holds it. */
type HeldRow = LeaseRow & { process: string | null };

const TAKE = `INSERT INTO leases (name, owner, epoch, expiresAt, process) VALUES (?1, ?2, 1, ?3, ?4)
  ON CONFLICT (name) DO UPDATE SET owner = ?2, epoch = epoch + 1, expiresAt = ?3, process = ?4
  WHERE owner IS NULL OR owner = ?2 OR expiresAt <= ?5 OR epoch = ?6 RETURNING epoch`;
const RENEW =
  "UPDATE leases SET expiresAt = ? WHERE name = ? AND epoch = ? AND owner IS NOT NULL RETURNING epoch";
const RELEASE =
  "UPDATE leases SET owner = NULL, expiresAt = 0 WHERE name = ? AND epoch = ? AND owner IS NOT NULL RETURNING epoch";

/** The epoch of the new holder; null when somebody else holds the lease. */
export function takeLease(
  query: Query,
  name: string,
  owner: string,
  ttlMs: number,
  now: number,
): number | null {
  const held = leaseRow(query, name);
  // The epoch under which a process died frees the lease; should another have taken it meanwhile, it is no longer that.
  const dead = held !== undefined && hasEnded(held.process) ? held.epoch : null;
  // all() runs a statement to its end, where it commits; get() would not see that commit fail.
  const [row] = query(TAKE).all(name, owner, now + ttlMs, processMark(), now, dead);
  return row === undefined ? null : (row as { epoch: number }).epoch;
}

/** false when the acquisition of that epoch does not hold the lease any more. */
export function renewLease(query: Query, name: string, epoch: number, expiresAt: number): boolean {
  return query(RENEW).all(expiresAt, name, epoch).length > 0;
}

export function releaseLease(query: Query, name: string, epoch: number): void {
  query(RELEASE).all(name, epoch);
}

/** The lease when somebody holds it who lives. */
export function readLease(
  query: Query,
  name: string,
  now: number,
): { owner: string; epoch: number; expiresAt: number } | null {
  const row = leaseRow(query, name);
  if (!isHeld(row, now) || hasEnded(row.process)) return null;
  return { owner: row.owner, epoch: row.epoch, expiresAt: row.expiresAt };
}

/** Throws when the lease has another epoch than the batch was decided under. */
export function checkFence(query: Query, fence: Fence): void {
  const current = leaseRow(query, fence.lease)?.epoch ?? 0;
  if (current !== fence.epoch) throw staleOwner(fence.lease, fence.epoch, current);
}

function leaseRow(query: Query, name: string): HeldRow | undefined {
  return query("SELECT * FROM leases WHERE name = ?").get(name) as HeldRow | undefined;
}
