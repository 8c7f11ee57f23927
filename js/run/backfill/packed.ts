// Columns of numbers as short JSON: neighbours are the same nearly always, or differ by the same step.
import { type ExistingRuns, placeOn } from "../../plan/existing_runs.js";
import { loadHistory } from "../../plan/history.js";
import type { PlanData } from "../../plan/plan_data.js";
import { HistoryBuilder } from "../../store/history.js";
import type { RunRecord, RunStore } from "../../store/store.js";

/** Pairs of a value and how often it follows itself. */
export type Packed = number[];

export function pack(values: Iterable<number>): Packed {
  const packed: number[] = [];
  for (const value of values) {
    if (packed.length > 0 && packed[packed.length - 2] === value) (packed[packed.length - 1] as number) += 1;
    else packed.push(value, 1);
  }
  return packed;
}

/** Fills the column, which has as many places as values are packed. */
export function unpack<T extends { [place: number]: number }>(packed: Packed, into: T): T {
  const column: { [place: number]: number } = into;
  let place = 0;
  for (let at = 0; at + 1 < packed.length; at += 2) {
    for (let left = packed[at + 1] as number; left > 0; left--) column[place++] = packed[at] as number;
  }
  return into;
}

/** How many values are packed; undefined when it is nothing that was packed. */
export function lengthOf(packed: unknown): number | undefined {
  if (!Array.isArray(packed) || !packed.every(Number.isFinite)) return undefined;
  let length = 0;
  for (let at = 1; at < packed.length; at += 2) length += packed[at];
  return length;
}

/** The differences of neighbours, the first from 0. */
export function* steps(values: Float64Array): Iterable<number> {
  let last = 0;
  for (const value of values) {
    yield value - last;
    last = value;
  }
}

/** By row of the plan. */
export interface PackedExisting {
  /** The place of the run's state in RUN_STATES, plus 1; 0 where there was no run. */
  state: Packed;
  /** How often it had been started. */
  attempt: Packed;
}

export function packExisting(dates: Float64Array, existing: ExistingRuns): PackedExisting {
  // Most backfills find no run: a million rows need no list of a million places for that.
  const none = [0, dates.length];
  if (existing.executionMs.length === 0) return { state: none, attempt: none };
  const places = Array.from(dates, (date) => placeOn(existing, date));
  return {
    state: pack(places.map((place) => (place < 0 ? 0 : (existing.state[place] as number) + 1))),
    attempt: pack(places.map((place) => existing.attempt[place] ?? 0)),
  };
}

/** The runs without what was not stored: ids are the default ones, intervals empty, until `recall` has read them. */
export function unpackExisting(dates: Float64Array, packed: PackedExisting): ExistingRuns {
  const state = unpack(packed.state, new Uint8Array(dates.length));
  const attempt = unpack(packed.attempt, new Uint32Array(dates.length));
  const rows = [...state.keys()].filter((row) => state[row] !== 0);
  rows.sort((a, b) => (dates[a] as number) - (dates[b] as number));
  const executionMs = Float64Array.from(rows, (row) => dates[row] as number);
  return {
    executionMs,
    startMs: executionMs,
    endMs: executionMs,
    state: Uint8Array.from(rows, (row) => (state[row] as number) - 1),
    attempt: Uint32Array.from(rows, (row) => attempt[row] as number),
  };
}

/** The runs of a snapshot of version 1, which had their records. */
export function existingOf(records: readonly RunRecord[]): ExistingRuns {
  const builder = new HistoryBuilder();
  const dated = records.map((run): [number, RunRecord] => [Date.parse(run.executionDate), run]);
  for (const [, run] of dated.sort(([a], [b]) => a - b)) builder.addRecord(run);
  const { runIds: _, ...runs } = builder.history();
  return runs;
}

/** Reads the ids, intervals and confs of the runs that the plan found, for who goes on with a stored backfill. Their states and
 *  attempts stay those that the plan has seen. */
export async function recall(store: RunStore, plan: PlanData, lease: string): Promise<PlanData> {
  const { existing } = plan;
  const [from, to] = [existing.executionMs[0], existing.executionMs.at(-1)];
  if (existing.details !== undefined || from === undefined || to === undefined) return plan;
  const { runs } = await loadHistory(store, plan.dagId, from, to, lease);
  const seen = Array.from(existing.executionMs, (date) => placeOn(runs, date));
  const column = (told: Float64Array, otherwise: Float64Array) =>
    Float64Array.from(seen, (place, at) => (place < 0 ? (otherwise[at] as number) : (told[place] as number)));
  const { runType, texts } = runs.details ?? { runType: new Uint8Array(0), texts: {} };
  const none = existing.executionMs.map(() => Number.NaN);
  const kept = { runId: texts.runId, conf: texts.conf };
  return {
    ...plan,
    existing: {
      ...existing,
      startMs: column(runs.startMs, existing.startMs),
      endMs: column(runs.endMs, existing.endMs),
      details: {
        runType: Uint8Array.from(seen, (place) => runType[place] ?? 0),
        startedMs: none,
        finishedMs: none,
        texts: Object.fromEntries(
          Object.entries(kept).flatMap(([name, texts]) =>
            texts === undefined ? [] : [[name, seen.map((place) => texts[place] ?? null)]],
          ),
        ),
      },
    },
  };
}
