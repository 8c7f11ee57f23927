// The counts of a backfill, on the way and at the end.
import { type Inspect, inspect, inspected, leftOut } from "../../inspect.js";
import { ProgressNumber } from "../../raw.js";
import type { BackfillResult, Progress, RunResult } from "../events/backfill_events.js";
import type { Rows } from "./rows.js";
import type { Snapshot } from "./snapshot.js";

/** `numbers`: in the places of `ProgressNumber`; what is not there is 0, and the end unknown. */
export function progressOf(total: number, numbers: ArrayLike<number>): Progress {
  const { completed, failed, skipped, canceled } = countsOf(numbers);
  const running = numbers[ProgressNumber.Running] ?? 0;
  const eta = numbers[ProgressNumber.Eta] ?? -1;
  const remaining = total - completed - failed - skipped - canceled;
  return eta < 0
    ? { total, completed, failed, remaining, running, skipped, canceled }
    : { total, completed, failed, remaining, running, skipped, canceled, etaMs: eta };
}

/** The counts at the head of these numbers. */
export function countsOf(numbers: ArrayLike<number>): NonNullable<Snapshot["counts"]> {
  return {
    completed: numbers[ProgressNumber.Completed] ?? 0,
    failed: numbers[ProgressNumber.Failed] ?? 0,
    skipped: numbers[ProgressNumber.Skipped] ?? 0,
    canceled: numbers[ProgressNumber.Canceled] ?? 0,
  };
}

/** The result of a backfill that has ended; its rows are made on demand. */
export function resultOf(
  backfillId: string,
  { dagId, state, startedAt, finishedAt = startedAt }: Snapshot,
  rows: Rows,
  { completed, failed, skipped, canceled }: Progress,
  failedTasks: number,
  unresolved: number,
): BackfillResult {
  let results: RunResult[] | undefined;
  const result: BackfillResult = {
    backfillId,
    dagId,
    state: state as BackfillResult["state"],
    totalDates: rows.set.dates,
    completed,
    failed,
    skipped,
    canceled,
    unfinished: rows.unfinished(),
    unresolved,
    ...(failedTasks > 0 ? { failedTasks } : {}),
    get results() {
      results ??= rows.results();
      return results;
    },
    startedAt,
    finishedAt,
  };
  // Not enumerable, so that a copy by spread stays plain data.
  return Object.defineProperty(result, inspect, {
    value: (depth: number | null, options: { depth: number | null }, show: Inspect) => {
      const first = rows.results(3);
      // `result` has a getter under this name, which a spread would call.
      const members = Object.fromEntries(
        Object.keys(result).map((key) => [
          key,
          key === "results" ? leftOut(first, rows.set.dates) : result[key as keyof BackfillResult],
        ]),
      );
      return inspected("BackfillResult", members, depth, options, show);
    },
  });
}
