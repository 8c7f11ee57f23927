// The runs that exist already, as the core wants them: columns.

import { RUN_STATES } from "../store/states.js";
import type { RunRecord, RunStore } from "../store/store.js";
import { runIdOf } from "./plan_rows.js";

export interface History {
  records: RunRecord[];
  dates: Float64Array;
  states: Uint8Array;
  /** Bit 0: its owner is dead. Bit 1: started by hand. */
  flags: Uint8Array;
  /** Data intervals, epoch milliseconds. */
  starts: Float64Array;
  ends: Float64Array;
  /** "" for the id that a backfill would give. */
  runIds: string[];
}

/** Says whether the run of a record is driven by nobody any more: it is queued or running and its owner's lease has expired.
 *  Under the lease `held` no other process drives, so what names it was left behind. */
export function abandonment(store: RunStore, held?: string): (record: RunRecord) => Promise<boolean> {
  const alive = new Map<string, boolean>();
  return async ({ state, owner }) => {
    if ((state !== "queued" && state !== "running") || owner === undefined) return false;
    if (owner === held) return true;
    let lives = alive.get(owner);
    if (lives === undefined) {
      lives = (await store.readLease(owner)) !== null;
      alive.set(owner, lives);
    }
    return !lives;
  };
}

/** The records of a DAG with execution dates in [from, to]. */
export async function loadHistory(
  store: RunStore,
  dagId: string,
  from: number,
  to: number,
  held?: string,
): Promise<History> {
  const records = await store.listRuns({ dagId, from, to });
  const abandoned = abandonment(store, held);
  const dates = new Float64Array(records.length);
  const states = new Uint8Array(records.length);
  const flags = new Uint8Array(records.length);
  const starts = new Float64Array(records.length);
  const ends = new Float64Array(records.length);
  const runIds: string[] = [];
  for (const [index, run] of records.entries()) {
    dates[index] = Date.parse(run.executionDate);
    states[index] = RUN_STATES.indexOf(run.state);
    flags[index] = ((await abandoned(run)) ? 1 : 0) | (run.runType === "manual" ? 2 : 0);
    starts[index] = Date.parse(run.dataInterval.start);
    ends[index] = Date.parse(run.dataInterval.end);
    runIds.push(run.runId === runIdOf("backfill", run.executionDate) ? "" : run.runId);
  }
  return { records, dates, states, flags, starts, ends, runIds };
}
