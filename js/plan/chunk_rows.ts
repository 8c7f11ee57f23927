// The rows of a plan that start runs: one a date, or one a chunk.
import { ActionCode } from "../raw.js";
import { iso } from "../time.js";
import type { PlanData } from "./plan_data.js";

type Chunks = Pick<PlanData, "chunks" | "executionDate">;

/** How many runs a plan starts. */
export function startsOf({ counts: { create, rerun, reset }, chunks, action }: PlanData): number {
  if (chunks === undefined) return create + rerun + reset;
  return chunks.filter((row) => action[row] !== ActionCode.Skip).length;
}

/** The rows of a chunk, ascending by date. */
export function rowsOf({ chunks = [], executionDate }: Chunks, index: number): number[] {
  const [from, to] = [chunks[index] as number, chunks[index + 1] ?? executionDate.length];
  const rows = Array.from({ length: to - from }, (_, at) => from + at);
  return (executionDate[from] as number) > (executionDate[to - 1] as number) ? rows.reverse() : rows;
}

/** The chunk that a row lies in. */
export function chunkAt({ chunks = [] }: Pick<PlanData, "chunks">, row: number): number {
  let [low, high] = [0, chunks.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((chunks[middle] as number) <= row) low = middle;
    else high = middle;
  }
  return low;
}

export function datesOf({ executionDate }: Chunks, rows: readonly number[]): string[] {
  return rows.map((row) => iso(executionDate[row] as number));
}

/** Rows that start a run. */
export function* startingRows(plan: PlanData): Iterable<number> {
  for (const [row, action] of plan.action.entries()) if (action !== ActionCode.Skip) yield row;
}
