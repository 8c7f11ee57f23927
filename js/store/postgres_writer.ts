// Batches on their way into PostgreSQL: those that are handed over while a transaction runs share the next one. A batch that is refused takes
// nobody with it, and a lost answer to COMMIT is asked for again.
import { DagfillError } from "../error.js";
import { grouped, Refused, writeGroup, writeSteps } from "./postgres_batch.js";
import {
  isDisconnect,
  type PgClient,
  type PgPool,
  type PgResult,
  type Retrier,
} from "./postgres_connection.js";
import { beginning, checkFence } from "./postgres_lease.js";
import { told } from "./postgres_text.js";
import type { Step } from "./step.js";
import type { Fence } from "./store.js";

interface Batch {
  steps: Step[];
  fence: Fence | undefined;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What became of each batch of a transaction: null when it is written. */
type Answers = (Error | null)[];

export class PostgresWriter {
  readonly #pool: PgPool;
  readonly #schema: string;
  readonly #retrier: Retrier;
  /** Names this writer in the table of writers, which says what the last transaction was that it committed. */
  readonly #id = crypto.randomUUID();
  #number = 0;
  #queue: Batch[] = [];
  #writing: Promise<void> | undefined;

  constructor(pool: PgPool, schema: string, retrier: Retrier) {
    this.#pool = pool;
    this.#schema = schema;
    this.#retrier = retrier;
  }

  write(steps: Step[], fence: Fence | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ steps, fence: fence && { ...fence }, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  /** Fulfils when everything that was handed over has its answer. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // What one turn of the event loop hands over shares a transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batches = this.#queue;
      this.#queue = [];
      await this.#commit(batches);
    }
    this.#writing = undefined;
  }

  async #commit(batches: readonly Batch[]): Promise<void> {
    let answers: Answers;
    try {
      answers = await this.#retrier.run("commit", () => this.#transaction(batches));
    } catch (error) {
      // A value that the database refuses is one batch's; the others get a transaction of their own.
      if (batches.length > 1 && !isDisconnect((error as DagfillError).cause)) {
        for (const batch of batches) await this.#commit([batch]);
      } else for (const batch of batches) batch.reject(error);
      return;
    }
    for (const [index, batch] of batches.entries()) {
      const refused = answers[index];
      if (refused) batch.reject(refused);
      else batch.resolve();
    }
  }

  /** All batches in one transaction, in as few statements as they need; when a step of them is refused, again, one by one. */
  async #transaction(batches: readonly Batch[]): Promise<Answers> {
    try {
      return await this.#attempt(batches, (client, taken) => this.#together(client, taken));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return this.#attempt(batches, (client, taken) => this.#apart(client, taken));
    }
  }

  async #together(client: PgClient, batches: readonly Batch[]): Promise<Answers> {
    for (const group of grouped(batches.flatMap(({ steps }) => steps))) {
      await writeGroup(client, this.#schema, group);
    }
    return batches.map(() => null);
  }

  async #apart(client: PgClient, batches: readonly Batch[]): Promise<Answers> {
    const answers: Answers = [];
    for (const { steps } of batches) {
      await client.query("SAVEPOINT batch");
      try {
        await writeSteps(client, this.#schema, steps);
        answers.push(null);
      } catch (error) {
        if (!(error instanceof DagfillError)) throw error;
        await client.query("ROLLBACK TO SAVEPOINT batch");
        answers.push(error);
      }
    }
    return answers;
  }

  async #attempt(
    batches: readonly Batch[],
    write: (client: PgClient, taken: readonly Batch[]) => Promise<Answers>,
  ): Promise<Answers> {
    const client = await this.#pool.connect();
    // An error of a client that nobody listens to ends the process; what is asked of it rejects as well.
    const lost = () => {};
    client.on?.("error", lost);
    let broken = false;
    try {
      const leases = [...new Set(batches.flatMap(({ fence }) => (fence ? [fence.lease] : [])))];
      this.#number += 1;
      const begin = beginning(this.#schema, this.#id, this.#number, leases);
      const [, session, fences] = (await client.query(begin)) as unknown as PgResult[];
      const epochs = new Map(fences?.rows.map(({ name, epoch }) => [told(name), Number(epoch)]));
      const answers: Answers = batches.map(({ fence }) => checkFence(fence, epochs) ?? null);
      const taken = batches.filter((_, index) => answers[index] === null);
      const written = await write(client, taken);
      for (const [at, batch] of taken.entries()) answers[batches.indexOf(batch)] = written[at] ?? null;
      await this.#end(client, session?.rows[0]);
      return answers;
    } catch (error) {
      broken = isDisconnect(error);
      if (!broken) await client.query("ROLLBACK").catch(() => (broken = true));
      throw error;
    } finally {
      client.removeListener?.("error", lost);
      if (broken) client.on?.("error", lost);
      client.release?.(broken);
    }
  }

  /** COMMIT. When its answer is lost, the table of writers says what became of the transaction. */
  async #end(client: PgClient, session: { pid: number; xid: string }): Promise<void> {
    try {
      await client.query("COMMIT");
    } catch (error) {
      if (!isDisconnect(error) || !(await this.#isCommitted(session))) throw error;
    }
  }

  /** Its own number, rather than pg_xact_status: a server that crashed may give the id of a transaction that it lost to another one. */
  async #isCommitted({ pid, xid }: { pid: number; xid: string }): Promise<boolean> {
    const number = this.#number;
    const { rows } = await this.#retrier.run("ask what became of a transaction", async () => {
      // The session may not know yet that it was cut off, and would hold its locks until it does.
      await this.#pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_xid::text = $2",
        [pid, xid],
      );
      // The lock waits until that session has ended.
      return this.#pool.query(`SELECT batch FROM ${this.#schema}.writers WHERE id = $1 FOR UPDATE`, [
        this.#id,
      ]);
    });
    return Number(rows[0]?.batch) === number;
  }

  /** Forgets the writer. */
  async leave(): Promise<void> {
    await this.#pool.query(`DELETE FROM ${this.#schema}.writers WHERE id = $1`, [this.#id]).catch(() => {});
  }
}
