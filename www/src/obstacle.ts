import { confFault, readConf } from "./conf";
import { FIELD_WORDS, faultyField } from "./faultyField";
import type { Draft, StoredBackfill } from "./model";
import type { PlanState } from "./usePlan";

/** Why the plan cannot be run now, or null. */
export function obstacleOf(draft: Draft, plan: PlanState, stored: StoredBackfill[]) {
  const conf = readConf(draft.conf);
  const here = stored.filter((one) => one.dagId === draft.dagId && !one.mine);
  const faulty = faultyField(plan.error);
  if (faulty !== null) return `The field ${FIELD_WORDS[faulty]} has an error.`;
  if (plan.error) return "The plan has an error.";
  if (!conf.ok) return `Conf: ${confFault(conf)}`;
  if (here.some((one) => one.state === "running" || one.state === "paused"))
    return "Another tab runs this DAG.";
  if (here.some((one) => one.state === "interrupted"))
    return "Resume or discard the interrupted backfill first.";
  // A plan may still be that of the DAG before.
  return plan.plan?.dagId === draft.dagId ? null : "Planning…";
}
