// A batch as few statements: what may be written together is, whatever its place in the batch, as long as nothing passes a change of the
// same row.
import type { PgClient } from "./postgres_connection.js";
import { column, list, PostgresRows } from "./postgres_rows.js";
import { stored } from "./postgres_text.js";
import { otherDate, otherState, runExists, unknownRun } from "./refusal.js";
import { type BackfillRow, RUN_COLUMNS, type RunRow } from "./row.js";
import type { RunUpdate, Step } from "./step.js";

/** Says that a statement did not write all of its rows: one of its steps is to be refused. */
class Refused extends Error {}

const UNIQUE_VIOLATION = "23505";

/** The parameter at a place. */
export const parameter = (place: number) => `$${place + 1}`;

/** A statement of many rows. */
export interface Statement {
  /** Its SQL, given the table `t` of its rows and the expression of each parameter. */
  sql(table: string, value: (place: number) => string): string;
  rows: PostgresRows;
  /** How many rows it has to write; undefined where any number will do. */
  count?: number;
}

export interface Group {
  /** The kind of the statement: the same kind is the same text. */
  kind: string;
  steps: Step[];
}

/** The groups of a batch, in the order in which they are to be written. */
export function grouped(steps: readonly Step[]): Group[] {
  const groups: Group[] = [];
  /** By row: the last group that touches it. */
  const touched = new Map<string, number>();
  const byKind = new Map<string, number[]>();
  for (const step of steps) {
    const kind = kindOf(step);
    const { behind, marks = behind } = keysOf(step);
    let last = -1;
    for (const key of behind) last = Math.max(last, touched.get(key) ?? -1);
    const places = byKind.get(kind) ?? [];
    byKind.set(kind, places);
    let place = places.find((at) => at > last);
    if (place === undefined) {
      place = groups.length;
      groups.push({ kind, steps: [] });
      places.push(place);
    }
    (groups[place] as Group).steps.push(step);
    for (const key of marks) touched.set(key, Math.max(place, touched.get(key) ?? -1));
  }
  return groups;
}

/** Updates of the same columns in another order are of another kind, which costs no more than a statement. */
function kindOf(step: Step): string {
  return step.type === "update-run" ? `update-run ${Object.keys(step.columns).join(" ")}` : step.type;
}

/** The name of a row. Ids hold any character: their lengths keep two of them from reading as one. */
function key(kind: string, ...ids: string[]): string {
  let text = kind;
  for (const id of ids) text += `/${id.length}:${id}`;
  return text;
}

/** The changes that a step has to come behind, and those that it is itself; these are the same where there is one list. */
function keysOf(step: Step): { behind: string[]; marks?: string[] } {
  switch (step.type) {
    case "create-run":
      return { behind: [key("run", step.row.dagId, step.row.runId)] };
    case "update-run":
      return { behind: [key("run", step.dagId, step.runId)] };
    case "clear-run":
      return {
        behind: [key("parts", step.dagId, step.runId)],
        marks: [key("cleared", step.dagId, step.runId)],
      };
    case "save-task-instance":
    case "set-xcom": {
      const { dagId, runId, taskId } = step.row;
      const part = key(step.type, dagId, runId, taskId, step.type === "set-xcom" ? step.row.key : "");
      return { behind: [part, key("cleared", dagId, runId)], marks: [part, key("parts", dagId, runId)] };
    }
    case "request":
      return { behind: [key("saved", step.row.id)], marks: [key("requests", step.row.id)] };
    case "save-backfill":
      return {
        behind: [key("saved", step.row.id), key("requests", step.row.id)],
        marks: [key("saved", step.row.id)],
      };
  }
}

const TASK = ["dagId", "runId", "taskId", "state", "attempt", "startedMs", "finishedMs", "error", "failures"];
const XCOM = ["dagId", "runId", "taskId", "key", "value"];
const BACKFILL = ["id", "dagId", "finished", "snapshot"];
const IDS = ["dagId", "runId"];

/** The statement that writes a group. */
export function statementsOf(schema: string, { steps }: Group): Statement[] {
  const [first] = steps;
  if (first === undefined) return [];
  const rows = steps.map((step) => ("row" in step ? step.row : step));
  const insert = (into: string, names: readonly string[], rest = ""): Statement => ({
    sql: (table) =>
      `INSERT INTO ${schema}.${into} (${list(names)}) SELECT ${list(names)} FROM ${table} ${rest}`,
    rows: new PostgresRows(names, rows),
  });
  switch (first.type) {
    case "create-run":
      // ON CONFLICT DO NOTHING would write every row twice into the log, for the sake of what hardly ever happens.
      return [
        insert(
          "runs",
          RUN_COLUMNS.filter((name) => (rows as RunRow[]).some((row) => (row[name] ?? null) !== null)),
        ),
      ];
    case "update-run":
      return [updateOf(schema, steps as RunUpdate[], first)];
    case "clear-run": {
      const cleared = new PostgresRows(IDS, steps);
      return ["tasks", "xcom"].map((from) => ({
        sql: (table) =>
          `DELETE FROM ${schema}.${from} AS r USING ${table} WHERE r."dagId" = t."dagId" AND r."runId" = t."runId"`,
        rows: cleared,
      }));
    }
    case "save-task-instance":
      return [insert("tasks", TASK, replacing(TASK, ["dagId", "runId", "taskId"]))];
    case "set-xcom":
      return [insert("xcom", XCOM, replacing(XCOM, ["dagId", "runId", "taskId", "key"]))];
    case "request":
      return [insert("requests", ["id", "request"])];
    case "save-backfill": {
      const saved = insert("backfills", BACKFILL, replacing(BACKFILL, ["id"]));
      const ended = (rows as BackfillRow[]).filter(({ finished }) => finished);
      if (ended.length === 0) return [saved];
      const sql = (table: string) => `DELETE FROM ${schema}.requests AS r USING ${table} WHERE r.id = t.id`;
      return [saved, { sql, rows: new PostgresRows(["id"], ended) }];
    }
  }
}

