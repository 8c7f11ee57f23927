// Queries, checked and brought into the one form that every store answers.
import { RUN_STATES, RUN_TYPES } from "../codes.js";
import { fields, list, oneOf, type Reader, type Spec, text, whole, wrong } from "../options.js";
import { instantMs } from "./instant.js";
import type { RunRow } from "./row.js";
import type { CountQuery, HistoryQuery, RunQuery, RunState, RunType } from "./store.js";

export interface RunSearch {
  dagId: string;
  /** Execution dates in epoch milliseconds, both included; the page's cursor is already in them. */
  from: number;
  to: number;
  states: ReadonlySet<RunState> | null;
  runTypes: ReadonlySet<RunType> | null;
  descending: boolean;
  limit: number;
}

const bound: Reader<number> = (value, path) => {
  if (typeof value !== "number" || Number.isNaN(value)) throw wrong(path, "epoch milliseconds", value);
  return value;
};

const limit: Reader<number> = (value, path) =>
  value === Number.POSITIVE_INFINITY ? value : whole(value, path);

const range = { dagId: text, from: bound, to: bound };
const runTypes = list(oneOf(...RUN_TYPES));
const states = list(oneOf(...RUN_STATES));
const order = oneOf("asc", "desc");
const specs = {
  runs: { ...range, states, runTypes, order, limit, after: text },
  history: range,
  count: { ...range, runTypes, backfillId: text },
};

/** The members of a query, and of a range without bounds all of time. */
function read<T extends { dagId: string }>(query: unknown, spec: Spec<T>): Partial<T> & RangeSearch {
  const given: Partial<T> & { dagId?: string } = fields<T>(query, "query", spec);
  if (given.dagId === undefined) throw wrong("query.dagId", "a text", undefined);
  const everything = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  return { ...everything, ...given, dagId: given.dagId };
}

/** `dateOf` tells the execution date (epoch ms) of the run that `after` names. An execution date is unique in its DAG, so
 *  that going on behind a run is a narrower range. */
export function runSearch(query: RunQuery, dateOf: number | undefined): RunSearch {
  let from = query.from ?? Number.NEGATIVE_INFINITY;
  let to = query.to ?? Number.POSITIVE_INFINITY;
  const descending = query.order === "desc";
  if (query.after !== undefined) {
    const cursor = dateOf ?? instantMs(query.after);
    if (cursor === undefined) {
      throw wrong(
        "query.after",
        `the runId of a run of DAG "${query.dagId}", the last of the page before`,
        query.after,
      );
    }
    if (descending) to = Math.min(to, cursor - 1);
    else from = Math.max(from, cursor + 1);
  }
  return {
    dagId: query.dagId,
    from,
    to,
    states: query.states === undefined ? null : new Set(query.states),
    runTypes: query.runTypes === undefined ? null : new Set(query.runTypes),
    descending,
    limit: query.limit ?? Number.POSITIVE_INFINITY,
  };
}

/** A history's or a count's query, with its bounds. */
export interface RangeSearch {
  dagId: string;
  from: number;
  to: number;
}
export interface CountSearch extends RangeSearch {
  runTypes: ReadonlySet<RunType> | null;
  backfillId: string | null;
}

export function checkHistoryQuery(query: HistoryQuery): RangeSearch {
  return read(query, specs.history);
}

export function checkCountQuery(query: CountQuery): CountSearch {
  const { dagId, from, to, runTypes, backfillId = null } = read(query, specs.count);
  return { dagId, from, to, runTypes: runTypes === undefined ? null : new Set(runTypes), backfillId };
}

/** Whether a row of the range is one of those that are counted. */
export function counted(search: CountSearch, row: RunRow): boolean {
  return (
    (search.runTypes?.has(row.runType) ?? true) &&
    (search.backfillId === null || search.backfillId === row.backfillId)
  );
}

export function noRuns(): Record<RunState, number> {
  return { queued: 0, running: 0, success: 0, failed: 0, canceled: 0 };
}

export function checkQuery(query: RunQuery): void {
  read(query, specs.runs);
}

/** Whether the row is in the states and of the types that were asked for. */
export function selects(search: RunSearch, row: RunRow): boolean {
  return (search.states?.has(row.state) ?? true) && (search.runTypes?.has(row.runType) ?? true);
}

/** Two texts in the order of their UTF-16 units, as every store sorts ids. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first place in the sorted rows whose execution date is at or after `ms`. */
export function firstFrom(rows: readonly { executionMs: number }[], ms: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.executionMs ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
