// What a reader asks, checked and brought into the one form that every store answers.
import { reading } from "../options.js";
import { instantMs } from "./instant.js";
import { invalidArgument } from "./refusal.js";
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

const MEMBERS = new Set(["dagId", "from", "to", "states", "runTypes", "order", "limit", "after"]);

/** `dateOf` tells the execution date (epoch ms) of the run that `after` names. An execution date is unique in its DAG, so
 *  that going on behind a run is a narrower range. */
export function runSearch(query: RunQuery, dateOf: number | undefined): RunSearch {
  let from = query.from ?? Number.NEGATIVE_INFINITY;
  let to = query.to ?? Number.POSITIVE_INFINITY;
  const descending = query.order === "desc";
  if (query.after !== undefined) {
    const cursor = dateOf ?? instantMs(query.after);
    if (cursor === undefined) {
      throw invalidArgument(
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

const RANGE = new Set(["dagId", "from", "to"]);
const COUNT = new Set([...RANGE, "runTypes", "backfillId"]);

export function checkHistoryQuery(query: HistoryQuery): RangeSearch {
  checkMembers(query, RANGE);
  return {
    dagId: query.dagId,
    from: query.from ?? Number.NEGATIVE_INFINITY,
    to: query.to ?? Number.POSITIVE_INFINITY,
  };
}

export function checkCountQuery(query: CountQuery): CountSearch {
  checkMembers(query, COUNT);
  const { dagId, from, to, runTypes, backfillId } = query;
  if (backfillId !== undefined && typeof backfillId !== "string")
    throw invalidArgument("query.backfillId", "a text", backfillId);
  return {
    dagId,
    from: from ?? Number.NEGATIVE_INFINITY,
    to: to ?? Number.POSITIVE_INFINITY,
    runTypes: runTypes === undefined ? null : new Set(runTypes),
    backfillId: backfillId ?? null,
  };
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
  checkMembers(query, MEMBERS);
  if (query.order !== undefined && query.order !== "asc" && query.order !== "desc") {
    throw invalidArgument("query.order", '"asc" or "desc"', query.order);
  }
  const limit = query.limit;
  if (
    limit !== undefined &&
    limit !== Number.POSITIVE_INFINITY &&
    !(Number.isSafeInteger(limit) && limit >= 0)
  ) {
    throw invalidArgument("query.limit", "an integer >= 0", limit);
  }
}

/** The members that several queries have. */
function checkMembers(query: RunQuery, members: ReadonlySet<string>): void {
  reading("query", () => checkEach(query, members));
}

function checkEach(query: RunQuery, members: ReadonlySet<string>): void {
  if (typeof query !== "object" || query === null) throw invalidArgument("query", "an object", query);
  for (const member in query) {
    if (!members.has(member))
      throw invalidArgument(`query.${member}`, `one of ${[...members].join(", ")}`, "an unknown member");
  }
  if (typeof query.dagId !== "string") throw invalidArgument("query.dagId", "a text", query.dagId);
  for (const bound of ["from", "to"] as const) {
    const ms = query[bound];
    if (ms !== undefined && (typeof ms !== "number" || Number.isNaN(ms))) {
      throw invalidArgument(`query.${bound}`, "epoch milliseconds", ms);
    }
  }
  for (const list of ["states", "runTypes"] as const) {
    if (query[list] !== undefined && !Array.isArray(query[list]))
      throw invalidArgument(`query.${list}`, "a list", query[list]);
  }
}

/** Whether the row is in the states and of the types that were asked for. */
export function selects(search: RunSearch, row: RunRow): boolean {
  return (search.states?.has(row.state) ?? true) && (search.runTypes?.has(row.runType) ?? true);
}

/** Two texts in the order of their UTF-16 units, as every store sorts ids. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
