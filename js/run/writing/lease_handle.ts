// Ownership of a DAG, kept for as long as its backfill runs.
import { DagfillError } from "../../error.js";
import type { Fence, Lease, RunStore } from "../../store/store.js";
import { SILENCE_MS, waitForStore } from "./store_watchdog.js";

/** How long a lease lives without being renewed, unless the host says otherwise. */
export const LEASE_MS = SILENCE_MS;

/** Leases that this process holds, by store and name. A clock that jumps forward makes the leases of its own drivers look expired to
 *  the store, while they are as alive as whoever asks. */
const held = new WeakMap<RunStore, Map<string, LeaseHandle>>();

function heldIn(store: RunStore): Map<string, LeaseHandle> {
  const known = held.get(store) ?? new Map<string, LeaseHandle>();
  held.set(store, known);
  return known;
}

/** Whether a driver of this process holds the lease. */
function isHeldHere(store: RunStore, name: string): boolean {
  return heldIn(store).has(name);
}

/** A name that no other driver has: a process or page, and within it one lease. A host that can tell whether a process of its
 *  own lives (see the SQLite store) need not wait for the lease of a dead one to expire. */
export function ownerName(): string {
  count += 1;
  return `${ownPrefix()}${count}`;
}

let count = 0;
let prefix: string | undefined;

function ownPrefix(): string {
  const { pid } = (globalThis as { process?: { pid?: number } }).process ?? {};
  prefix ??= `${pid === undefined ? "" : `pid-${pid}-`}${crypto.randomUUID()}-`;
  return prefix;
}

/** Describes an owner in words. */
export function described(owner: string | undefined): string {
  if (owner?.startsWith(ownPrefix())) return "this process itself";
  const [, pid] = /^pid-(\d+)-/.exec(owner ?? "") ?? [];
  return pid === undefined ? "another process or tab" : `another process (pid ${pid})`;
}

export function leaseOf(dagId: string): string {
  return `dag:${dagId}`;
}

/** A lease that renews itself. Its timer keeps Node alive: a process must not exit 0 in the middle of a backfill whose
 *  callback never settles. */
export class LeaseHandle {
  readonly fence: Fence;
  readonly #lease: Lease;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #forget: () => void;
  readonly #listeners = new Set<(error: DagfillError) => void>();
  readonly #leaseMs: number;
  #lost: DagfillError | undefined;
  /** When the last renewal was asked for that the store has confirmed. `performance.now()`. */
  #confirmed = performance.now();
  #renewing: Promise<void> | undefined;

  constructor(store: RunStore, name: string, lease: Lease, leaseMs: number) {
    this.#lease = lease;
    this.#leaseMs = leaseMs;
    this.#forget = () => {
      if (heldIn(store).get(name) === this) heldIn(store).delete(name);
    };
    heldIn(store).set(name, this);
    this.fence = { lease: name, epoch: lease.epoch };
    this.#timer = setInterval(() => void this.#renewOnce(), leaseMs / 3);
  }

  /** `listener` is called once if the lease goes to somebody else, until the returned function is called; at once where it has gone. */
  onLost(listener: (error: DagfillError) => void): () => void {
    if (this.#lost === undefined) this.#listeners.add(listener);
    else listener(this.#lost);
    return () => this.#listeners.delete(listener);
  }

  /** Whether nobody else can have it. A process that stood still for longer than the lease does not know, and asks the store. */
  async isHeld(): Promise<boolean> {
    const isSure = () => this.#lost === undefined && performance.now() - this.#confirmed < this.#leaseMs;
    if (this.#lost === undefined && !isSure()) await this.#renewOnce();
    return isSure();
  }

  #renewOnce(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const asked = performance.now();
    let holds: boolean;
    try {
      holds = await this.#lease.renew();
    } catch {
      // A store that fails says so when it is written to; whether the lease is lost shows then.
      return;
    }
    if (holds) this.#confirmed = asked;
    else this.lose();
  }

  /** The lease has gone to somebody else: a renewal or a refused batch has shown it. */
  lose(): void {
    clearInterval(this.#timer);
    this.#forget();
    const error = leaseLost(this.fence.lease);
    this.#lost = error;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(error);
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    this.#forget();
    try {
      // A lease that is not released by then has expired.
      await waitForStore(this.#lease.release(), () => true);
    } catch {
      // It expires by itself.
    }
  }
}

/** The error of a driver that has lost its lease. A browser deletes leases with all of a site's data. */
export function leaseLost(lease: string): DagfillError {
  const whose = lease.replace("dag:", "the lease of DAG ");
  const message = `${whose} has gone to another owner (another tab or process), or was deleted: no further runs start here`;
  return new DagfillError("STALE_OWNER", message);
}

/** Waits for a lease. One that comes when it is no longer waited for is given back. */
export async function acquireInTime(
  asked: Promise<LeaseHandle>,
  isAborted: () => boolean,
): Promise<LeaseHandle> {
  try {
    return await waitForStore(asked, isAborted);
  } catch (error) {
    asked.then((held) => held.release()).catch(() => {});
    throw error;
  }
}

async function acquire(store: RunStore, name: string, leaseMs: number): Promise<LeaseHandle | null> {
  if (isHeldHere(store, name)) return null;
  const lease = await store.acquireLease(name, ownerName(), leaseMs);
  return lease === null ? null : new LeaseHandle(store, name, lease, leaseMs);
}

/** A lease that nobody else has: of one run by hand, or of one scheduler. */
export async function acquireOwnLease(
  store: RunStore,
  kind: "run" | "scheduler",
  leaseMs: number,
): Promise<LeaseHandle> {
  const name = `${kind}:${crypto.randomUUID()}`;
  const lease = await acquire(store, name, leaseMs);
  if (lease !== null) return lease;
  throw new DagfillError(
    "STORE_FAILED",
    `the store refused the lease ${name}, which no other process can hold`,
  );
}

/** A lease that others hold for moments: waits for it while it `isWanted`. */
export async function acquireSharedLease(
  store: RunStore,
  name: string,
  leaseMs: number,
  isWanted: () => boolean,
): Promise<LeaseHandle | undefined> {
  while (isWanted()) {
    const lease = await acquire(store, name, leaseMs);
    if (lease !== null) return lease;
    await new Promise((resolve) => setTimeout(resolve, SHARED_RETRY_MS));
  }
  return undefined;
}

const SHARED_RETRY_MS = 50;

/** The lease of a DAG, or BACKFILL_ACTIVE while another driver has it. */
export async function acquireDagLease(store: RunStore, dagId: string, leaseMs: number): Promise<LeaseHandle> {
  const name = leaseOf(dagId);
  const lease = await acquire(store, name, leaseMs);
  if (lease !== null) return lease;
  const holder = await store.readLease(name);
  const owner = isHeldHere(store, name) ? ownPrefix() : holder?.owner;
  throw new DagfillError(
    "BACKFILL_ACTIVE",
    `a backfill of DAG ${dagId} is being driven by ${described(owner)}`,
    {
      field: "dagId",
      hint: "wait until it has ended; if its process is dead, its lease expires within seconds",
      ...(holder === null ? {} : { details: { owner: holder.owner, expiresAt: holder.expiresAt } }),
    },
  );
}
