// Chunks: one run for several consecutive dates.
import { DagfillError } from "../error.js";
import { fields, integer, oneOf, wrong } from "../options.js";
import { ActionCode } from "../raw.js";
import { chunkAt, datesOf, rowsOf } from "./chunk_rows.js";
import type { PlanData, PlannedRun } from "./plan_data.js";
import { plannedRuns } from "./plan_rows.js";
import type { RenderedRun } from "./preview_templates.js";
import { covered } from "./touched.js";

/** So many consecutive dates in one run, or all of a whole unit of the calendar in the schedule's zone: "P1D", "P1W" (from Monday), "P1M",
 *  "P3M" (a quarter) or "P1Y". */
export type Chunk = { dates: number } | { period: string };
type CheckedChunk = { dates: number } | { period: (typeof PERIODS)[number] };

const PERIODS = ["P1D", "P1W", "P1M", "P3M", "P1Y"] as const;

export function chunk(value: unknown, path: string): CheckedChunk {
  const { dates, period } = fields<{ dates: number; period: (typeof PERIODS)[number] }>(value, path, {
    dates: integer(1),
    period: oneOf(...PERIODS),
  });
  if (dates !== undefined && period === undefined) return { dates };
  if (period !== undefined && dates === undefined) return { period };
  throw wrong(path, "either dates or period", value);
}

const DAY_MS = 86_400_000;

/** The number of the calendar unit that a wall-clock time lies in. */
function unitOf(period: (typeof PERIODS)[number], wall: number): number {
  const date = new Date(wall);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const day = Math.floor(wall / DAY_MS);
  // The first of January 1970 was a Thursday.
  if (period === "P1W") return Math.floor((day + 3) / 7);
  return { P1D: day, P1M: year * 12 + month, P3M: year * 4 + Math.floor(month / 3), P1Y: year }[period];
}

type Columns = Pick<PlanData, "timetable" | "executionDate" | "offsetSeconds" | "action">;

/** The first row of each chunk, and of each row that starts nothing: it stands for itself. Dates that the plan skips, or that are no dates of
 *  it, split chunks. */
export function cut(plan: Columns, by: CheckedChunk): number[] {
  const { timetable, executionDate: dates, offsetSeconds, action } = plan;
  if (timetable.kind === "trigger" && timetable.interval === undefined) {
    throw new DagfillError("INVALID_OPTION", "chunk: expected runs that cover something, got kind trigger", {
      field: "chunk",
      hint: "a run of kind trigger has an empty data interval: give the DAG an interval, such as P1D",
    });
  }
  const ascending = [...dates.keys()];
  const isBackwards = dates.length > 1 && (dates[0] as number) > (dates[1] as number);
  if (isBackwards) ascending.reverse();
  const { starts, ends, before } = covered(timetable, dates.slice().sort());
  const rows = dates.length;
  const isFirst = new Uint8Array(rows);
  let size = 0;
  for (const [place, row] of ascending.entries()) {
    const last = ascending[place - 1];
    const follows =
      last !== undefined &&
      before[place] === dates[last] &&
      (timetable.interval !== undefined || ends[place - 1] === starts[place]) &&
      action[row] !== ActionCode.Skip &&
      action[last] !== ActionCode.Skip;
    const wall = (at: number) => (dates[at] as number) + (offsetSeconds[at] as number) * 1000;
    const fits =
      follows &&
      ("dates" in by ? size < by.dates : unitOf(by.period, wall(last)) === unitOf(by.period, wall(row)));
    if (!fits) isFirst[place] = 1;
    size = fits ? size + 1 : 1;
  }
  const firsts = [...isFirst.keys()].filter((place) => isFirst[place] === 1);
  if (!isBackwards) return firsts;
  // Chunks as rows run: each begins where the next one, in time, ends.
  return [...firsts.slice(1), rows].map((end) => rows - end).reverse();
}

/** The run of a chunk: that of its first date, which covers all of them. */
export function chunkRun(plan: PlanData, rows: readonly number[]): Omit<PlannedRun, "chunk"> {
  const run = (row: number) => plannedRuns(plan, row, row + 1)[0] as PlannedRun;
  const [first, last] = [run(rows[0] as number), run(rows.at(-1) as number)];
  const dataInterval = { start: first.dataInterval.start, end: last.dataInterval.end };
  return { ...first, dataInterval, runAfter: last.runAfter, nextDate: last.nextDate };
}

/** The run that the texts of a row are rendered for: that of its chunk, where it has one. */
export function renderedRun(plan: PlanData, row: number): RenderedRun | undefined {
  const rows = plan.chunks === undefined ? [] : rowsOf(plan, chunkAt(plan, row));
  if (plan.action[row] !== ActionCode.Skip && rows.length > 0)
    return { ...chunkRun(plan, rows), chunk: { dates: datesOf(plan, rows) } };
  const [run] = plannedRuns(plan, row, row + 1);
  if (run === undefined) return undefined;
  const { chunk: _, ...rest } = run;
  return rest;
}
