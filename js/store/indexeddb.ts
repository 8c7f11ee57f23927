// The durable store of the browser: one IndexedDB database an origin and name, shared by its tabs and workers. Each batch
// is one transaction with strict durability; leases expire like any store's, and are free at once when their tab is gone.
import { DagfillError } from "../error.js";
import type { Json } from "../json.js";
import { callback, fields } from "../options.js";
import type { Warning } from "../warning.js";
import { openDatabase, reasonHint } from "./indexeddb_database.js";
import {
  readBackfill,
  readBackfills,
  readCounts,
  readHistory,
  readRequests,
  readRuns,
  readTasks,
  readXcom,
} from "./indexeddb_read.js";
import { answer, ended, takeStep } from "./indexeddb_step.js";
import { checkLease, isHeld, isOwn, type LeaseRow, taken } from "./lease.js";
import { announce } from "./migration.js";
import { enter, isGone, type Presence, patience } from "./presence.js";
import { checkCountQuery, checkHistoryQuery, checkQuery } from "./query.js";
import { staleOwner, storeClosed, storeFailed } from "./refusal.js";
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

export interface IndexedDbOptions {
  /** The clock of the leases, epoch milliseconds. Default `Date.now`. */
  now?: () => number;
  /** Called when opening a database of an older version has changed what it says. Default: `console.warn`. */
  onWarning?: (warning: Warning) => void;
}

/** Opens the store in the origin's database `name`, default "dagfill", which is made when it is not there.
 *
 *  STORE_FAILED when the browser denies storage here, when the database has been written by a later version, or when another
 *  tab holds on to an older one. */
export async function openIndexedDbStore(
  name = "dagfill",
  options: IndexedDbOptions = {},
): Promise<RunStore> {
  const { now = Date.now, onWarning = announce } = fields<IndexedDbOptions>(options, "options", {
    now: callback(),
    onWarning: callback(),
  });
  return new IndexedDbStore(name, await openDatabase(name, onWarning), now);
}

/** `presence` names what its holder shows while it lives; null where the browser has no Web Locks. */
type HeldRow = LeaseRow & { presence: string | null };

const EVERYTHING = ["runs", "tasks", "xcom", "backfills", "requests", "leases"];

class IndexedDbStore implements RunStore {
  /** @internal Minifying renames classes. */
  static readonly name: string = "IndexedDbStore";
  /** @internal Vue puts no proxy around it then, which its private fields would refuse. */
  readonly __v_skip = true;
  readonly durable = true;
  readonly #name: string;
  readonly #database: IDBDatabase;
  readonly #now: () => number;
  readonly #writing = new Set<Promise<unknown>>();
  readonly #presences = new Set<Presence>();
  #unusable: string | null = null;

  constructor(name: string, database: IDBDatabase, now: () => number) {
    this.#name = name;
    this.#database = database;
    this.#now = now;
    // A page of a later version wants to change the database: whoever does not let go would block it.
    database.onversionchange = ({ newVersion }) => {
      this.#unusable =
        newVersion === null
          ? "the database was deleted; reload this page"
          : "a page of a later version has taken the database over; reload this one";
      database.close();
    };
    database.onclose = () => {
      this.#unusable = "the browser has closed the database, as it does when site data is cleared";
    };
  }

