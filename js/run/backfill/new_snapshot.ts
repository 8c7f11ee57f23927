// A new backfill as it will be stored, before its first run starts.

import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import type { Json } from "../../json.js";
import { record } from "../../json_input.js";
import type { CheckedOptions } from "../../plan/backfill_options.js";
import { startingRows } from "../../plan/chunk_rows.js";
import type { PlanData } from "../../plan/plan_data.js";
import { iso } from "../../time.js";
import type { Host } from "../host/host.js";
import { definitionOf } from "./definition.js";
import { planOn } from "./host_plan.js";
import { refuseCascade, refuseInterrupted, refuseKnown } from "./refusals.js";
import { type Snapshot, toStored } from "./snapshot.js";

export function newSnapshot(dag: CheckedDag, options: CheckedOptions, plan: PlanData, now: number): Snapshot {
  const { confFor, canary, ...kept } = options;
  return {
    version: 2,
    state: "running",
    dagId: dag.dagId,
    startedAt: iso(now),
    options: canary === undefined ? kept : { ...kept, canary: { dates: canary.dates, approve: "manual" } },
    dependsOnPast: dag.dependsOnPast,
    definition: definitionOf(dag),
    plan,
    ...(confFor === undefined ? {} : { confs: confsFor(plan, confFor, options.conf) }),
  };
}

function confsFor(
  plan: PlanData,
  confFor: NonNullable<CheckedOptions["confFor"]>,
  conf: Record<string, Json> = {},
): Record<string, Record<string, Json>> {
  const confs: Record<string, Record<string, Json>> = {};
  for (const row of startingRows(plan)) {
    const date = iso(plan.executionDate[row] as number);
    let own: unknown;
    try {
      own = confFor(date);
    } catch (error) {
      const { name, message } = failure(error);
      throw new DagfillError("INVALID_OPTION", `confFor(${date}) threw ${name}: ${message}`, {
        field: "confFor",
        cause: error,
      });
    }
    confs[row] = { ...conf, ...record(own, `confFor(${date})`) };
  }
  return confs;
}

/** Stores a backfill for whoever serves, with the plan of this moment, and tells its id. */
export async function enqueue(host: Host, dag: CheckedDag, options: CheckedOptions): Promise<string> {
  if (options.cascade) refuseCascade(host, dag.dagId);
  const { store } = host;
  const id = options.backfillId ?? crypto.randomUUID();
  await refuseKnown(store, id);
  const now = host.now();
  const plan = await planOn(host, dag, options, now);
  await refuseInterrupted(store, plan);
  const snapshot = toStored({ ...newSnapshot(dag, options, plan, now), enqueued: true });
  await store.apply([{ type: "save-backfill", id, dagId: dag.dagId, finished: false, snapshot }]);
  return id;
}
