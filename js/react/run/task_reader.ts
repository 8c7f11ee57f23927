// The tasks of runs that no event has told of, read from the store when somebody looks at them.
import type { RunStore } from "../../face.js";
import type { TaskMarks, TaskMarksByRun } from "./task_marks.js";

const NONE: TaskMarks = new Map();

export class TaskReader {
  readonly #store: RunStore;
  readonly #changed: () => void;
  readonly #loading = new Set<string>();

  constructor(store: RunStore, changed: () => void) {
    this.#store = store;
    this.#changed = changed;
  }

  /** The marks that are known at once; `changed` tells of the rest. */
  of(marks: TaskMarksByRun, dagId: string, runId: string): TaskMarks {
    const known = marks.of(runId);
    if (known === undefined && !this.#loading.has(runId)) void this.#load(marks, dagId, runId);
    return known ?? NONE;
  }

  async #load(marks: TaskMarksByRun, dagId: string, runId: string): Promise<void> {
    this.#loading.add(runId);
    try {
      marks.load(runId, await this.#store.listTaskInstances(dagId, runId));
      this.#changed();
    } catch {
      // Asked again when somebody looks again.
    }
    this.#loading.delete(runId);
  }
}
