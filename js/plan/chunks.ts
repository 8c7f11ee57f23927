// Chunks: one run for several consecutive dates.
import { fields, integer, oneOf, wrong } from "../options.js";
import { ActionCode } from "../raw.js";
import { chunkAt, datesOf, rowsOf } from "./chunk_rows.js";
import type { PlanData, PlannedRun } from "./plan_data.js";
import { plannedRuns } from "./plan_rows.js";
import type { RenderedRun } from "./preview_templates.js";

/** So many consecutive dates in one run, or all of a whole unit of the calendar in the schedule's zone: "P1D", "P1W" (from Monday), "P1M",
 *  "P3M" (a quarter) or "P1Y". */
export type Chunk = { dates: number } | { period: string };

const PERIODS = ["P1D", "P1W", "P1M", "P3M", "P1Y"] as const;

export function chunk(value: unknown, path: string): Chunk {
  const { dates, period } = fields<{ dates: number; period: string }>(value, path, {
    dates: integer(1),
    period: oneOf(...PERIODS),
  });
  if (dates !== undefined && period === undefined) return { dates };
  if (period !== undefined && dates === undefined) return { period };
  throw wrong(path, "either dates or period", value);
}

/** The run of a chunk: that of its first date, which covers all of them. */
export function chunkRun(plan: PlanData, rows: readonly number[]): Omit<PlannedRun, "chunk"> {
  const run = (row: number) => plannedRuns(plan, row, row + 1)[0] as PlannedRun;
  const [first, last] = [run(rows[0] as number), run(rows.at(-1) as number)];
  const dataInterval = { start: first.dataInterval.start, end: last.dataInterval.end };
  return { ...first, dataInterval, runAfter: last.runAfter, nextDate: last.nextDate };
}

/** The runs that a plan starts, each with its dates. */
export function* startingRuns(plan: PlanData): Generator<[PlannedRun, string[]]> {
  if (plan.chunks === undefined) {
    for (const run of plannedRuns(plan, 0, plan.action.length))
      if (run.action !== "skip") yield [run, [run.executionDate]];
  }
  for (const index of plan.chunks?.keys() ?? []) {
    const rows = rowsOf(plan, index);
    if (plan.action[rows[0] as number] !== ActionCode.Skip) yield [chunkRun(plan, rows), datesOf(plan, rows)];
  }
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
