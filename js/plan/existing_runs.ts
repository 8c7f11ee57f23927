// The existing runs of a plan's dates, as columns, oldest first. Records are built from them on demand: a plan over a million runs
// would spend most of its time and memory on records that are never read.
import { RUN_STATES } from "../codes.js";
import { type HistoryColumns, recordAt } from "../store/history.js";
import type { RunDetails, RunRecord, RunState } from "../store/store.js";
import { placeIn } from "./date_search.js";

/** Structured-clonable. Every column has one value a run. */
export type ExistingRuns = HistoryColumns;

export function noRuns(): ExistingRuns {
  return {
    executionMs: new Float64Array(0),
    state: new Uint8Array(0),
    startMs: new Float64Array(0),
    endMs: new Float64Array(0),
    attempt: new Uint32Array(0),
  };
}

/** The place of the run on a date; -1 when there is none. */
export function placeOn({ executionMs }: ExistingRuns, date: number): number {
  return placeIn(executionMs, date);
}

export function stateAt({ state }: ExistingRuns, place: number): RunState {
  return RUN_STATES[state[place] as number] as RunState;
}

/** The records from place `from` to `to`, `to` excluded. */
export function recordsOf(
  dagId: string,
  runs: ExistingRuns,
  from = 0,
  to = runs.executionMs.length,
): RunRecord[] {
  const records: RunRecord[] = [];
  for (let place = from; place < Math.min(to, runs.executionMs.length); place += 1) {
    records.push(recordAt(dagId, runs, place));
  }
  return records;
}

/** The runs at some places, ascending; columns of their own. */
export function pick(runs: ExistingRuns, places: Uint32Array): ExistingRuns {
  const numbers = (column: Float64Array) => Float64Array.from(places, (place) => column[place] as number);
  const codes = (column: Uint8Array) => Uint8Array.from(places, (place) => column[place] as number);
  const { executionMs, state, startMs, endMs, attempt, details } = runs;
  return {
    executionMs: numbers(executionMs),
    state: codes(state),
    startMs: numbers(startMs),
    endMs: numbers(endMs),
    attempt: Uint32Array.from(places, (place) => attempt[place] as number),
    ...(details && {
      details: {
        runType: codes(details.runType),
        startedMs: numbers(details.startedMs),
        finishedMs: numbers(details.finishedMs),
        texts: mapped(details.texts, (column) => Array.from(places, (place) => column[place] ?? null)),
      },
    }),
  };
}

/** The same runs in columns of their own, which may be transferred. */
export function copied(runs: ExistingRuns): ExistingRuns {
  return pick(runs, Uint32Array.from(runs.executionMs.keys()));
}

/** The typed arrays of the columns. */
export function columnsOf(runs: ExistingRuns): (Float64Array | Uint8Array | Uint32Array)[] {
  const { executionMs, state, startMs, endMs, attempt, details } = runs;
  const rest = details === undefined ? [] : [details.runType, details.startedMs, details.finishedMs];
  return [executionMs, state, startMs, endMs, attempt, ...rest];
}

function mapped(
  texts: RunDetails["texts"],
  change: (column: (string | null)[]) => (string | null)[],
): RunDetails["texts"] {
  return Object.fromEntries(Object.entries(texts).map(([name, column]) => [name, change(column)]));
}

/** Whether a value that came from elsewhere has these columns. */
export function isExistingRuns(value: unknown): value is ExistingRuns {
  const { executionMs, state, startMs, endMs, attempt } = (value ?? {}) as Partial<ExistingRuns>;
  return (
    executionMs instanceof Float64Array &&
    startMs instanceof Float64Array &&
    endMs instanceof Float64Array &&
    state instanceof Uint8Array &&
    attempt instanceof Uint32Array &&
    [state, startMs, endMs, attempt].every(({ length }) => length === executionMs.length)
  );
}
