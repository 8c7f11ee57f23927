// The records that a page plans over and shows: its store, and what was read of the tasks in it.
import { MemoryStore, type RunStore, type Warning } from "../../face.js";
import { type TaskMarks, TaskMarksByRun } from "../run/task_marks.js";
import { TaskReader } from "../run/task_reader.js";
import { keepMemory, memoryOf, pageStore } from "./page_store.js";
import type { BackfillSettings, PlannableSettings } from "./settings.js";

export class PageRecords {
  store: RunStore;
  /** Why the known runs of the settings cannot be taken over. */
  fault: Error | null = null;
  warnings: readonly Warning[] = [];
  #past = new TaskMarksByRun();
  #tasks: TaskReader;
  readonly #changed: () => void;

  constructor(settings: BackfillSettings, changed: () => void) {
    this.#changed = changed;
    this.store = settings.store ?? new MemoryStore();
    this.#tasks = new TaskReader(this.store, changed);
  }

  /** How the tasks of a run stand, by the marks of the backfill that is shown, or by what was read of earlier ones. */
  tasksOf(shown: TaskMarksByRun | undefined, dagId: string, runId: string): TaskMarks {
    return this.#tasks.of(shown ?? this.#past, dagId, runId);
  }

  /** Forgets what was read of tasks: the store has changed. */
  forget(): void {
    this.#past = new TaskMarksByRun();
  }

  /** Keeps a store in memory for the components of the DAG that are mounted later; false where another store is kept. */
  keep(settings: PlannableSettings): boolean {
    const kept = memoryOf(settings) ?? this.store;
    if (kept === this.store && settings.store === undefined)
      keepMemory(settings.dag.dagId, kept as MemoryStore);
    return kept === this.store;
  }

  /** Takes the store, or the known runs, of these settings in place of the earlier ones. */
  renew(settings: BackfillSettings): void {
    const { store, fault, warnings } = pageStore(settings, (failed, late) => {
      if (failed !== this.store) return;
      this.fault = late;
      this.#changed();
    });
    this.store = store;
    this.fault = fault;
    this.warnings = warnings;
    this.#past = new TaskMarksByRun();
    this.#tasks = new TaskReader(store, this.#changed);
    if (fault !== null) this.#changed();
  }
}
