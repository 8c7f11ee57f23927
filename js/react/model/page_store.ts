// The store that a page plans over: its own, or memory with the runs that it knows of.
import { DagfillError, MemoryStore, type RunStore } from "../../face.js";
import { knownRecords } from "../run/known_records.js";
import { drivenOf } from "./driven.js";
import { pageError } from "./page_error.js";
import type { BackfillSettings } from "./settings.js";

/** Stores in memory in which this page has begun a backfill, by DAG: a component that is mounted again goes on with the one of its DAG. */
const memories = new Map<string, RunStore>();

export function keepMemory(dagId: string, store: RunStore): void {
  memories.set(dagId, store);
}

/** The store in memory for settings without a store of their own, where one is kept. Known runs take its place, unless a backfill runs in it. */
export function memoryOf({ dag, existing, store }: BackfillSettings): RunStore | undefined {
  const kept = store === undefined && dag ? memories.get(dag.dagId) : undefined;
  const isUsed = existing === undefined || (kept && dag && drivenOf(kept, dag.dagId) !== undefined);
  return isUsed ? kept : undefined;
}

/** `fault`: why the known runs cannot be taken over; nothing may be planned then as if there were none. `failed` tells one that is
 *  found only later. */
export function pageStore(
  settings: BackfillSettings,
  failed: (store: RunStore, fault: Error) => void,
): { store: RunStore; fault: Error | null } {
  const { dag, existing } = settings;
  const own = settings.store ?? memoryOf(settings);
  const store = own ?? new MemoryStore();
  if (existing === undefined || own !== undefined || !dag) return { store, fault: null };
  try {
    const runs = knownRecords(dag, existing);
    if (runs.length > 0)
      store
        .apply(runs.map((run) => ({ type: "create-run", run })))
        .catch((thrown) => failed(store, pageError(thrown)));
  } catch (thrown) {
    const fault = pageError(thrown);
    // The plan reports faults of the DAG itself: here only those of `existing` count.
    const isOfDag = fault instanceof DagfillError && !fault.field?.startsWith("existing");
    return { store, fault: isOfDag ? null : fault };
  }
  return { store, fault: null };
}
