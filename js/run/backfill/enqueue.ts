// Backfills that are stored before anybody drives them.
import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import type { CheckedOptions } from "../../plan/backfill_options.js";
import type { RunStore } from "../../store/store.js";
import type { Host } from "../host/host.js";
import { refuseCascade } from "./downstream.js";
import { planOn } from "./host_plan.js";
import { newSnapshot } from "./new_snapshot.js";
import { toStored } from "./snapshot.js";
import { refuseInterrupted } from "./start_warnings.js";

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

/** BACKFILL_EXISTS for an id that was used before. */
export async function refuseKnown(store: RunStore, backfillId: string): Promise<void> {
  if (((await store.loadBackfill(backfillId)) ?? null) === null) return;
  throw new DagfillError("BACKFILL_EXISTS", `there is a backfill ${JSON.stringify(backfillId)} already`, {
    field: "backfillId",
    details: { backfillId },
  });
}
