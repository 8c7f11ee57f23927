import { CANCELED, countTokens, QUEUED, RUNNING } from "dagfill/planning";
import type { Bar, RunView } from "dagfill/react";
import type { PlanView } from "../model";

/** Whether a date has a bar that begins after the moment, and whether its state of the moment is known. */
const LATER = 1;
const KNOWN = 2;

/** Tokens of every row of a backfill as they were at an instant, from its bars. */
export function planAt({ plan, bars }: RunView, instant: number): PlanView {
  const tokens = plan.tokens.slice();
  const seen = new Uint8Array(tokens.length);
  let lastStart = Number.NEGATIVE_INFINITY;
  // A date that was tried again has a bar of each attempt, the last one at the end: the last that had begun says how the date stood.
  for (let at = bars.length - 1; at >= 0; at--) {
    const { row, start, end, token } = bars[at] as Bar;
    lastStart = Math.max(lastStart, start);
    if (seen[row] === KNOWN) continue;
    if (start > instant) {
      tokens[row] = QUEUED;
      seen[row] = LATER;
      continue;
    }
    if (end === null || end > instant) tokens[row] = RUNNING;
    // Between two attempts it waits, as the later bar has said.
    else if (seen[row] !== LATER) tokens[row] = token;
    seen[row] = KNOWN;
  }
  // Nothing begins after a cancel: what it kept from beginning was still to come while others began.
  if (instant < lastStart)
    for (let row = 0; row < tokens.length; row++)
      if (tokens[row] === CANCELED && seen[row] === 0) tokens[row] = QUEUED;
  return { ...plan, tokens, days: { ...plan.days, tokens: countTokens(plan.days, tokens) } };
}
