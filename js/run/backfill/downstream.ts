// The plans of the DAGs downstream of a backfill, in a host that knows them.
import { DagfillError } from "../../error.js";
import { cascade, downstreamOf } from "../../plan/cascade.js";
import type { PlanData } from "../../plan/plan_data.js";
import { makePlan } from "../../plan/planner.js";
import type { Host } from "../host/host.js";

/** In the order in which they can be started. */
export function downstreamPlans(host: Host, plan: PlanData): Promise<PlanData[]> {
  return cascade(host.dags, plan, (dag, options) => makePlan(dag, options, host.store, plan.now));
}

/** A backfill is of one DAG: the others are started behind it. */
export function refuseCascade(host: Host, dagId: string): never {
  const order = downstreamOf(host.dags, dagId);
  throw new DagfillError("INVALID_OPTION", "cascade: expected it in a preview only", {
    field: "cascade",
    hint:
      order.length === 0
        ? `no DAG has ${dagId} among its inputs: leave cascade out`
        : `start the DAGs one after the other: ${[dagId, ...order].join(", ")}`,
  });
}
