// The durable store of Node: one SQLite file by node:sqlite, nothing to install. Statements run synchronously and a
// commit waits for the disk, so everything that one turn of the event loop hands over shares one commit.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { DagfillError } from "../error.js";
import type { Json } from "../json.js";
import { checkLease } from "./lease.js";
import { checkCountQuery, checkHistoryQuery, checkQuery } from "./query.js";
import { storeClosed, storeFailed } from "./refusal.js";
import { openDatabase, reasonHint } from "./sqlite_file.js";
import { FileIdentity, fileOf } from "./sqlite_identity.js";
import { checkFence, SqliteLeases } from "./sqlite_lease.js";
import { readSqlite, type SqliteOptions } from "./sqlite_options.js";
import {
  readBackfill,
  readBackfills,
  readCounts,
  readHistory,
  readRequests,
  readRuns,
  readTasks,
  readXcom,
} from "./sqlite_read.js";
import { type Query, takeStep } from "./sqlite_step.js";
import { type Step, steps } from "./step.js";
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

export type { SqliteOptions };

/** Opens the store in the file at `path`, which is made when it is not there; its folder has to be. Needs Node >= 22.13.
 *
 *  STORE_FAILED when the file cannot be opened or is no store of dagfill, or one that a later version has written. */
export async function openSqliteStore(path: string, options: SqliteOptions = {}): Promise<RunStore> {
  const read = readSqlite(path, options);
  const database = await openDatabase(path, read);
  return new SqliteStore(path, database, read.now ?? Date.now);
}

interface Batch {
  steps: Step[];
  fence: Fence | undefined;
  resolve: () => void;
  reject: (error: DagfillError) => void;
}

class SqliteStore implements RunStore {
  /** @internal Minifying renames classes. */
  static readonly name: string = "SqliteStore";
  readonly durable: boolean;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #identity: FileIdentity;
  readonly #leases: SqliteLeases;
  readonly #statements = new Map<string, StatementSync>();
  #queue: Batch[] = [];
  #closed = false;
  /** The fate of the file, once the path names another. */
  #lost: string | undefined;

  constructor(path: string, database: DatabaseSync, now: () => number) {
    const file = fileOf(database);
    this.durable = file !== undefined;
    this.#path = path;
    this.#database = database;
    this.#identity = new FileIdentity(file);
    this.#leases = new SqliteLeases(this.#query, file, now);
  }

  async apply(changes: readonly StoreChange[], fence?: Fence): Promise<void> {
    this.#open();
    const planned = steps(changes);
    return new Promise((resolve, reject) => {
      if (this.#queue.length === 0) setImmediate(() => this.#flush());
      this.#queue.push({ steps: planned, fence: fence && { ...fence }, resolve, reject });
    });
  }

  #flush(): void {
    const batches = this.#queue;
    this.#queue = [];
    if (batches.length > 0) this.#commit(batches);
  }

