// Answers of a PostgreSQL store, read from its tables.
import type { Json } from "../json.js";
import { HistoryBuilder } from "./history.js";
import type { PgPool, PgResult } from "./postgres_connection.js";
import { stored, told, toldRow } from "./postgres_text.js";
import { byText, type CountSearch, noRuns, type RangeSearch, type RunSearch, runSearch } from "./query.js";
import { type RunRow, runRecord, type TaskRow, taskInstance } from "./row.js";
import type { Request, RunHistory, RunQuery, RunRecord, RunState, TaskInstance } from "./store.js";

export class PostgresReader {
  readonly #pool: PgPool;
  readonly #schema: string;

  constructor(pool: PgPool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  async runs(query: RunQuery): Promise<RunRecord[]> {
    let after: number | undefined;
    if (query.after !== undefined) {
      const { rows } = await this.#select('"executionMs" FROM runs WHERE "dagId" = $1 AND "runId" = $2', [
        stored(query.dagId),
        stored(query.after),
      ]);
      after = rows[0] === undefined ? undefined : Number(rows[0].executionMs);
    }
    const search = runSearch(query, after);
    if (search.from > search.to || search.limit === 0) return [];
    const where = new Conditions(search);
    where.among("state", search.states);
    where.among('"runType"', search.runTypes);
    const order = `ORDER BY "executionMs" ${search.descending ? "DESC" : "ASC"}`;
    const limit = search.limit === Number.POSITIVE_INFINITY ? "" : `LIMIT ${search.limit}`;
    const { rows } = await this.#select(`* FROM runs WHERE ${where.text} ${order} ${limit}`, where.values);
    return rows.map((row) => runRecord(toldRow<RunRow>(row)));
  }

  /** Rows that are read at once where all of them are wanted. */
  static readonly page = 10_000;

  async history(search: RangeSearch): Promise<RunHistory> {
    const builder = new HistoryBuilder();
    let from = search.from;
    for (;;) {
      const where = new Conditions({ ...search, from });
      const sql = `* FROM runs WHERE ${where.text} ORDER BY "executionMs" LIMIT ${PostgresReader.page}`;
      const { rows } = await this.#select(sql, where.values);
      for (const row of rows) builder.add(toldRow<RunRow>(row));
      if (rows.length < PostgresReader.page) return builder.history();
      from = (builder.last as number) + 1;
    }
  }

  async counts(search: CountSearch): Promise<Record<RunState, number>> {
    const where = new Conditions(search);
    where.among('"runType"', search.runTypes);
    if (search.backfillId !== null) where.add('"backfillId" = ?', stored(search.backfillId));
    const sql = `state, count(*) AS runs FROM runs WHERE ${where.text} GROUP BY state`;
    const counts = noRuns();
    for (const { state, runs } of (await this.#select(sql, where.values)).rows)
      counts[state as RunState] = Number(runs);
    return counts;
  }

  async tasks(dagId: string, runId: string): Promise<TaskInstance[]> {
    const ids = [stored(dagId), stored(runId)];
    const { rows } = await this.#select('* FROM tasks WHERE "dagId" = $1 AND "runId" = $2', ids);
    return rows.map((row) => taskInstance(toldRow<TaskRow>(row))).sort((a, b) => byText(a.taskId, b.taskId));
  }

  async xcom(dagId: string, runId: string): Promise<Record<string, Record<string, Json>>> {
    const ids = [stored(dagId), stored(runId)];
    const { rows } = await this.#select(
      '"taskId", key, value FROM xcom WHERE "dagId" = $1 AND "runId" = $2',
      ids,
    );
    const tasks = new Map<string, [string, Json][]>();
    for (const { taskId, key, value } of rows) {
      const entries = tasks.get(taskId) ?? [];
      entries.push([told(key), JSON.parse(value)]);
      tasks.set(taskId, entries);
    }
    // fromEntries makes own members of every key, `__proto__` too.
    return Object.fromEntries(
      [...tasks].map(([taskId, entries]) => [told(taskId), Object.fromEntries(entries)]),
    );
  }

  async backfill(id: string): Promise<Json | null> {
    const { rows } = await this.#select("snapshot FROM backfills WHERE id = $1", [stored(id)]);
    return rows[0] === undefined ? null : JSON.parse(rows[0].snapshot);
  }

  async backfills(query: {
    dagId?: string;
    unfinished?: boolean;
  }): Promise<{ id: string; snapshot: Json }[]> {
    const { rows } = await this.#select(
      'id, snapshot FROM backfills WHERE ($1::text IS NULL OR "dagId" = $1) AND (NOT $2::boolean OR NOT finished) ORDER BY place',
      [query.dagId === undefined ? null : stored(query.dagId), query.unfinished === true],
    );
    return rows.map(({ id, snapshot }) => ({ id: told(id), snapshot: JSON.parse(snapshot) }));
  }

  async requests(id: string): Promise<{ seq: number; request: Request }[]> {
    const { rows } = await this.#select("seq, request FROM requests WHERE id = $1 ORDER BY seq", [
      stored(id),
    ]);
    return rows.map(({ seq, request }) => ({ seq: Number(seq), request }));
  }

  /** `sql` names a table of the schema behind its FROM. */
  #select(sql: string, values: unknown[]): Promise<PgResult> {
    return this.#pool.query(
      `SELECT ${sql.replace(/ FROM (\w+)/, (_, table) => ` FROM ${this.#schema}.${table}`)}`,
      values,
    );
  }
}

/** Conditions of a statement, with their parameters. A bound that is no bound is left out: bigint has no Infinity. */
class Conditions {
  text = '"dagId" = $1';
  readonly values: unknown[];

  constructor({ dagId, from, to }: Pick<RunSearch, "dagId" | "from" | "to">) {
    this.values = [stored(dagId)];
    if (from !== Number.NEGATIVE_INFINITY) this.add('"executionMs" >= ?', Math.ceil(bounded(from)));
    if (to !== Number.POSITIVE_INFINITY) this.add('"executionMs" <= ?', Math.floor(bounded(to)));
  }

  add(condition: string, value: unknown): void {
    this.values.push(value);
    this.text += ` AND ${condition.replace("?", `$${this.values.length}`)}`;
  }

  among(column: string, words: ReadonlySet<string> | null): void {
    if (words !== null) this.add(`${column} = ANY(?::text[])`, [...words]);
  }
}

/** No instant is further away than this, and bigint takes it. */
const FAR = 2 ** 53 - 1;

function bounded(ms: number): number {
  return Math.max(-FAR, Math.min(FAR, ms));
}
