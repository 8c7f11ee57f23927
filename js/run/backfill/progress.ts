// The counts of a backfill, on the way and at the end, and when it will have ended.

import { type Inspect, inspect, inspected, leftOut } from "../../inspect.js";
import { fields, list, number } from "../../options.js";
import { ActionCode, CountNumber, call, RowStatus } from "../../raw.js";
import { iso } from "../../time.js";
import type { BackfillResult, Progress, RunResult } from "../events/backfill_events.js";
import type { ProgressNumbers } from "../machine/machine.js";
import type { LiveEta } from "./backfill.js";
import type { Rows } from "./rows.js";
import { coreOptions, type Snapshot } from "./snapshot.js";

export const progressOf: (total: number, ...numbers: ProgressNumbers) => Progress = (
  total,
  completed,
  failed,
  skipped,
  canceled,
  running,
  eta,
) => {
  const remaining = total - completed - failed - skipped - canceled;
  return eta < 0
    ? { total, completed, failed, remaining, running, skipped, canceled }
    : { total, completed, failed, remaining, running, skipped, canceled, etaMs: eta };
};

export function countsOf(counts: Uint32Array | undefined): NonNullable<Snapshot["counts"]> {
  const read = (number: CountNumber) => counts?.[number] ?? 0;
  return {
    completed: read(CountNumber.Completed),
    failed: read(CountNumber.Failed),
    skipped: read(CountNumber.Skipped),
    canceled: read(CountNumber.Canceled),
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

const FEWEST = 5;
const ENDED: readonly number[] = [RowStatus.Success, RowStatus.Failed, RowStatus.Canceled];

/** `undefined` before five runs have ended. Runs in flight count as if they had just begun. */
export function liveEta(rows: Rows, lanes: number, now: number, options: unknown): LiveEta | undefined {
  const { quantiles = [0.5, 0.9] } = fields(options, "options", {
    quantiles: list(number(0, 1)),
  });
  const { snapshot, columns } = rows.set;
  if (snapshot === undefined) return undefined;
  const took: number[] = [];
  let left = 0;
  for (const [row, status] of rows.status.entries()) {
    if (columns.actions[row] === ActionCode.Skip) continue;
    const ms = (rows.finishedAt[row] as number) - (rows.startedAt[row] as number);
    if (!ENDED.includes(status)) left += 1;
    else if (status !== RowStatus.Canceled && !Number.isNaN(ms)) took.push(ms);
  }
  if (took.length < FEWEST) return undefined;
  const { rateCount, ratePer, startWindows = [], dependsOnPast } = coreOptions(snapshot);
  const [, ...etas] = call((wasm) =>
    wasm.planSpread(
      left,
      Float64Array.from(took),
      took.length,
      dependsOnPast ? 1 : lanes,
      rateCount,
      ratePer,
      Float64Array.from(quantiles),
      now,
      startWindows,
    ),
  );
  return Object.fromEntries(
    quantiles.map((share, at) => {
      const etaMs = etas[at] ?? 0;
      return [String(share), { etaMs, finishAt: iso(Math.min(now + etaMs, 253_402_300_799_999)) }];
    }),
  );
}