  /** One transaction for all the batches, a savepoint for each: a batch that is refused takes nobody with it. When the disk
   *  does not take them together, each gets a transaction of its own, and so an answer of its own. */
  #commit(batches: readonly Batch[]): void {
    try {
      this.#sql("BEGIN IMMEDIATE").run();
    } catch (error) {
      for (const batch of batches) batch.reject(this.#failed("begin a transaction", error));
      return;
    }
    let answers: (DagfillError | null)[];
    try {
      answers = batches.map((batch) => this.#attempt(batch));
      this.#sql("COMMIT").run();
      this.#checkFile();
    } catch (error) {
      this.#rollBack();
      if (batches.length > 1 && this.#lost === undefined) {
        for (const batch of batches) this.#commit([batch]);
      } else for (const batch of batches) batch.reject(this.#failed("commit", error));
      return;
    }
    for (const [index, batch] of batches.entries()) {
      const refused = answers[index];
      if (refused) batch.reject(refused);
      else batch.resolve();
    }
  }

  /** null when the batch has been taken, else why not. Throws when the transaction itself is lost. */
  #attempt(batch: Batch): DagfillError | null {
    this.#sql("SAVEPOINT batch").run();
    try {
      if (batch.fence !== undefined) checkFence(this.#query, batch.fence);
      for (const [index, step] of batch.steps.entries()) takeStep(this.#query, step, index);
      this.#sql("RELEASE batch").run();
      return null;
    } catch (error) {
      try {
        this.#sql("ROLLBACK TO batch").run();
        this.#sql("RELEASE batch").run();
      } catch {
        // SQLite has ended the whole transaction, as it does when the disk is full.
        throw error;
      }
      return this.#failed("write", error);
    }
  }

  #rollBack(): void {
    try {
      this.#sql("ROLLBACK").run();
    } catch {
      // SQLite has rolled back by itself: there is no transaction any more.
    }
  }

  async listRuns(query: RunQuery): Promise<RunRecord[]> {
    checkQuery(query);
    return this.#use("read", () => readRuns(this.#query, query));
  }

  async listHistory(query: HistoryQuery): Promise<RunHistory> {
    const search = checkHistoryQuery(query);
    return this.#use("read", () => readHistory(this.#query, search));
  }

  async countRuns(query: CountQuery): Promise<Record<RunState, number>> {
    const search = checkCountQuery(query);
    return this.#use("read", () => readCounts(this.#query, search));
  }

  async listTaskInstances(dagId: string, runId: string): Promise<TaskInstance[]> {
    return this.#use("read", () => readTasks(this.#query, dagId, runId));
  }

  async getXcom(dagId: string, runId: string): Promise<Record<string, Record<string, Json>>> {
    return this.#use("read", () => readXcom(this.#query, dagId, runId));
  }

  async loadBackfill(id: string): Promise<Json | null> {
    return this.#use("read", () => readBackfill(this.#query, id));
  }

  async listBackfills(
    query: { dagId?: string; unfinished?: boolean } = {},
  ): Promise<{ id: string; snapshot: Json }[]> {
    return this.#use("read", () => readBackfills(this.#query, query));
  }

  async listRequests(id: string): Promise<{ seq: number; request: Request }[]> {
    return this.#use("read", () => readRequests(this.#query, id));
  }

  async acquireLease(name: string, owner: string, ttlMs: number): Promise<Lease | null> {
    checkLease(name, owner, ttlMs);
    const epoch = this.#write("acquire a lease", () => this.#leases.take(name, owner, ttlMs));
    if (epoch === null) return null;
    return {
      epoch,
      renew: async () => this.#write("renew a lease", () => this.#leases.renew(name, epoch, ttlMs)),
      release: async () => {
        // Also where the row stays: this process does not hold the lease any more.
        this.#leases.giveUp(name, epoch);
        if (!this.#closed) this.#write("release a lease", () => this.#leases.release(name, epoch));
      },
    };
  }

  async readLease(name: string): Promise<{ owner: string; epoch: number; expiresAt: number } | null> {
    return this.#use("read", () => this.#leases.read(name));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#statements.clear();
    this.#database.close();
  }

  readonly #query: Query = (sql) => this.#sql(sql);

  #sql(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #use<T>(attempt: string, job: () => T): T {
    this.#open();
    try {
      return job();
    } catch (error) {
      throw this.#failed(attempt, error);
    }
  }

  /** A job whose success is told only when it is in the file that the path names. */
  #write<T>(attempt: string, job: () => T): T {
    return this.#use(attempt, () => {
      const result = job();
      this.#checkFile();
      return result;
    });
  }

  #checkFile(): void {
    const loss = this.#identity.loss();
    if (loss === undefined) return;
    this.#lost = loss;
    throw storeLost(this.#path, loss);
  }

  #open(): void {
    if (this.#closed) throw storeClosed();
    if (this.#lost !== undefined) throw storeLost(this.#path, this.#lost);
  }

  #failed(attempt: string, error: unknown): DagfillError {
    return error instanceof DagfillError
      ? error
      : storeFailed(`the SQLite store "${this.#path}" could not ${attempt}`, error, reasonHint(error));
  }
}

function storeLost(path: string, loss: string): DagfillError {
  return new DagfillError("STORE_FAILED", `the SQLite store "${path}" cannot be used: ${loss}`, {
    hint: "what was acknowledged before is in the old file: put it back, or open a new store",
  });
}
