// The core's half of one run by its tasks. When wasm traps, that half is dead, and so are those of all other runs: each is
// made again by notifier another core what this one was told.
import { call, instance, type Raw } from "../../raw.js";

type RawDagRun = InstanceType<Raw["RawDagRun"]>;
type Dispatch<T> = (raw: RawDagRun) => T;

/** A fault that comes back as often as this is no accident. */
const MOST_RESTARTS = 3;

export class TaskCore {
  readonly #make: (wasm: Raw) => RawDagRun;
  #raw: RawDagRun | undefined;
  #made = 0;
  /** Its own traps; another's are no fault of this run. */
  #restarts = 0;
  /** Everything that has changed it, with the time of then: the same events in the same order make the same state. */
  #events: Dispatch<unknown>[] = [];

  /** Throws what `make` throws. */
  constructor(make: (wasm: Raw) => RawDagRun) {
    this.#make = make;
    this.ask(() => {});
  }

  /** An event that changes it. It may be said again to another core: it means the same whenever it is said. Throws INTERNAL when
   *  the core traps again and again. */
  dispatch<T>(event: Dispatch<T>): T {
    const answer = this.ask(event);
    this.#events.push(event);
    return answer;
  }

  /** An event that changes nothing. */
  ask<T>(event: Dispatch<T>): T {
    for (;;) {
      const before = instance();
      try {
        const raw = this.#current();
        return call(() => event(raw));
      } catch (error) {
        if (instance() === before || ++this.#restarts > MOST_RESTARTS) throw error;
      }
    }
  }

  free(): void {
    const raw = this.#raw;
    this.#raw = undefined;
    this.#events = [];
    if (raw !== undefined && this.#made === instance()) raw.free();
  }

  #current(): RawDagRun {
    if (this.#raw !== undefined && this.#made === instance()) return this.#raw;
    const raw = call(this.#make);
    [this.#raw, this.#made] = [raw, instance()];
    call(() => {
      for (const event of this.#events) event(raw);
    });
    return raw;
  }
}
