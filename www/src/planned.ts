import { AGAIN } from "dagfill/planning";
import type { PlanView } from "./model";

/** Beyond this many runs the bars are thinner than a pixel. */
const DRAWN = 2000;

/** The runs of a plan over time before it runs, as `RunLanes` draws them: each takes `duration` milliseconds, and the next one
 *  begins in the first lane that is free. */
export function plannedRun(plan: PlanView, lanes: number, duration: number) {
  const bars: { row: number; lane: number; start: number; end: number; token: number }[] = [];
  for (let row = 0; row < plan.total && bars.length < DRAWN; row++) {
    const token = plan.tokens[row] as number;
    if (token > AGAIN) continue;
    const start = Math.floor(bars.length / lanes) * duration;
    bars.push({ row, lane: bars.length % lanes, start, end: start + duration, token });
  }
  const laneCount = Math.max(1, Math.min(lanes, bars.length));
  return { plan, bars, startedAt: 0, median: duration, laneCount, phase: "finished" };
}

/** Runs that are not in the picture. */
export const beyondPicture = ({ total, counts }: PlanView) => Math.max(0, total - counts.skip - DRAWN);
