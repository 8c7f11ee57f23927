// A date of a DAG as the run that its schedule makes of it, and warnings of a schedule that changed while no scheduler was looking: the next
// run may cover again what the last one of the old schedule has covered.

import type { CheckedDag } from "../../dag/dag.js";
import { oneOf } from "../../options.js";
import { noRuns } from "../../plan/existing_runs.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import { plannedRuns } from "../../plan/plan_rows.js";
import { call } from "../../raw.js";
import { timetableOf } from "../../schedule/timetable.js";
import type { TimetableWire } from "../../schedule/wire.js";
import type { DataInterval, RunRecord, RunStore } from "../../store/store.js";
import { zoneOffsets } from "../../zones.js";
import type { SchedulerListeners } from "../events/scheduler_events.js";
import { type Host, readHost } from "../host/host.js";
import type { SchedulerOptions } from "../host/options.js";

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

export function readSchedulerOptions(options: SchedulerOptions): {
  host: Host;
  onScheduleChange: "continue" | "skip_overlap";
} {
  const spec = { onScheduleChange: oneOf("continue", "skip_overlap") };
  const { onScheduleChange = "continue", ...host } = readHost<{
    onScheduleChange: "continue" | "skip_overlap";
  }>(options, spec);
  return { host: host as Host, onScheduleChange };
}

/** Compares the first runs of each DAG with the last scheduled run before them. While a scheduler works, schedules do not change. */
export class ScheduleChanges {
  readonly #store: RunStore;
  readonly #skips: boolean;
  readonly #listeners: SchedulerListeners;
  /** DAGs that a warning has named, and those whose runs follow each other again. */
  readonly #warned = new Set<string>();
  readonly #settled = new Set<string>();

  constructor(store: RunStore, mode: "continue" | "skip_overlap", listeners: SchedulerListeners) {
    this.#store = store;
    this.#skips = mode === "skip_overlap";
    this.#listeners = listeners;
  }

  /** Whether a date is to run. */
  async allows({ dagId }: CheckedDag, timetable: TimetableWire, planned: PlannedRun): Promise<boolean> {
    if (this.#settled.has(dagId)) return true;
    const to = Date.parse(planned.executionDate) - 1;
    const query = { dagId, runTypes: ["scheduled" as const], to, order: "desc" as const, limit: 1 };
    const [last] = await this.#store.listRuns(query);
    const overlaps = last !== undefined && overlap(planned.dataInterval, last.dataInterval) > 0;
    if (!overlaps) this.#settled.add(dagId);
    const difference = last === undefined ? undefined : differenceFrom(last, timetable, planned);
    if (difference === undefined || (!overlaps && this.#warned.has(dagId))) return true;
    this.#warned.add(dagId);
    const skipped = overlaps && this.#skips;
    const what = skipped ? "It is left out (onScheduleChange)." : "It still runs.";
    const message = `The schedule has changed: ${difference}. ${what}`;
    const warning = { code: "interval_mismatch", message, at: planned.executionDate, count: 1 };
    this.#listeners.tell({ type: "warning", dagId, warning });
    return !skipped;
  }
}

/** Milliseconds that both cover; not above 0 where the first begins behind the second, or covers nothing. */
function overlap(now: DataInterval, before: DataInterval): number {
  return Math.min(Date.parse(now.end), Date.parse(before.end)) - Date.parse(now.start);
}

/** Describes the difference between the schedule and the last run, where one does not follow the other. */
function differenceFrom(
  { runId, executionDate: before, dataInterval: covered }: RunRecord,
  timetable: TimetableWire,
  { executionDate, dataInterval }: PlannedRun,
): string | undefined {
  // Windows that are longer than the step overlap always: nothing has changed where the last run covered what it would now.
  const { dataInterval: given } = scheduledRun(timetable, Date.parse(before));
  if (given.start === covered.start && given.end === covered.end) return undefined;
  const now = `the run for ${executionDate} covers ${dataInterval.start} to ${dataInterval.end}`;
  const then = `the last scheduled run, ${runId}, covered ${covered.start} to ${covered.end}`;
  const twice = overlap(dataInterval, covered);
  if (twice > 0) return `${now}, and ${then}: ${Math.round(twice / 60_000)} minutes are covered twice`;
  return `${then}, and that date now has ${given.start} to ${given.end}; ${now}`;
}
