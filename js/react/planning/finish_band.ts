// When the last run of a plan ends, by how long past runs took: a band of outcomes.
import type { Backfill, BackfillPreview } from "../../face.js";

/** Milliseconds from now that one, five and nine of ten outcomes do not exceed. */
export interface FinishBand {
  early: number;
  middle: number;
  late: number;
  /** Past runs that it is made of. */
  samples: number;
}

/** By quantile, such as "0.9": what so many outcomes do not exceed. */
interface PastEstimate {
  quantiles: Record<string, { makespan: number; finishAt: string }>;
  /** Most runs at once. */
  peak: number;
  samples: number;
}

/** Simulating thousands of outcomes of a larger plan takes longer than an answer may. */
export const LARGEST_ESTIMATE = 20_000;
/** On the page's own thread, again and again. */
const LARGEST_LIVE = 2_000;
const QUANTILES = [0.1, 0.5, 0.9];

const estimates = new WeakMap<BackfillPreview, Promise<PastEstimate | null>>();

/** The estimate of a preview from past runs, made once; null where they are too few, or the plan is too large or empty. */
export function pastEstimate(preview: BackfillPreview): Promise<PastEstimate | null> {
  const known = estimates.get(preview) ?? estimate(preview);
  estimates.set(preview, known);
  return known;
}

async function estimate(preview: BackfillPreview): Promise<PastEstimate | null> {
  const { total, skip } = preview.counts;
  if (total === skip || total > LARGEST_ESTIMATE) return null;
  try {
    return await preview.estimate({ from: "history", quantiles: QUANTILES });
  } catch {
    // Fewer than five past runs.
    return null;
  }
}

/** The band of an estimate. */
export function bandOf({ quantiles, samples }: PastEstimate): FinishBand {
  const [early = 0, middle = 0, late = 0] = QUANTILES.map((share) => quantiles[String(share)]?.makespan);
  return { early, middle, late, samples };
}

/** The band of a backfill that runs, from its own durations; null before enough of them, and while many are left. */
export function bandOfRun(backfill: Backfill): FinishBand | null {
  if (backfill.progress.remaining > LARGEST_LIVE) return null;
  const eta = backfill.eta({ quantiles: QUANTILES });
  if (eta === undefined) return null;
  const [early = 0, middle = 0, late = 0] = QUANTILES.map((share) => eta[String(share)]?.etaMs);
  return { early, middle, late, samples: backfill.progress.completed };
}
