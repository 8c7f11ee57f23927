// A date of a DAG as the run that its schedule makes of it.
import { noRuns } from "../../plan/existing_runs.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import { plannedRuns } from "../../plan/plan_rows.js";
import { call } from "../../raw.js";
import { timetableOf } from "../../schedule/timetable.js";
import type { TimetableWire } from "../../schedule/wire.js";
import { zoneOffsets } from "../../zones.js";

/** `timetable` with the origin that a period counts from. */
export function scheduledRun(timetable: TimetableWire, date: number): PlannedRun {
  const zone = call(() => timetableOf(timetable).timeZone());
  const [offset = 0] = zone === "UTC" ? [] : zoneOffsets(zone, date, date + 1);
  const data = {
    timetable,
    executionDate: Float64Array.of(date),
    offsetSeconds: Int32Array.of(offset),
    action: new Uint8Array(1),
    reason: new Uint8Array(1),
    existing: noRuns(),
  };
  const [planned] = plannedRuns(data, 0, 1, "scheduled");
  return planned as PlannedRun;
}
