import { todayIn } from "./bounds";
import type { CalendarData } from "./calendar/draw";
import { readConf } from "./conf";
import type { Draft, PlanView, StoredBackfill } from "./model";
import type { PlanState } from "./usePlan";

/** Why the plan cannot be run now, or null. */
export function obstacleOf(draft: Draft, plan: PlanState, stored: StoredBackfill[]) {
  const conf = readConf(draft.conf);
  const here = stored.filter((one) => one.dagId === draft.dagId && !one.mine);
  if (plan.error) return "The form has an error.";
  if (!conf.ok) return `Conf: line ${conf.line}, column ${conf.column}: expected ${conf.expected}.`;
  if (here.some((one) => one.state === "running" || one.state === "paused"))
    return "Another tab runs this DAG.";
  if (here.some((one) => one.state === "interrupted"))
    return "Resume or discard the interrupted backfill first.";
  return plan.plan === null ? "Planning…" : null;
}

/** What the calendar draws of a plan. */
export function calendarData(
  view: PlanView,
  excluded: CalendarData["excluded"],
  hidden: CalendarData["hidden"],
  compare: CalendarData["compare"],
): CalendarData {
  const ends = [view.start, view.end].map((bound) => todayIn(view.timeZone, Date.parse(bound)));
  return {
    days: view.days,
    first: Math.min(...ends),
    last: Math.max(...ends),
    changes: new Set(view.clockChanges.map((change) => change.day)),
    excluded,
    hidden,
    compare,
  };
}
