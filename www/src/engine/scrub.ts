import type { RunView } from "dagfill/react";
import { countDays } from "../dayColumns";
import { type PlanView, QUEUED, RUNNING } from "../model";

/** Tokens of every row of a backfill as they were at an instant, from its bars. */
export function planAt({ plan, bars }: RunView, instant: number): PlanView {
  const tokens = plan.tokens.slice();
  for (const bar of bars)
    tokens[bar.row] = bar.start > instant ? QUEUED : (bar.end ?? instant + 1) > instant ? RUNNING : bar.token;
  return { ...plan, tokens, days: { ...plan.days, tokens: countDays(plan, tokens) } };
}