  async apply(changes: readonly StoreChange[], fence?: Fence): Promise<void> {
    this.#open();
    const planned = steps(changes);
    await this.#write(EVERYTHING, async (transaction) => {
      if (fence !== undefined) await checkFence(transaction, { ...fence });
      for (const [index, step] of planned.entries()) await takeStep(transaction, step, index);
    });
  }

  async listRuns(query: RunQuery): Promise<RunRecord[]> {
    this.#open();
    checkQuery(query);
    return this.#read(["runs"], (transaction) => readRuns(transaction, query));
  }

  async listHistory(query: HistoryQuery): Promise<RunHistory> {
    const search = checkHistoryQuery(query);
    return this.#read(["runs"], (transaction) => readHistory(transaction, search));
  }

  async countRuns(query: CountQuery): Promise<Record<RunState, number>> {
    const search = checkCountQuery(query);
    return this.#read(["runs"], (transaction) => readCounts(transaction, search));
  }

  async listTaskInstances(dagId: string, runId: string): Promise<TaskInstance[]> {
    return this.#read(["tasks"], (transaction) => readTasks(transaction, dagId, runId));
  }

  async getXcom(dagId: string, runId: string): Promise<Record<string, Record<string, Json>>> {
    return this.#read(["xcom"], (transaction) => readXcom(transaction, dagId, runId));
  }

  async loadBackfill(id: string): Promise<Json | null> {
    return this.#read(["backfills"], (transaction) => readBackfill(transaction, id));
  }

  async listBackfills(
    query: { dagId?: string; unfinished?: boolean } = {},
  ): Promise<{ id: string; snapshot: Json }[]> {
    return this.#read(["backfills"], (transaction) => readBackfills(transaction, query));
  }

  async listRequests(id: string): Promise<{ seq: number; request: Request }[]> {
    return this.#read(["requests"], (transaction) => readRequests(transaction, id));
  }

  async acquireLease(name: string, owner: string, ttlMs: number): Promise<Lease | null> {
    this.#open();
    checkLease(name, owner, ttlMs);
    // Shown before the row names it: a presence that a row names and nobody shows is one whose page is gone.
    const presence = await enter();
    const row = await this.#take(name, owner, ttlMs, presence).catch((error) => {
      presence?.leave();
      throw error;
    });
    if (row === null) {
      presence?.leave();
      return null;
    }
    if (presence !== null) this.#presences.add(presence);
    const { epoch } = row;
    const end = (): void => {
      presence?.leave();
      if (presence !== null) this.#presences.delete(presence);
    };
    return {
      epoch,
      renew: async () => {
        this.#open();
        const renewed = await this.#change(name, epoch, () => ({
          expiresAt: this.#now() + patience(ttlMs, presence),
        }));
        if (!renewed) end();
        return renewed;
      },
      release: async () => {
        try {
          if (this.#unusable === null) await this.#change(name, epoch, () => ({ owner: null, expiresAt: 0 }));
        } finally {
          end();
        }
      },
    };
  }

  /** The transaction alone decides who gets the lease; the presences only say beforehand which row is a dead tab's. */
  async #take(
    name: string,
    owner: string,
    ttlMs: number,
    presence: Presence | null,
  ): Promise<LeaseRow | null> {
    const before = await this.#leaseRow(name);
    const dead = before !== undefined && (await isGone(before.presence)) ? before.epoch : undefined;
    return this.#write(["leases"], async (transaction) => {
      const leases = transaction.objectStore("leases");
      const found: HeldRow | undefined = await answer(leases.get(name));
      const row = found !== undefined && found.epoch === dead ? { ...found, owner: null } : found;
      const next = taken(row, name, owner, patience(ttlMs, presence), this.#now());
      if (next !== null) await answer(leases.put({ ...next, presence: presence?.token ?? null }));
      return next;
    });
  }

  /** Changes the lease's row if it is still that of `epoch`. */
  #change(name: string, epoch: number, change: () => Partial<HeldRow>): Promise<boolean> {
    return this.#write(["leases"], async (transaction) => {
      const leases = transaction.objectStore("leases");
      const row: HeldRow | undefined = await answer(leases.get(name));
      if (!isOwn(row, epoch)) return false;
      await answer(leases.put({ ...row, ...change() }));
      return true;
    });
  }

  async readLease(name: string): Promise<{ owner: string; epoch: number; expiresAt: number } | null> {
    this.#open();
    const row = await this.#leaseRow(name);
    if (!isHeld(row, this.#now()) || (await isGone(row.presence))) return null;
    return { owner: row.owner, epoch: row.epoch, expiresAt: row.expiresAt };
  }

  #leaseRow(name: string): Promise<HeldRow | undefined> {
    return this.#read(["leases"], (transaction) => answer(transaction.objectStore("leases").get(name)));
  }

  async close(): Promise<void> {
    this.#unusable ??= "it was closed";
    this.#database.close();
    await Promise.allSettled(this.#writing);
    for (const presence of this.#presences) presence.leave();
    this.#presences.clear();
  }

  async #read<T>(names: string[], work: (transaction: IDBTransaction) => Promise<T>): Promise<T> {
    this.#open();
    try {
      return await work(this.#database.transaction(names, "readonly"));
    } catch (error) {
      throw error instanceof DagfillError ? error : this.#failed("read", error);
    }
  }

  async #write<T>(names: string[], work: (transaction: IDBTransaction) => Promise<T>): Promise<T> {
    const written = this.#transact(names, work);
    this.#writing.add(written);
    try {
      return await written;
    } finally {
      this.#writing.delete(written);
    }
  }

  /** All that `work` asks for, durable when the promise fulfils; nothing of it when `work` throws. */
  async #transact<T>(names: string[], work: (transaction: IDBTransaction) => Promise<T>): Promise<T> {
    let transaction: IDBTransaction;
    try {
      transaction = this.#database.transaction(names, "readwrite", { durability: "strict" });
    } catch (error) {
      throw this.#failed("begin a transaction", error);
    }
    const end = ended(transaction);
    try {
      const result = await work(transaction);
      transaction.commit();
      await end;
      return result;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It has aborted by itself, and knows why.
      }
      await end.catch(() => {});
      throw error instanceof DagfillError ? error : this.#failed("write", transaction.error ?? error);
    }
  }

  #open(): void {
    if (this.#unusable !== null) throw storeClosed(this.#unusable);
  }

  #failed(attempt: string, error: unknown): DagfillError {
    return storeFailed(`the IndexedDB store "${this.#name}" could not ${attempt}`, error, reasonHint(error));
  }
}

async function checkFence(transaction: IDBTransaction, fence: Fence): Promise<void> {
  const row: HeldRow | undefined = await answer(transaction.objectStore("leases").get(fence.lease));
  const current = row?.epoch ?? 0;
  if (current !== fence.epoch) throw staleOwner(fence.lease, fence.epoch, current);
}
