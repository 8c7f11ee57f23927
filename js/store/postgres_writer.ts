// Batches on their way into PostgreSQL: those that are handed over while a transaction runs share the next one. A batch that is refused takes
// nobody with it, and a lost answer to COMMIT is asked for again.
import { DagfillError } from "../error.js";
import { writeSteps } from "./postgres_batch.js";
import {
  isDisconnect,
  isPassing,
  type PgClient,
  type PgPool,
  type PgResult,
  type Retrier,
} from "./postgres_connection.js";
import { beginning, checkFence } from "./postgres_lease.js";
import { PostgresMessages } from "./postgres_message.js";
import { told } from "./postgres_text.js";
import type { Step } from "./step.js";
import type { Fence } from "./store.js";

interface Batch {
  steps: Step[];
  fence: Fence | undefined;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** The outcome of each batch of a transaction: null when it is written. */
type Answers = (Error | null)[];

export class PostgresWriter {
  readonly #pool: PgPool;
  readonly #schema: string;
  readonly #retrier: Retrier;
  /** Names this writer in the table of writers, which says what the last transaction was that it committed. */
  readonly #id = crypto.randomUUID();
  readonly #messages: PostgresMessages;
  /** Of the last transaction that was tried: even. */
  #number = 0;
  #queue: Batch[] = [];
  #writing: Promise<void> | undefined;

  constructor(pool: PgPool, schema: string, retrier: Retrier, keepsSessions: boolean) {
    this.#pool = pool;
    this.#schema = schema;
    this.#retrier = retrier;
    this.#messages = new PostgresMessages(schema, this.#id, keepsSessions);
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
    // Batches that are handed over in one turn of the event loop share a transaction.
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

  /** All batches in one transaction and one message; when it is refused, again, step by step, to say what is to blame. */
  async #transaction(batches: readonly Batch[]): Promise<Answers> {
    try {
      return await this.#withClient((client) => this.#together(client, batches));
    } catch (error) {
      if (isPassing(error) || error instanceof DagfillError) throw error;
      return this.#withClient((client) => this.#apart(client, batches));
    }
  }

  async #together(client: PgClient, batches: readonly Batch[]): Promise<Answers> {
    const steps = batches.flatMap((batch) => batch.steps);
    const fences = batches.flatMap(({ fence }) => fence ?? []);
    this.#number += 2;
    await this.#settled(this.#messages.commit(client, this.#number, steps, fences));
    return batches.map(() => null);
  }

  async #apart(client: PgClient, batches: readonly Batch[]): Promise<Answers> {
    const leases = [...new Set(batches.flatMap(({ fence }) => (fence ? [fence.lease] : [])))];
    this.#number += 2;
    const begin = beginning(this.#schema, this.#id, this.#number, leases);
    const [, session, fences] = (await client.query(begin)) as unknown as PgResult[];
    const epochs = new Map(fences?.rows.map(({ name, epoch }) => [told(name), Number(epoch)]));
    const answers: Answers = [];
    for (const { steps, fence } of batches) {
      const stale = checkFence(fence, epochs);
      answers.push(stale ?? (await this.#steps(client, steps)));
    }
    await this.#settled(client.query("COMMIT"), session?.rows[0]);
    return answers;
  }

  /** Writes one batch of the transaction; its refusal undoes no other one. */
  async #steps(client: PgClient, steps: readonly Step[]): Promise<Error | null> {
    await client.query("SAVEPOINT batch");
    try {
      await writeSteps(client, this.#schema, steps);
      return null;
    } catch (error) {
      if (!(error instanceof DagfillError)) throw error;
      await client.query("ROLLBACK TO SAVEPOINT batch");
      return error;
    }
  }

  async #withClient(work: (client: PgClient) => Promise<Answers>): Promise<Answers> {
    const client = await this.#pool.connect();
    // An error of a client that nobody listens to ends the process; what is asked of it rejects as well.
    const lost = () => {};
    client.on?.("error", lost);
    let broken = false;
    try {
      return await work(client);
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

  /** Waits for what commits the transaction. When its answer is lost, the table of writers says what became of it. */
  async #settled(commit: Promise<unknown>, session?: { pid: number; xid: string }): Promise<void> {
    try {
      await commit;
    } catch (error) {
      if (!isDisconnect(error) || !(await this.#isCommitted(session))) throw error;
    }
  }

  /** Its own number, rather than pg_xact_status: a server that crashed may give the id of a transaction that it lost to another one. */
  async #isCommitted(session: { pid: number; xid: string } | undefined): Promise<boolean> {
    const number = this.#number;
    const { rows } = await this.#retrier.run("ask what became of a transaction", async () => {
      // A session that waits for the rest of its transaction may not know yet that it was cut off, and would hold its locks until it does.
      if (session !== undefined) {
        await this.#pool.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_xid::text = $2",
          [session.pid, session.xid],
        );
      }
      // Waits for a transaction that has begun. One whose message is still on its way finds a later number than its own, and undoes itself.
      return this.#pool.query(
        `INSERT INTO ${this.#schema}.writers AS w (id, batch) VALUES ($1, $2::bigint + 1) ON CONFLICT (id) DO UPDATE
          SET batch = CASE WHEN w.batch < $2::bigint THEN $2::bigint + 1 ELSE w.batch END RETURNING batch`,
        [this.#id, number],
      );
    });
    return Number(rows[0]?.batch) === number;
  }

  /** Forgets the writer. */
  async leave(): Promise<void> {
    await this.#pool.query(`DELETE FROM ${this.#schema}.writers WHERE id = $1`, [this.#id]).catch(() => {});
  }
}