/** Writes a group inside the transaction. Throws `Refused` when not every step of it could be taken. */
async function writeGroup(client: PgClient, schema: string, group: Group): Promise<void> {
  for (const { sql, rows, count } of statementsOf(schema, group)) {
    try {
      const { rowCount } = await client.query(sql(rows.table(parameter), parameter), rows.values);
      if (count !== undefined && rowCount !== count) throw new Refused();
    } catch (error) {
      throw (error as { code?: unknown }).code === UNIQUE_VIOLATION ? new Refused() : error;
    }
  }
}

function replacing(names: readonly string[], key: readonly string[]): string {
  const set = names.filter((name) => !key.includes(name));
  return `ON CONFLICT (${list(key)}) DO UPDATE SET ${set.map((name) => `${column(name)} = excluded.${column(name)}`).join(", ")}`;
}

function updateOf(schema: string, updates: readonly RunUpdate[], { columns }: RunUpdate): Statement {
  const names = Object.keys(columns).sort();
  const rows = new PostgresRows([...new Set([...IDS, "ifState", "atMs", ...names])], updates.map(updateRow));
  const sql: Statement["sql"] = (table, value) => {
    // A plan that is kept must not go wrong when the table has grown: of all runs of a DAG only the index of ids has the next one by its id
    // without sorting them, and what is found by its place is looked up for each row of `t`, never the other way around. Both bounds: an
    // equal sign would need no order, and without the upper one the server reads all ids of a page that follow.
    const found = `${table} CROSS JOIN LATERAL (SELECT f.ctid AS place FROM ${schema}.runs AS f WHERE f."dagId" = t."dagId"
      AND f."runId" >= t."runId" AND f."runId" <= t."runId" ORDER BY f."runId" LIMIT 1) AS found`;
    const update = (of: (name: string) => string, where: string) => {
      // A change of nothing still has its conditions.
      const set = names.map((name) => `${column(name)} = ${of(name)}`).join(", ") || "state = r.state";
      return `UPDATE ${schema}.runs AS r SET ${set} ${where}
        AND (${of("ifState")} IS NULL OR position(',' || r.state || ',' IN ${of("ifState")}) > 0)
        AND (${of("atMs")} IS NULL OR r."executionMs" = ${of("atMs")})`;
    };
    const shared = (name: string) => rows.shared(name, value);
    // Columns that are the same in all rows are written to all places at once.
    if (["ifState", "atMs", ...names].every((name) => shared(name) !== undefined)) {
      const places = `SELECT found.place FROM ${found}`;
      return update((name) => shared(name) as string, `WHERE r.ctid = ANY (ARRAY(${places}))`);
    }
    return update((name) => `t.${column(name)}`, `FROM ${found} WHERE r.ctid = found.place`);
  };
  return { sql, rows, count: updates.length };
}

function updateRow({ dagId, runId, columns, executionMs, ifState }: RunUpdate): object {
  return { ...columns, dagId, runId, ifState: ifState && `,${ifState.join(",")},`, atMs: executionMs };
}

/** Writes the steps one by one, inside the transaction. Throws the refusal of the first that cannot be taken, which names it. */
export async function writeSteps(client: PgClient, schema: string, steps: readonly Step[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await writeGroup(client, schema, { kind: "", steps: [step] });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (step.type === "create-run")
        throw runExists(index, step.row.dagId, step.row.runId, step.row.executionMs);
      throw await refusalOf(client, schema, step as RunUpdate, index);
    }
  }
}

async function refusalOf(client: PgClient, schema: string, update: RunUpdate, index: number): Promise<Error> {
  const { dagId, runId, executionMs, ifState } = update;
  const { rows } = await client.query(
    `SELECT state, "executionMs" FROM ${schema}.runs WHERE "dagId" = $1 AND "runId" = $2`,
    [stored(dagId), stored(runId)],
  );
  const [row] = rows;
  if (row === undefined) return unknownRun(index, dagId, runId);
  if (ifState !== undefined && !ifState.includes(row.state))
    return otherState(index, dagId, runId, row.state, ifState);
  return otherDate(index, Number(row.executionMs), executionMs ?? Number(row.executionMs));
}
