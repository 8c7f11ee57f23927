// The store that a page plans over: its own, or memory with the runs that it knows of.
import { BackfillService, DagfillError, MemoryStore, type RunStore, type Warning } from "../../face.js";
import { drivenOf } from "./driven.js";
import { pageError } from "./page_error.js";
import type { BackfillSettings } from "./settings.js";

/** Stores in memory in which this page has begun a backfill, by DAG: a component that is mounted again goes on with the one of its DAG. */
const memories = new Map<string, MemoryStore>();

export function keepMemory(dagId: string, store: MemoryStore): void {
  memories.set(dagId, store);
}

/** The store in memory for settings without a store of their own, where one is kept. */
export function memoryOf({ dag, store }: BackfillSettings): MemoryStore | undefined {
  return store === undefined && dag ? memories.get(dag.dagId) : undefined;
}

export interface PageStore {
  store: RunStore;
  /** Why the known runs cannot be taken over; nothing may be planned then as if there were none. */
  fault: Error | null;
  /** Warnings about the known runs. */
  warnings: readonly Warning[];
}

const IGNORED: Warning = { code: "existing_ignored", message: "existing is not read beside a store" };

/** `failed` is called with a fault that is only found while the runs are written. */
export function pageStore(
  settings: BackfillSettings,
  failed: (store: RunStore, fault: Error) => void,
): PageStore {
  const { dag, existing } = settings;
  const memory = memoryOf(settings) ?? new MemoryStore();
  const page: PageStore = { store: settings.store ?? memory, fault: null, warnings: [] };
  if (existing === undefined || !dag || settings.store === null) return page;
  if (page.store !== memory) return { ...page, warnings: [IGNORED] };
  if (drivenOf(memory, dag.dagId) !== undefined) return page;
  try {
    const { kept, warnings } = BackfillService.keepKnown(memory, dag, existing);
    kept.catch((thrown) => failed(memory, pageError(thrown)));
    return { ...page, warnings };
  } catch (thrown) {
    const fault = pageError(thrown);
    // The plan reports faults of the DAG itself: here only those of `existing` count.
    const isOfDag = fault instanceof DagfillError && !fault.field?.startsWith("existing");
    return { ...page, fault: isOfDag ? null : fault };
  }
}
