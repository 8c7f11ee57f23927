import { countTokens, QUEUED, RUNNING } from "dagfill/planning";
import type { RunView } from "dagfill/react";
import type { PlanView } from "../model";

/** Tokens of every row of a backfill as they were at an instant, from its bars. */
export function planAt({ plan, bars }: RunView, instant: number): PlanView {
  const tokens = plan.tokens.slice();
  for (const bar of bars)
    tokens[bar.row] = bar.start > instant ? QUEUED : (bar.end ?? instant + 1) > instant ? RUNNING : bar.token;
  return { ...plan, tokens, days: { ...plan.days, tokens: countTokens(plan.days, tokens) } };
}
