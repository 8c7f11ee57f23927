// Everything that one turn of the event loop changed, as one transaction. One batch is with the store at a time, so what
// is written later was decided later.
import type { DagfillError } from "../../error.js";
import { storeFailure } from "../../store/failure.js";
import type { Fence, RunStore, StoreChange } from "../../store/store.js";

/** One entry of a batch, with callbacks for its outcome. */
export interface Entry {
  changes: readonly StoreChange[];
  stored(): void;
  /** The store refused the change at `index` of this entry, and with it the whole entry. */
  refused(index: number, error: DagfillError): void;
  /** Nothing of it is stored: the store failed (STORE_FAILED), or the lease is lost (STALE_OWNER). */
  failed(error: DagfillError): void;
}

export class Writer {
  readonly #store: RunStore;
  readonly #fence: Fence;
  #waiting: Entry[] = [];
  #busy = false;
  #batches = 0;

  constructor(store: RunStore, fence: Fence) {
    this.#store = store;
    this.#fence = fence;
  }

  /** The number of the batch that the store has now. */
  get batch(): number | undefined {
    return this.#busy ? this.#batches : undefined;
  }

  push(entry: Entry): void {
    this.#waiting.push(entry);
    // Two hops: what else this turn brings, such as the end of the run whose last task this is, joins the batch.
    if (!this.#busy && this.#waiting.length === 1) queueMicrotask(() => queueMicrotask(() => this.#flush()));
  }

  #flush(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    const entries = this.#waiting;
    this.#waiting = [];
    this.#busy = true;
    this.#batches += 1;
    const [only] = entries;
    const changes =
      entries.length === 1 && only !== undefined ? only.changes : entries.flatMap((entry) => entry.changes);
    let done: Promise<void>;
    try {
      done = this.#store.apply(changes, this.#fence);
    } catch (error) {
      done = Promise.reject(error);
    }
    Promise.resolve(done).then(
      () => {
        this.#busy = false;
        for (const entry of entries) entry.stored();
        this.#flush();
      },
      (error: unknown) => {
        this.#busy = false;
        this.#answer(entries, error);
        this.#flush();
      },
    );
  }

  /** One refused change takes its entry out; the others are tried again, in front of what came since. Where the store failed, what came
   *  since fails, too: it was decided as if this batch were stored. */
  #answer(entries: Entry[], thrown: unknown): void {
    const error = storeFailure(thrown);
    let index = indexOf(error);
    if (index !== undefined) {
      for (const [position, entry] of entries.entries()) {
        if (index < entry.changes.length) {
          this.#waiting = [...entries.toSpliced(position, 1), ...this.#waiting];
          entry.refused(index, error);
          return;
        }
        index -= entry.changes.length;
      }
    }
    const behind = error.code === "STALE_OWNER" ? [] : this.#waiting.splice(0);
    for (const entry of [...entries, ...behind]) entry.failed(error);
  }
}

/** Which change was refused; a store that failed as a whole names none. */
function indexOf(error: DagfillError): number | undefined {
  if (error.code !== "RUN_EXISTS" && error.code !== "STALE_OWNER") return undefined;
  const { index } = (error.details ?? {}) as { index?: unknown };
  return typeof index === "number" ? index : undefined;
}
