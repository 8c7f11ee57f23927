// The backfills of a DAG that have not ended.
import { BackfillService, type BackfillSummary, type RunStore } from "../../face.js";
import { watchers } from "./driven.js";
import type { PlannableSettings } from "./settings.js";

/** All but that with the id `mine`. null where they cannot be read: a DAG that is wrong is the plan's error, and a store that fails is told
 *  by the next action. */
export async function unfinishedOf(
  store: RunStore,
  settings: PlannableSettings | null,
  mine: string | undefined,
): Promise<BackfillSummary[] | null> {
  if (settings === null) return null;
  try {
    const all = await BackfillService.listOf(store, { dagId: settings.dag.dagId, unfinished: true });
    return all.filter(({ backfillId }) => backfillId !== mine);
  } catch {
    return null;
  }
}

/** Other tabs write into a durable store, too. */
const LOOK_MS = 3_000;

/** Calls the listener with the store in which a backfill of this page begins or ends, and every few seconds with the given store, where
 *  others may write into it. The returned function ends that. */
export function watchStore(store: RunStore, listener: (store: RunStore) => void): () => void {
  watchers.add(listener);
  const timer = store.durable ? setInterval(listener, LOOK_MS, store) : undefined;
  return () => {
    clearInterval(timer);
    watchers.delete(listener);
  };
}
