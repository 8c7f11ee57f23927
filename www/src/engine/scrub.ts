import { countTokens, QUEUED, RUNNING } from "dagfill/planning";
import type { Bar, RunView } from "dagfill/react";
import type { PlanView } from "../model";

/** Tokens of every row of a backfill as they were at an instant, from its bars. */
export function planAt({ plan, bars }: RunView, instant: number): PlanView {
  const tokens = plan.tokens.slice();
  // A date that was tried again has a bar of each attempt, the last one at the end: the last that had begun says how the date stood.
  const isSettled = new Uint8Array(tokens.length);
  for (let at = bars.length - 1; at >= 0; at--) {
    const { row, start, end, token } = bars[at] as Bar;
    if (isSettled[row] === 1) continue;
    if (start > instant) tokens[row] = QUEUED;
    else {
      isSettled[row] = 1;
      if (end === null || end > instant) tokens[row] = RUNNING;
      // Between two attempts it waits, as the later bar has said.
      else if (tokens[row] !== QUEUED) tokens[row] = token;
    }
  }
  return { ...plan, tokens, days: { ...plan.days, tokens: countTokens(plan.days, tokens) } };
}
