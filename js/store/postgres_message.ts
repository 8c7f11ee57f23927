// A transaction as one message: BEGIN, a statement that checks its fences, the statements of its changes and COMMIT. Over a line to another
// machine every message is a round trip, and on one machine two switches of a process. A statement that finds what it should not divides by
// zero, which undoes the whole.
import { grouped, parameter, type Statement, statementsOf } from "./postgres_batch.js";
import type { PgClient } from "./postgres_connection.js";
import { PostgresRows } from "./postgres_rows.js";
import type { Step } from "./step.js";
import type { Fence } from "./store.js";

// The planner takes the rows of a batch for a hundred, and would rather read a table of a few thousand runs than look as many up. What is
// prepared is planned once (a generic plan), by the indexes, whatever the size of the tables is by then. In a table of a few pages all ways
// cost the same: without sorting, only the index of ids has the order that a look-up asks for.
const PLANNING = [
  "'enable_seqscan', 'off'",
  "'enable_hashjoin', 'off'",
  "'enable_mergejoin', 'off'",
  "'enable_sort', 'off'",
  "'jit', 'off'",
  "'plan_cache_mode', 'force_generic_plan'",
]
  .map((setting) => `set_config(${setting}, true)`)
  .join(", ");

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
    const texts = [await this.#beginning(client, number, fences)];
    for (const group of grouped(steps))
      for (const statement of statementsOf(this.#schema, group))
        texts.push(await this.#statement(client, statement));
    try {
      await client.query(["BEGIN", ...texts, "COMMIT"].join("; "));
    } catch (error) {
      // Somebody has reset the session.
      if ((error as { code?: unknown }).code === UNKNOWN_STATEMENT) this.#prepared.delete(client);
      throw error;
    }
  }

  /** Tells the planner how to plan what follows, notes the number in the table of writers unless a later one is there, and locks the leases
   *  until the end of the transaction, so that nobody takes one over in the middle of a batch. One statement: each costs the server as much
   *  as a few rows do. */
  #beginning(client: PgClient, number: number, fences: readonly Fence[]): Promise<string> {
    const note = { writer: this.#writer, batch: number };
    const held = new Map(
      fences.map(({ lease, epoch }) => [`${epoch} ${lease}`, { ...note, name: lease, epoch }]),
    );
    const rows =
      held.size === 0
        ? new PostgresRows(["writer", "batch"], [note])
        : new PostgresRows(["writer", "batch", "name", "epoch"], [...held.values()]);
    return this.#text(client, rows, 2 + held.size, (value, expected) => {
      const shared = (name: string) => rows.shared(name, value);
      const parts = [`planning AS (SELECT ${PLANNING})`];
      parts.push(`noted AS (INSERT INTO ${this.#schema}.writers AS w (id, batch) VALUES (${shared("writer")}, ${shared("batch")})
        ON CONFLICT (id) DO UPDATE SET batch = excluded.batch WHERE w.batch < excluded.batch RETURNING 1)`);
      if (held.size > 0) {
        const leases =
          held.size === 1
            ? `name = ${shared("name")} AND epoch = ${shared("epoch")}`
            : `(name, epoch) IN (SELECT name, epoch FROM ${rows.table(value)}) ORDER BY name`;
        parts.push(`held AS (SELECT FROM ${this.#schema}.leases WHERE ${leases} FOR SHARE)`);
      }
      const found = parts.map((part) => `SELECT FROM ${part.slice(0, part.indexOf(" "))}`);
      return `WITH ${parts.join(", ")} SELECT 1 / (count(*) = ${expected})::int FROM (${found.join(" UNION ALL ")}) AS found`;
    });
  }

  #statement(client: PgClient, statement: Statement): Promise<string> {
    const { rows, count } = statement;
    return this.#text(client, rows, count, (value, expected) => {
      const text = statement.sql(rows.table(value), value);
      if (count === undefined) return text;
      return `WITH written AS (${text} RETURNING 1) SELECT 1 / (count(*) = ${expected})::int FROM written`;
    });
  }

  /** A statement as it is sent. `count`: how many rows it has to find or write, undefined where any number will do; `text` makes its SQL
   *  from the expressions of its parameters and of that number. */
  async #text(
    client: PgClient,
    rows: PostgresRows,
    count: number | undefined,
    text: (value: (place: number) => string, expected: string) => string,
  ): Promise<string> {
    const literals = rows.values.map((_, place) => rows.literal(place));
    if (this.#prepares) {
      const name = await this.#nameOf(client, text(parameter, `${parameter(rows.values.length)}::bigint`));
      if (name !== undefined)
        return `EXECUTE ${name}(${[...literals, ...(count === undefined ? [] : [count])].join(", ")})`;
    }
    return text((place) => literals[place] as string, String(count));
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
