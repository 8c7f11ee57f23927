// Rows of a plan as objects. Their texts are made here, a slice at a time: neighbours share most of them.

import { ACTIONS, RUN_TYPES, SKIP_REASONS } from "../codes.js";
import { call, ManualNumber, RowColumn } from "../raw.js";
import { timetableOf } from "../schedule/timetable.js";
import { runIdAt } from "../store/history.js";
import { runIdOf } from "../store/run_id.js";
import type { RunType } from "../store/store.js";
import { iso } from "../time.js";
import { chunkAt, rowsOf } from "./chunk_rows.js";
import { placeIn } from "./date_search.js";
import { placeOn, stateAt } from "./existing_runs.js";
import type { PlanData, PlannedRun } from "./plan_data.js";

/** An instant on a clock that is `offset` seconds ahead of UTC. */
function localIso(ms: number, offset: number): string {
  return iso(ms + offset * 1000).slice(0, -1) + offsetText(offset);
}

let [lastOffset, lastText] = [0, "+00:00"];

/** `+01:00`, with seconds where there are some. Neighbours share it. */
function offsetText(offset: number): string {
  if (offset === lastOffset) return lastText;
  const far = Math.abs(offset);
  const two = (part: number) => String(Math.floor(part)).padStart(2, "0");
  const seconds = far % 60 === 0 ? "" : `:${two(far % 60)}`;
  lastOffset = offset;
  lastText = `${offset < 0 ? "-" : "+"}${two(far / 3600)}:${two((far / 60) % 60)}${seconds}`;
  return lastText;
}

/** The dates of a run that is started by hand: it covers the last interval that was complete then. */
export function datesByHand(
  numbers: ArrayLike<number>,
): Pick<
  PlannedRun,
  "executionDate" | "localDate" | "dataInterval" | "runAfter" | "previousDate" | "nextDate"
> {
  const at = (place: ManualNumber) => numbers[place] as number;
  const orNull = (place: ManualNumber) => (Number.isNaN(at(place)) ? null : iso(at(place)));
  const executionDate = iso(at(ManualNumber.Date));
  return {
    executionDate,
    localDate: localIso(at(ManualNumber.Date), at(ManualNumber.Offset)),
    dataInterval: { start: iso(at(ManualNumber.Start)), end: iso(at(ManualNumber.End)) },
    runAfter: executionDate,
    previousDate: orNull(ManualNumber.Before),
    nextDate: orNull(ManualNumber.After),
  };
}

const MANUAL = RUN_TYPES.indexOf("manual");

/** The members of a row whose run stands on no date of the schedule: it is run again as one that is started by hand. `start` and `end` are what a
 *  run of the schedule covers there, so that most runs need no look at the schedule. */
function byHand({ existing, timetable }: RowData, place: number, start: number, end: number) {
  const { executionMs, startMs, endMs, details } = existing;
  if (place < 0) return undefined;
  if (startMs[place] === start && endMs[place] === end && details?.runType[place] !== MANUAL)
    return undefined;
  const ms = executionMs[place] as number;
  return call(() => {
    const dates = timetableOf(timetable);
    return dates.next(ms - 1, 1)[0] === ms
      ? undefined
      : { ...datesByHand(dates.manual(ms)), runType: "manual" as const };
  });
}

/** The columns from which rows of a plan, or of a catchup, are built. */
export type RowData = Pick<
  PlanData,
  "timetable" | "executionDate" | "offsetSeconds" | "action" | "reason" | "existing" | "upstream" | "chunks"
>;

/** Writes an instant that one of the last few calls wrote only once: neighbouring rows share most of theirs. */
function writer(): (ms: number) => string {
  const [instants, texts] = [new Float64Array(4).fill(Number.NaN), ["", "", "", ""]];
  let next = 0;
  return (ms) => {
    const known = instants.indexOf(ms);
    if (known >= 0) return texts[known] as string;
    const text = iso(ms);
    instants[next] = ms;
    texts[next] = text;
    next = (next + 1) % 4;
    return text;
  };
}

/** The row of a date; -1 when it has none. The rows of most orders are sorted, so that few are looked at. */
export function rowOn(dates: Float64Array, ms: number): number {
  const row = placeIn(dates, ms);
  return row < 0 ? dates.indexOf(ms) : row;
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
  const at = (column: RowColumn, row: number) => columns[column * count + row] as number;
  const orNull = (ms: number) => (Number.isNaN(ms) ? null : write(ms));
  const rows: PlannedRun[] = [];
  for (let row = 0; row < count; row++) {
    const ms = dates[row] as number;
    const executionDate = write(ms);
    const place = placeOn(data.existing, ms);
    const reason = SKIP_REASONS[data.reason[from + row] as number];
    rows.push({
      executionDate,
      localDate: localIso(ms, data.offsetSeconds[from + row] as number),
      dataInterval: {
        start: write(at(RowColumn.IntervalStart, row)),
        end: write(at(RowColumn.IntervalEnd, row)),
      },
      runAfter: write(at(RowColumn.RunAfter, row)),
      runId: place < 0 ? runIdOf(type, executionDate) : runIdAt(data.existing, place),
      action: ACTIONS[data.action[from + row] as number] ?? "skip",
      ...(reason ? { reason } : {}),
      ...(place < 0 ? {} : { existingState: stateAt(data.existing, place) }),
      previousDate: orNull(at(RowColumn.Previous, row)),
      nextDate: orNull(at(RowColumn.Next, row)),
      ...byHand(data, place, at(RowColumn.IntervalStart, row), at(RowColumn.IntervalEnd, row)),
      ...chunkOf(data, from + row, type),
      ...(data.upstream === undefined ? {} : { upstream: upstreamOf(data.upstream, from + row) }),
    });
  }
  return rows;
}

/** The run id of a chunk's first date, for the others. */
function chunkOf(data: RowData, row: number, type: RunType): { chunk?: string } {
  if (data.chunks === undefined) return {};
  const [first] = rowsOf(data, chunkAt(data, row));
  if (first === undefined || first === row) return {};
  const ms = data.executionDate[first] as number;
  const place = placeOn(data.existing, ms);
  return { chunk: place < 0 ? runIdOf(type, iso(ms)) : runIdAt(data.existing, place) };
}

/** Which dates upstream a row is for. */
function upstreamOf(
  upstream: NonNullable<PlanData["upstream"]>,
  row: number,
): { dagId: string; dates: string[] }[] {
  return upstream.flatMap(({ dagId, dates, from, to }) => {
    const own = dates.subarray(from[row], to[row]);
    return own.length === 0 ? [] : [{ dagId, dates: Array.from(own, iso) }];
  });
}
