// The date that a run of another scheduler has here.
import type { Dag } from "../../dag/dag.js";
import type { Duration } from "../../duration.js";
import { durationMs, type RunType } from "../../face.js";
import { instantMs } from "../../store/instant.js";
import { iso } from "../../time.js";
import type { HistoryRow, Time } from "./rows.js";

type ReadTime = (time: Time) => number | undefined;

/** A row with its own date, and the end of its data interval where it has one. */
interface Dated {
  row: HistoryRow;
  logical: number;
  runType: RunType;
  intervalEnd: number | undefined;
}

/** Reads the dates of a DAG's runs; `undefined` where a row does not tell. Airflow dates a run by the start of its data interval, and a run
 *  whose schedule has an `interval` before its dates has the end here: that of the row, else when the run was due, else the start and the
 *  interval. A run by hand has the date that somebody asked for, in both. */
export function dateReader({ interval }: Dag, time: ReadTime): (dated: Dated) => number | undefined {
  if (interval === undefined) return ({ logical }) => logical;
  const length = lengthOf(interval);
  return ({ row, logical, runType, intervalEnd }) => {
    if (row.isOwnDate) return logical;
    if (intervalEnd !== undefined) return intervalEnd;
    if (runType === "manual") return logical;
    const due = row.runAfter === undefined ? undefined : time(row.runAfter);
    return due ?? (length === undefined ? undefined : logical + length);
  };
}

/** Milliseconds; `undefined` for months, which differ. Airflow counts days as 24 hours. */
function lengthOf(interval: Duration): number | undefined {
  try {
    return durationMs(interval);
  } catch {
    return undefined;
  }
}

/** The run's id. One that ends with a date which is another run's here would be taken when that one starts, and gets the date of its own. */
export function runIdOf({ runId }: HistoryRow, logical: number, at: number, runType: RunType): string {
  const own = iso(at).replace("Z", "+00:00");
  if (runId === undefined) return `${runType}__${own}`;
  const cut = runId.indexOf("__") + 2;
  return at !== logical && cut > 2 && instantMs(runId.slice(cut)) === logical
    ? runId.slice(0, cut) + own
    : runId;
}
