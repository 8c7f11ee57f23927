// The rows that a driver runs, and the data that is recorded of each.

import { RUN_STATES } from "../../codes.js";
import type { Failure } from "../../failure.js";
import type { Json } from "../../json.js";
import { rowsOf } from "../../plan/chunk_rows.js";
import { chunkRun } from "../../plan/chunks.js";
import { placeOn } from "../../plan/existing_runs.js";
import type { PlanData, PlannedRun } from "../../plan/plan_data.js";
import { plannedRuns } from "../../plan/plan_rows.js";
import { ActionCode } from "../../raw.js";
import type { RunType } from "../../store/store.js";
import { iso } from "../../time.js";
import { attemptKey } from "../attempt/context.js";
import type { Snapshot } from "./snapshot.js";

/** Columns of a plan as the core reads them; those of existing runs may be empty. */
export interface Columns {
  actions: Uint8Array;
  reasons: Uint8Array;
  /** Numbers of `RunStateCode`; another one where no run exists. */
  states: Uint8Array;
  attempts: Uint32Array;
  /** How many dates each row has; empty for one each. */
  weights: Uint32Array;
}

export interface RunSet {
  readonly dagId: string;
  readonly runType: RunType;
  readonly backfillId?: string;
  /** The key of an attempt. */
  key(row: number, attempt: number): string;
  /** Keys do not follow from a backfill's id: the records keep them. */
  readonly keepsKeys: boolean;
  readonly count: number;
  /** How many dates there are in all rows. */
  readonly dates: number;
  /** Its rows go from the newest date to the oldest. */
  readonly isBackwards?: boolean;
  readonly columns: Columns;
  planned(row: number): PlannedRun;
  /** The dates of a row, ascending, each as it is recorded: of a chunk there are several. */
  members(row: number): Member[];
  /** Dates of chunks that their own callback said have failed, by row. */
  readonly failures: Map<number, Map<string, Failure>>;
  /** The date of the run before a row's; null where there is none. */
  past(row: number): string | null;
  /** The conf of a row: its own, else the backfill's, else what an existing run has. */
  conf(row: number): Record<string, Json>;
  /** A backfill is stored itself; a single run is not. */
  readonly snapshot?: Snapshot;
}

/** One date of a row. */
export interface Member {
  planned: PlannedRun;
  /** The state of the run that the plan found on the date (a number of `RunStateCode`), and its attempts. */
  before: number | undefined;
  attempts: number;
}

/** No number of `RunStateCode`. */
export const NO_STATE = RUN_STATES.length;
/** One for all runs without conf: what is made of a conf is kept by it. */
const NO_CONF: Record<string, Json> = Object.freeze({});
const SLICE = 64;
const KEPT = 4;

/** The rows of a backfill. */
export function backfillRuns(backfillId: string, snapshot: Snapshot): RunSet {
  const { plan } = snapshot;
  const places = placesOf(plan);
  const planned = slices(plan);
  if (plan.chunks !== undefined) return chunkedRuns(backfillId, snapshot, planned);
  const columns = columnsOf(plan, places);
  const confAt = confsOf(snapshot, places);
  const member = (row: number) => memberOf(plan, planned(row), places(row));
  return {
    dagId: snapshot.dagId,
    runType: "backfill",
    backfillId,
    key: (row, attempt) => attemptKey(backfillId, snapshot.dagId, planned(row).runId, "", attempt),
    keepsKeys: false,
    count: plan.executionDate.length,
    dates: plan.executionDate.length,
    columns,
    planned,
    members: (row) => [member(row)],
    failures: new Map(),
    past: (row) => pastOf(plan, row, places) ?? planned(0).previousDate,
    conf: (row) => confAt(row),
    snapshot,
  };
}

function columnsOf(plan: PlanData, places: (row: number) => number): Columns {
  const { existing } = plan;
  const count = existing.executionMs.length === 0 ? 0 : plan.executionDate.length;
  const [states, attempts] = [new Uint8Array(count).fill(NO_STATE), new Uint32Array(count)];
  for (let row = 0; row < count; row++) {
    const place = places(row);
    if (place < 0) continue;
    states[row] = existing.state[place] as number;
    attempts[row] = existing.attempt[place] as number;
  }
  return { actions: plan.action, reasons: plan.reason, states, attempts, weights: new Uint32Array() };
}

