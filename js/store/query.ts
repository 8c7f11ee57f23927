// What a reader asks, checked and brought into the one form that every store answers.
import { instantMs } from "./instant.js";
import { invalidArgument } from "./refusal.js";
import type { RunRow } from "./row.js";
import type { RunQuery, RunState, RunType } from "./store.js";

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

export function checkQuery(query: RunQuery): void {
  for (const member in query) {
    if (!MEMBERS.has(member))
      throw invalidArgument(`query.${member}`, `one of ${[...MEMBERS].join(", ")}`, "an unknown member");
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

/** Whether the row is in the states and of the types that were asked for. */
export function selects(search: RunSearch, row: RunRow): boolean {
  return (search.states?.has(row.state) ?? true) && (search.runTypes?.has(row.runType) ?? true);
}

/** Two texts in the order of their UTF-16 units, as every store sorts ids. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
