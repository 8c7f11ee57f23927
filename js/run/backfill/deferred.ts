// Two promises for the caller that starts a backfill: it is stored, and it has ended.

export class Deferred<R> {
  /** Settles when the backfill is stored and may start, or could not be stored. */
  readonly ready: Promise<void>;
  readonly result: Promise<R>;
  stored!: () => void;
  resolve!: (result: R) => void;
  #reject!: (error: Error) => void;
  #refuse!: (error: Error) => void;

  constructor() {
    this.ready = new Promise((resolve, reject) => {
      this.stored = resolve;
      this.#refuse = reject;
    });
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
    // A caller that does not await them has the events: neither becomes an unhandled rejection.
    this.ready.catch(() => {});
    this.result.catch(() => {});
  }

  fail(error: Error): void {
    this.#refuse(error);
    this.#reject(error);
  }
}
