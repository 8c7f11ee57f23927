// Rows of a plan as objects. Their texts are made here, a slice at a time: neighbours share most of them.
import { ACTIONS, type PlanData, type PlannedRun, SKIP_REASONS } from "./plan_data.js";
import { call } from "./raw.js";
import type { RunRecord, RunType } from "./store/store.js";
import { iso } from "./time.js";
import { timetableOf } from "./timetable.js";

/** `<run type>__<logical date in UTC>`, as Airflow 2 names runs; `date` as `iso` writes it. */
export function runIdOf(type: RunType, date: string): string {
  // A fraction of a second has six digits there.
  const fraction = date.length > 20 ? `${date.slice(19, 23)}000` : "";
  return `${type}__${date.slice(0, 19)}${fraction}+00:00`;
}

/** An instant on a clock that is `offset` seconds ahead of UTC. */
export function localIso(ms: number, offset: number): string {
  const wall = iso(ms + offset * 1000).slice(0, -1);
  const far = Math.abs(offset);
  const two = (part: number) => String(Math.floor(part)).padStart(2, "0");
  const seconds = far % 60 === 0 ? "" : `:${two(far % 60)}`;
  return `${wall}${offset < 0 ? "-" : "+"}${two(far / 3600)}:${two((far / 60) % 60)}${seconds}`;
}

/** What the rows of a plan, or of a catchup, are made of. */
export type RowData = Pick<
  PlanData,
  "timetable" | "executionDate" | "offsetSeconds" | "action" | "reason" | "existingRuns"
>;

const records = new WeakMap<RowData, Map<string, RunRecord>>();

/** The record that stands on a date. */
function existing(data: RowData, date: string): RunRecord | undefined {
  if (data.existingRuns.length === 0) return undefined;
  let byDate = records.get(data);
  if (byDate === undefined) {
    byDate = new Map(data.existingRuns.map((record) => [record.executionDate, record]));
    records.set(data, byDate);
  }
  return byDate.get(date);
}

/** Writes each instant of a slice once. */
function writer(): (ms: number) => string {
  const known = new Map<number, string>();
  return (ms) => {
    let text = known.get(ms);
    if (text === undefined) {
      text = iso(ms);
      known.set(ms, text);
    }
    return text;
  };
}

/** The rows from `from` to `to`, `to` excluded. */
export function plannedRuns(
  data: RowData,
  from: number,
  to: number,
  type: RunType = "backfill",
): PlannedRun[] {
  const dates = data.executionDate.subarray(from, to);
  const count = dates.length;
  const columns = call((wasm) => wasm.planRows(timetableOf(data.timetable), dates));
  const write = writer();
  const at = (column: number, row: number) => columns[column * count + row] as number;
  const orNull = (ms: number) => (Number.isNaN(ms) ? null : write(ms));
  const rows: PlannedRun[] = [];
  for (let row = 0; row < count; row++) {
    const ms = dates[row] as number;
    const executionDate = write(ms);
    const record = existing(data, executionDate);
    const reason = SKIP_REASONS[data.reason[from + row] as number];
    rows.push({
      executionDate,
      localDate: localIso(ms, data.offsetSeconds[from + row] as number),
      dataInterval: { start: write(at(0, row)), end: write(at(1, row)) },
      runAfter: write(at(2, row)),
      runId: record?.runId ?? runIdOf(type, executionDate),
      action: ACTIONS[data.action[from + row] as number] ?? "skip",
      ...(reason ? { reason } : {}),
      ...(record === undefined ? {} : { existingState: record.state }),
      previousDate: orNull(at(3, row)),
      nextDate: orNull(at(4, row)),
    });
  }
  return rows;
}
