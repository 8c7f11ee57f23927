import { plural } from "./days";
import type { Draft } from "./model";
import type { PlanState } from "./usePlan";

/** The plan at the sender of a link, as the link tells it. */
export interface Linked {
  draft: Draft;
  /** Runs that would have started there; null when the link does not say. */
  starting: number | null;
}

/** A link holds the plan, not the records of earlier runs: what to know when it is another plan here; null when it is the same,
 *  or has been edited since. */
export function surpriseOf(linked: Linked | null, { plan, planned }: PlanState): string | null {
  if (!linked || linked.starting === null || !plan || planned?.draft !== linked.draft) return null;
  const here = plan.total - plan.counts.skip;
  if (here === linked.starting) return null;
  return (
    `At its sender ${plural(linked.starting, "run")} would have started, here ${plural(here, "run")}: ` +
    "a link holds the plan, not the records of earlier runs."
  );
}
