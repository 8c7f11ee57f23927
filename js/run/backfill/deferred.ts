// What whoever starts a backfill waits for: that it is stored, and that it has ended.
import type { DagfillError } from "../../error.js";
import type { BackfillResult } from "../events/backfill_events.js";

export class Deferred {
  /** Settles when the backfill is stored and may start, or could not be stored. */
  readonly ready: Promise<void>;
  readonly result: Promise<BackfillResult>;
  stored!: () => void;
  resolve!: (result: BackfillResult) => void;
  #refuse!: (error: DagfillError) => void;
  #reject!: (error: DagfillError) => void;

  constructor() {
    this.ready = new Promise((resolve, reject) => {
      this.stored = resolve;
      this.#refuse = reject;
    });
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
    // Whoever does not await them has the events; nobody's process dies of it.
    this.ready.catch(() => {});
    this.result.catch(() => {});
  }

  fail(error: DagfillError): void {
    this.#refuse(error);
    this.#reject(error);
  }
}
