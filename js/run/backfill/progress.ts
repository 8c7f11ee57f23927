// The counts of a backfill, on the way and at the end.
import { type Inspect, inspect, inspected, leftOut } from "../../inspect.js";
import type { BackfillResult, Progress, RunResult } from "../events/backfill_events.js";
import type { Rows } from "./rows.js";
import type { Snapshot } from "./snapshot.js";

/** `numbers`: completed, failed, skipped, canceled, running, and the milliseconds to the end, negative while unknown. */
export function progressOf(total: number, numbers: ArrayLike<number>): Progress {
  // By index: an event has its progress, and a copy would cost as much as the event.
  const at = (place: number, otherwise = 0) => numbers[place] ?? otherwise;
  const [completed, failed, skipped, canceled] = [at(0), at(1), at(2), at(3)];
  const [running, eta] = [at(4), at(5, -1)];
  const remaining = total - completed - failed - skipped - canceled;
  return eta < 0
    ? { total, completed, failed, remaining, running, skipped, canceled }
    : { total, completed, failed, remaining, running, skipped, canceled, etaMs: eta };
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
    totalDates: rows.set.count,
    completed,
    failed,
    skipped,
    canceled,
    unfinished: rows.unfinished(),
    unresolved,
    ...(failedTasks > 0 ? { failedTasks } : {}),
    get results() {
      results ??= Array.from({ length: rows.set.count }, (_, row) => rows.result(row));
      return results;
    },
    startedAt,
    finishedAt,
  };
  // Not enumerable, so that a copy by spread stays plain data.
  return Object.defineProperty(result, inspect, {
    value: (depth: number | null, options: { depth: number | null }, show: Inspect) => {
      const first = Array.from({ length: Math.min(rows.set.count, 3) }, (_, row) => rows.result(row));
      // `result` has a getter under this name, which a spread would call.
      const members = Object.fromEntries(
        Object.keys(result).map((key) => [
          key,
          key === "results" ? leftOut(first, rows.set.count) : result[key as keyof BackfillResult],
        ]),
      );
      return inspected("BackfillResult", members, depth, options, show);
    },
  });
}