function memberOf({ existing }: PlanData, planned: PlannedRun, place: number): Member {
  const before = place < 0 ? undefined : existing.state[place];
  return { planned, before, attempts: place < 0 ? 0 : (existing.attempt[place] as number) };
}

/** The rows of a backfill in chunks: one a chunk. */
function chunkedRuns(backfillId: string, snapshot: Snapshot, planned: (row: number) => PlannedRun): RunSet {
  const { plan, dagId } = snapshot;
  const places = placesOf(plan);
  const count = plan.chunks?.length ?? 0;
  const all = Array.from({ length: count }, (_, row) => rowsOf(plan, row));
  const rows = (row: number) => all[row] as number[];
  const first = (row: number) => rows(row)[0] as number;
  const of = <T>(column: ArrayLike<T>) => all.map(([at]) => column[at as number] as T);
  const { actions, reasons, states, attempts } = columnsOf(plan, places);
  const confAt = confsOf(snapshot, places);
  const runs = new Map<number, PlannedRun>();
  const run = (row: number) => {
    const known = runs.get(row) ?? (rows(row).length === 1 ? planned(first(row)) : chunkRun(plan, rows(row)));
    // Runs start in order: the last few are asked for again and again.
    if (runs.size > SLICE) runs.clear();
    runs.set(row, known);
    return known;
  };
  return {
    dagId,
    runType: "backfill",
    backfillId,
    key: (row, attempt) => attemptKey(backfillId, dagId, run(row).runId, "", attempt),
    keepsKeys: false,
    count,
    dates: plan.executionDate.length,
    columns: {
      actions: Uint8Array.from(of(actions)),
      reasons: Uint8Array.from(of(reasons)),
      states: states.length === 0 ? states : Uint8Array.from(of(states)),
      attempts: attempts.length === 0 ? attempts : Uint32Array.from(of(attempts)),
      weights: Uint32Array.from(all, ({ length }) => length),
    },
    planned: run,
    isBackwards: (plan.executionDate[0] ?? 0) > (plan.executionDate.at(-1) ?? 0),
    members: (row) => rows(row).map((at) => memberOf(plan, planned(at), places(at))),
    failures: new Map(),
    past: (row) => pastOf(plan, first(row), places) ?? planned(0).previousDate,
    conf: (row) => confAt(first(row)),
    snapshot,
  };
}

/** The place of the run that existed on the date of a row; -1 where there was none. */
function placesOf({ existing, executionDate }: PlanData): (row: number) => number {
  return (row) => placeOn(existing, executionDate[row] as number);
}

/** The conf of a plan's row. An existing run keeps its own, unless the backfill has one. */
function confsOf(
  { plan, confs, options }: Snapshot,
  places: (row: number) => number,
): (row: number) => Record<string, Json> {
  return (row) => {
    const given = confs?.[row] ?? options.conf;
    const kept = given === undefined ? plan.existing.details?.texts.conf?.[places(row)] : undefined;
    return given ?? (typeof kept === "string" ? JSON.parse(kept) : NO_CONF);
  };
}

/** The date of the last row before this one that starts or has a run already, since a date that is left alone and has no run is
 *  nothing to wait for. */
function pastOf(
  { executionDate, action }: PlanData,
  row: number,
  places: (row: number) => number,
): string | undefined {
  for (let before = row - 1; before >= 0; before--) {
    if (action[before] !== ActionCode.Skip || places(before) >= 0) {
      return iso(executionDate[before] as number);
    }
  }
  return undefined;
}

/** The planned run of a row. Rows are made a slice at a time, and the last few slices are kept: runs start in order. */
function slices(plan: PlanData): (row: number) => PlannedRun {
  const made: PlannedRun[][] = [];
  const numbers: number[] = [];
  return (row) => {
    const slice = Math.floor(row / SLICE);
    const slot = slice % KEPT;
    if (numbers[slot] !== slice) {
      const end = Math.min((slice + 1) * SLICE, plan.executionDate.length);
      made[slot] = plannedRuns(plan, slice * SLICE, end);
      numbers[slot] = slice;
    }
    return made[slot]?.[row % SLICE] as PlannedRun;
  };
}
