// The runs of a plan over time before it runs, as lanes draw them.
import type { PlanColumns } from "../plan/plan_columns.js";
import { AGAIN } from "../plan/tokens.js";
import type { FinishBand } from "../planning/finish_band.js";
import type { PlanEstimate } from "../planning/planning.js";
import type { Bar } from "./run_view.js";

/** Beyond this many runs the bars are thinner than a pixel. */
const MOST_BARS = 2000;

/** Each run takes equally long, and the next one begins in the first lane that is free: the last one ends when the estimate says. With a
 *  band that is its middle. */
export function plannedRun(
  plan: PlanColumns,
  estimate: Pick<PlanEstimate, "makespan" | "peak">,
  band: FinishBand | null,
) {
  const count = plan.total - plan.counts.skip;
  const laneCount = Math.max(1, Math.min(estimate.peak, count));
  const makespan = band?.middle ?? estimate.makespan;
  const duration = makespan / Math.max(1, Math.ceil(count / laneCount));
  const bars: (Bar & { end: number })[] = [];
  for (let row = 0; row < plan.total && bars.length < MOST_BARS; row++) {
    const token = plan.tokens[row] as number;
    if (token > AGAIN) continue;
    const start = Math.floor(bars.length / laneCount) * duration;
    bars.push({ row, lane: bars.length % laneCount, start, end: start + duration, token });
  }
  return {
    ...{ plan, bars, laneCount },
    startedAt: 0,
    median: duration,
    phase: "finished",
    // Where runs are left out the axis ends before the backfill does.
    finish: count > MOST_BARS ? null : band,
    beyond: count - bars.length,
  };
}
