// A transaction as one message: BEGIN, the locks of its fences, its statements and COMMIT. Over a line to another machine every message is a
// round trip, and on one machine two switches of a process. A statement that finds what it should not divides by zero, which undoes the whole.
import { grouped, parameter, type Statement, statementsOf } from "./postgres_batch.js";
import type { PgClient } from "./postgres_connection.js";
import { PostgresRows } from "./postgres_rows.js";
import type { Step } from "./step.js";
import type { Fence } from "./store.js";

// The planner takes the rows of a batch for a hundred, and would rather read a table of a few thousand runs than look as many up. What is
// prepared is planned once (a generic plan), by the indexes, whatever the size of the tables is by then.
const PLANNING =
  "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_generic_plan";

/** How many statements a session prepares; those of more kinds are planned each time. */
const MOST_PREPARED = 100;

const UNKNOWN_STATEMENT = "26000";

export class PostgresMessages {
  readonly #schema: string;
  readonly #writer: string;
  readonly #prepares: boolean;
  /** By session: the names of its prepared statements by their texts. */
  readonly #prepared = new WeakMap<PgClient, Map<string, string>>();
  #names = 0;

  /** `writer`: the UUID under which numbers of transactions are noted. `prepares`: whether a session keeps what is prepared in it. */
  constructor(schema: string, writer: string, prepares: boolean) {
    this.#schema = schema;
    this.#writer = writer;
    this.#prepares = prepares;
  }

  /** Writes everything, or nothing and rejects: which of the steps or fences is to blame is for a closer look. */
  async commit(
    client: PgClient,
    number: number,
    steps: readonly Step[],
    fences: readonly Fence[],
  ): Promise<void> {
    const statements = [
      this.#note(number),
      ...(fences.length === 0 ? [] : [this.#fence(fences)]),
      ...grouped(steps).flatMap((group) => statementsOf(this.#schema, group)),
    ];
    const texts: string[] = [];
    for (const statement of statements) texts.push(await this.#text(client, statement));
    try {
      await client.query(["BEGIN", PLANNING, ...texts, "COMMIT"].join("; "));
    } catch (error) {
      // Somebody has reset the session.
      if ((error as { code?: unknown }).code === UNKNOWN_STATEMENT) this.#prepared.delete(client);
      throw error;
    }
  }

  /** Notes the number in the table of writers, unless a later one is there. */
  #note(number: number): Statement {
    return {
      sql: (table) => `INSERT INTO ${this.#schema}.writers AS w (id, batch) SELECT writer, batch FROM ${table}
        ON CONFLICT (id) DO UPDATE SET batch = excluded.batch WHERE w.batch < excluded.batch`,
      rows: new PostgresRows(["writer", "batch"], [{ writer: this.#writer, batch: number }]),
      count: 1,
    };
  }

  /** Locks the leases until the end of the transaction, so that nobody takes one over in the middle of a batch. */
  #fence(fences: readonly Fence[]): Statement {
    const held = new Map(fences.map(({ lease, epoch }) => [`${epoch} ${lease}`, { name: lease, epoch }]));
    return {
      sql: (table) => `SELECT FROM ${this.#schema}.leases WHERE (name, epoch) IN
        (SELECT name, epoch FROM ${table}) ORDER BY name FOR SHARE`,
      rows: new PostgresRows(["name", "epoch"], [...held.values()]),
      count: held.size,
    };
  }

  async #text(client: PgClient, statement: Statement): Promise<string> {
    const { rows, count } = statement;
    const expected = parameter(rows.values.length);
    const name = this.#prepares
      ? await this.#nameOf(client, checkedText(statement, parameter, `${expected}::bigint`))
      : undefined;
    const literals = rows.values.map((_, place) => rows.literal(place));
    if (name !== undefined)
      return `EXECUTE ${name}(${[...literals, ...(count === undefined ? [] : [count])].join(", ")})`;
    return checkedText(statement, (place) => literals[place] as string, String(count));
  }

  /** The name of the statement in the session; undefined when it is not to be prepared. */
  async #nameOf(client: PgClient, text: string): Promise<string | undefined> {
    const known = this.#prepared.get(client) ?? new Map<string, string>();
    const name = known.get(text);
    if (name !== undefined || known.size >= MOST_PREPARED) return name;
    this.#names += 1;
    // Other stores may have prepared theirs in the same session.
    const fresh = `"dagfill ${this.#writer} ${this.#names}"`;
    await client.query(`PREPARE ${fresh} AS ${text}`);
    this.#prepared.set(client, known.set(text, fresh));
    return fresh;
  }
}

function checkedText(
  { sql, rows, count }: Statement,
  value: (place: number) => string,
  expected: string,
): string {
  const text = sql(rows.table(value), value);
  if (count === undefined) return text;
  // A SELECT is locked where it stands; what writes has to stand in front.
  return text.startsWith("SELECT")
    ? `SELECT 1 / (count(*) = ${expected})::int FROM (${text}) AS found`
    : `WITH written AS (${text} RETURNING 1) SELECT 1 / (count(*) = ${expected})::int FROM written`;
}
