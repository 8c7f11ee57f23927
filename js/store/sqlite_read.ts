// Answers of a SQLite store, read from its tables.
import { RUN_STATES, RUN_TYPES } from "../codes.js";
import type { Json } from "../json.js";
import { HistoryBuilder } from "./history.js";
import { byText, type CountSearch, noRuns, type RangeSearch, runSearch } from "./query.js";
import { type RunRow, runRecord, type TaskRow, taskInstance } from "./row.js";
import type { Query } from "./sqlite_step.js";
import type { Request, RunHistory, RunQuery, RunRecord, RunState, TaskInstance } from "./store.js";

export function readRuns(sql: Query, query: RunQuery): RunRecord[] {
  const at = sql("SELECT executionMs FROM runs WHERE dagId = ? AND runId = ?");
  const after =
    query.after === undefined ? undefined : (at.get(query.dagId, query.after) as RunRow | undefined);
  const search = runSearch(query, after?.executionMs);
  const rows = sql(
    `SELECT * FROM runs WHERE dagId = ? AND executionMs >= ? AND executionMs <= ?${among("state", search.states)}${among(
      "runType",
      search.runTypes,
    )} ORDER BY executionMs ${search.descending ? "DESC" : "ASC"} LIMIT ?`,
  ).all(
    search.dagId,
    search.from,
    search.to,
    ...(search.states ?? []),
    ...(search.runTypes ?? []),
    // In SQLite a negative limit is none.
    search.limit === Number.POSITIVE_INFINITY ? -1 : search.limit,
  );
  return (rows as unknown as RunRow[]).map(runRecord);
}

/** Rows that are read at once. More would only keep more of them in memory. */
const PAGE = 2_000;

const codes = (column: string, words: readonly string[]) =>
  `CASE ${column} ${words.map((word, code) => `WHEN '${word}' THEN ${code}`).join(" ")} END`;

const TEXTS = ["conf", "backfillId", "owner", "key", "chunk", "error", "output"] as const;

// Every column of a row costs time. Neighbours mostly have the same texts: those of the last row are bound, and a row says its own
// only where they differ.
const HISTORY = `SELECT executionMs, startMs, endMs, startedMs, finishedMs,
  attempt * 32 + (${codes("runType", RUN_TYPES)}) * 8 + ${codes("state", RUN_STATES)} AS codes, runId,
  CASE WHEN ${TEXTS.map((column) => `${column} IS ?`).join(" AND ")} THEN NULL
    ELSE json_array(${TEXTS.join(", ")}) END AS texts
  FROM runs WHERE dagId = ? AND executionMs >= ? AND executionMs <= ? ORDER BY executionMs LIMIT ${PAGE}`;

type Texts = (string | null)[];
type HistoryRow = [
  executionMs: number,
  startMs: number,
  endMs: number,
  startedMs: number | null,
  finishedMs: number | null,
  codes: number,
  runId: string,
  texts: string | null,
];

export function readHistory(sql: Query, { dagId, from, to }: RangeSearch): RunHistory {
  const statement = sql(HISTORY);
  // Rows as lists are made faster than rows as objects, where this Node knows them (22.16).
  statement.setReturnArrays?.(true);
  const builder = new HistoryBuilder();
  let first = from;
  let texts: Texts = ["{}", ...TEXTS.slice(1).map(() => null)];
  for (;;) {
    const page = statement.all(...texts, dagId, first, to) as unknown[];
    const bound = texts;
    for (const row of page) {
      const read = (Array.isArray(row) ? row : Object.values(row as object)) as HistoryRow;
      texts = read[7] === null ? bound : (JSON.parse(read[7]) as Texts);
      add(builder, read, texts);
    }
    const last = builder.last;
    if (page.length < PAGE || last === undefined) return builder.history();
    first = last + 1;
  }
}

function add(builder: HistoryBuilder, row: HistoryRow, texts: Texts): void {
  const [executionMs, startMs, endMs, startedMs, finishedMs, codes, runId] = row;
  const [started, finished] = [startedMs ?? Number.NaN, finishedMs ?? Number.NaN];
  const runType = Math.floor(codes / 8) % 4;
  const attempt = Math.floor(codes / 32);
  builder.addNumbers(executionMs, startMs, endMs, started, finished, codes % 8, runType, attempt);
  builder.id(runId, runType, executionMs);
  for (let at = 0; at < TEXTS.length; at += 1) {
    const column = TEXTS[at] as (typeof TEXTS)[number];
    const text = texts[at] as string | null;
    if (text !== null && (column !== "conf" || text !== "{}")) builder.text(column, text);
  }
}

export function readCounts(sql: Query, search: CountSearch): Record<RunState, number> {
  const rows = sql(
    `SELECT state, count(*) AS runs FROM runs WHERE dagId = ?1 AND executionMs >= ?2 AND executionMs <= ?3
      AND (?4 IS NULL OR backfillId = ?4)${among("runType", search.runTypes)} GROUP BY state`,
  ).all(search.dagId, search.from, search.to, search.backfillId, ...(search.runTypes ?? []));
  const counts = noRuns();
  for (const { state, runs } of rows as { state: RunState; runs: number }[]) counts[state] = runs;
  return counts;
}

export function readTasks(sql: Query, dagId: string, runId: string): TaskInstance[] {
  const rows = sql("SELECT * FROM tasks WHERE dagId = ? AND runId = ?").all(
    dagId,
    runId,
  ) as unknown as TaskRow[];
  return rows.sort((a, b) => byText(a.taskId, b.taskId)).map(taskInstance);
}

export function readXcom(sql: Query, dagId: string, runId: string): Record<string, Record<string, Json>> {
  const tasks = new Map<string, [string, Json][]>();
  for (const row of sql("SELECT taskId, key, value FROM xcom WHERE dagId = ? AND runId = ?").all(
    dagId,
    runId,
  )) {
    const { taskId, key, value } = row as { taskId: string; key: string; value: string };
    const entries = tasks.get(taskId) ?? [];
    entries.push([key, JSON.parse(value)]);
    tasks.set(taskId, entries);
  }
  // fromEntries makes own members of every key, `__proto__` too.
  return Object.fromEntries([...tasks].map(([taskId, entries]) => [taskId, Object.fromEntries(entries)]));
}

export function readBackfill(sql: Query, id: string): Json | null {
  const row = sql("SELECT snapshot FROM backfills WHERE id = ?").get(id) as { snapshot: string } | undefined;
  return row === undefined ? null : JSON.parse(row.snapshot);
}

export function readBackfills(
  sql: Query,
  query: { dagId?: string; unfinished?: boolean },
): { id: string; snapshot: Json }[] {
  const rows = sql(
    "SELECT id, snapshot FROM backfills WHERE (?1 IS NULL OR dagId = ?1) AND (?2 = 0 OR finished = 0) ORDER BY place",
  ).all(query.dagId ?? null, query.unfinished === true ? 1 : 0) as { id: string; snapshot: string }[];
  return rows.map(({ id, snapshot }) => ({ id, snapshot: JSON.parse(snapshot) }));
}

export function readRequests(sql: Query, id: string): { seq: number; request: Request }[] {
  const rows = sql("SELECT seq, request FROM requests WHERE id = ? ORDER BY seq").all(id);
  return rows.map((row) => ({ ...(row as { seq: number; request: Request }) }));
}

function among(column: string, values: ReadonlySet<string> | null): string {
  return values === null ? "" : ` AND ${column} IN (${[...values].map(() => "?").join(", ")})`;
}
