// What a driver runs: rows, and what is recorded of each.
import type { Json } from "../../json.js";
import { ACTIONS, type PlanData, type PlannedRun } from "../../plan/plan_data.js";
import { plannedRuns } from "../../plan/plan_rows.js";
import { RUN_STATES } from "../../store/states.js";
import type { RunRecord, RunType } from "../../store/store.js";
import { iso } from "../../time.js";
import type { Snapshot } from "./snapshot.js";

/** Columns of a plan as the core reads them; those of existing runs may be empty. */
export interface Columns {
  actions: Uint8Array;
  reasons: Uint8Array;
  /** Numbers of `RunStateCode`, 255 where no run exists. */
  states: Uint8Array;
  attempts: Uint32Array;
}

export interface RunSet {
  readonly dagId: string;
  readonly runType: RunType;
  readonly backfillId?: string;
  /** Kept with the records, where it does not follow from the backfill's id. */
  readonly key?: string;
  readonly count: number;
  readonly columns: Columns;
  planned(row: number): PlannedRun;
  /** The date of the run before a row's; null where there is none. */
  past(row: number): string | null;
  /** The conf of a row: its own, else the backfill's, else what an existing run has. */
  conf(row: number): Record<string, Json>;
  /** The run that the plan found on a row's date. */
  existing(row: number): RunRecord | undefined;
  /** A backfill is stored itself; a single run is not. */
  readonly snapshot?: Snapshot;
}

const NONE = 255;
const SLICE = 64;
const KEPT = 4;

/** The rows of a backfill. */
export function backfillRuns(backfillId: string, snapshot: Snapshot): RunSet {
  const { plan, confs, options } = snapshot;
  const existing = existingRuns(plan);
  const planned = slices(plan);
  return {
    dagId: snapshot.dagId,
    runType: "backfill",
    backfillId,
    count: plan.executionDate.length,
    columns: columnsOf(plan, existing),
    planned,
    past: (row) => pastOf(plan, row, existing) ?? planned(0).previousDate,
    conf: (row) => confs?.[row] ?? options.conf ?? existing(row)?.conf ?? {},
    existing,
    snapshot,
  };
}

/** One run outside of a backfill. */
export function singleRun(
  runType: RunType,
  dagId: string,
  planned: PlannedRun,
  conf: Record<string, Json>,
  key: string,
): RunSet {
  return {
    dagId,
    runType,
    key,
    count: 1,
    columns: {
      actions: Uint8Array.of(ACTIONS.indexOf(planned.action)),
      reasons: new Uint8Array(1),
      states: new Uint8Array(),
      attempts: new Uint32Array(),
    },
    planned: () => planned,
    past: () => planned.previousDate,
    conf: () => conf,
    existing: () => undefined,
  };
}

function columnsOf(plan: PlanData, existing: (row: number) => RunRecord | undefined): Columns {
  const isEmpty = plan.existingRuns.length === 0;
  const count = isEmpty ? 0 : plan.executionDate.length;
  const [states, attempts] = [new Uint8Array(count).fill(NONE), new Uint32Array(count)];
  for (let row = 0; row < count; row++) {
    const run = existing(row);
    if (run === undefined) continue;
    states[row] = RUN_STATES.indexOf(run.state);
    attempts[row] = run.attempt;
  }
  return { actions: plan.action, reasons: plan.reason, states, attempts };
}

function existingRuns(plan: PlanData): (row: number) => RunRecord | undefined {
  let byDate: Map<string, RunRecord> | undefined;
  return (row) => {
    if (plan.existingRuns.length === 0) return undefined;
    byDate ??= new Map(plan.existingRuns.map((run) => [run.executionDate, run]));
    return byDate.get(iso(plan.executionDate[row] as number));
  };
}

/** The date of the last row before this one that starts or has a run already, since a date that is left alone and has no run is
 *  nothing to wait for. */
function pastOf(
  { executionDate, action }: PlanData,
  row: number,
  existing: (row: number) => RunRecord | undefined,
): string | undefined {
  for (let before = row - 1; before >= 0; before--) {
    if (ACTIONS[action[before] as number] !== "skip" || existing(before) !== undefined) {
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
