// The durable store of the browser: one IndexedDB database an origin and name, shared by its tabs and workers. Each batch
// is one transaction with strict durability; leases expire like any store's, and are free at once when their tab is gone.
import { DagfillError } from "../error.js";
import type { Json } from "../json.js";
import { openDatabase, reasonHint } from "./indexeddb_database.js";
import { answer, ended, runKeys, takeStep } from "./indexeddb_step.js";
import { checkLease, isHeld, isOwn, type LeaseRow, taken } from "./lease.js";
import { enter, isGone, type Presence, patience } from "./presence.js";
import { checkQuery, type RunSearch, runSearch, selects } from "./query.js";
import { staleOwner, storeClosed, storeFailed } from "./refusal.js";
import { type BackfillRow, type RunRow, runRecord, type TaskRow, taskInstance, type XcomRow } from "./row.js";
import { steps } from "./step.js";
import type { Fence, Lease, RunQuery, RunRecord, RunStore, StoreChange, TaskInstance } from "./store.js";

export interface IndexedDbOptions {
  /** The clock of the leases, epoch milliseconds. Default `Date.now`. */
  now?: () => number;
}

/** Opens the store in the origin's database `name`, default "dagfill", which is made when it is not there.
 *
 *  STORE_FAILED when the browser denies storage here, when the database has been written by a later version, or when another
 *  tab holds on to an older one. */
export async function openIndexedDbStore(
  name = "dagfill",
  options: IndexedDbOptions = {},
): Promise<RunStore> {
  return new IndexedDbStore(name, await openDatabase(name), options.now ?? Date.now);
}

/** `presence` names what its holder shows while it lives; null where the browser has no Web Locks. */
type HeldRow = LeaseRow & { presence: string | null };

const EVERYTHING = ["runs", "tasks", "xcom", "backfills", "leases"];

class IndexedDbStore implements RunStore {
  /** @internal Minifying renames classes. */
  static readonly name: string = "IndexedDbStore";
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
    database.onversionchange = () => {
      this.#unusable = "a page of a later version has taken the database over; reload this one";
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
    return this.#read(["runs"], async (transaction) => {
      const runs = transaction.objectStore("runs");
      const after: RunRow | undefined =
        query.after === undefined ? undefined : await answer(runs.get([query.dagId, query.after]));
      const search = runSearch(query, after?.executionMs);
      if (search.from > search.to || search.limit === 0) return [];
      const range = IDBKeyRange.bound([search.dagId, search.from], [search.dagId, search.to]);
      return (await searched(runs.index("byDate"), range, search)).map(runRecord);
    });
  }

  async listTaskInstances(dagId: string, runId: string): Promise<TaskInstance[]> {
    return this.#read(["tasks"], async (transaction) => {
      const rows: TaskRow[] = await answer(transaction.objectStore("tasks").getAll(runKeys(dagId, runId)));
      return rows.map(taskInstance);
    });
  }

  async getXcom(dagId: string, runId: string): Promise<Record<string, Record<string, Json>>> {
    return this.#read(["xcom"], async (transaction) => {
      const rows: XcomRow[] = await answer(transaction.objectStore("xcom").getAll(runKeys(dagId, runId)));
      const tasks = new Map<string, [string, Json][]>();
      for (const { taskId, key, value } of rows) {
        const entries = tasks.get(taskId) ?? [];
        entries.push([key, JSON.parse(value)]);
        tasks.set(taskId, entries);
      }
      // fromEntries makes own members of every key, `__proto__` too.
      return Object.fromEntries([...tasks].map(([taskId, entries]) => [taskId, Object.fromEntries(entries)]));
    });
  }

  async loadBackfill(id: string): Promise<Json | null> {
    return this.#read(["backfills"], async (transaction) => {
      const row: BackfillRow | undefined = await answer(transaction.objectStore("backfills").get(id));
      return row === undefined ? null : JSON.parse(row.snapshot);
    });
  }

  async listBackfills(
    query: { dagId?: string; unfinished?: boolean } = {},
  ): Promise<{ id: string; snapshot: Json }[]> {
    return this.#read(["backfills"], async (transaction) => {
      const rows: BackfillRow[] = await answer(
        transaction.objectStore("backfills").index("byPlace").getAll(),
      );
      return rows
        .filter(
          ({ dagId, finished }) =>
            dagId === (query.dagId ?? dagId) && !(query.unfinished === true && finished),
        )
        .map(({ id, snapshot }) => ({ id, snapshot: JSON.parse(snapshot) }));
    });
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

/** Without a limit all rows come in one request, which is much faster than a cursor; with one a cursor stops early. */
async function searched(index: IDBIndex, range: IDBKeyRange, search: RunSearch): Promise<RunRow[]> {
  if (search.limit === Number.POSITIVE_INFINITY) {
    const rows: RunRow[] = await answer(index.getAll(range));
    const found = rows.filter((row) => selects(search, row));
    return search.descending ? found.reverse() : found;
  }
  const found: RunRow[] = [];
  const request = index.openCursor(range, search.descending ? "prev" : "next");
  let cursor = await answer(request);
  while (cursor !== null) {
    if (selects(search, cursor.value)) found.push(cursor.value);
    if (found.length >= search.limit) break;
    cursor.continue();
    cursor = await answer(request);
  }
  return found;
}
