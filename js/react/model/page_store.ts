// The store that a page plans over: its own, or memory with the runs that it knows of.
import { DagfillError, MemoryStore, type RunStore } from "../../face.js";
import { knownRecords } from "../run/known_records.js";
import { pageError } from "./page_error.js";
import type { BackfillSettings } from "./settings.js";

/** `fault`: why the known runs cannot be taken over; nothing may be planned then as if there were none. `failed` tells one that is
 *  found only later. */
export function pageStore(
  { dag, existing, store: own }: BackfillSettings,
  failed: (store: RunStore, fault: Error) => void,
): { store: RunStore; fault: Error | null } {
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
