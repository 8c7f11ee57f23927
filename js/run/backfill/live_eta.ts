// When a backfill that runs will have ended, as a spread: from the durations of its own runs so far.
import { fields, list, number } from "../../options.js";
import { ActionCode, call, RowStatus } from "../../raw.js";
import { iso } from "../../time.js";
import type { LiveEta } from "./backfill.js";
import type { Rows } from "./rows.js";
import { coreOptions } from "./snapshot.js";

const FEWEST = 5;
const ENDED: readonly number[] = [RowStatus.Success, RowStatus.Failed, RowStatus.Canceled];

/** `undefined` before five runs have ended. Runs in flight count as if they had just begun. */
export function liveEta(rows: Rows, lanes: number, now: number, options: unknown): LiveEta | undefined {
  const { quantiles = [0.5, 0.9] } = fields<{ quantiles: number[] }>(options, "options", {
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
