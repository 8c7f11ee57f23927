// The core's half of one run by its tasks. When wasm traps, that half is dead, and so are those of all other runs: each is
// made again by telling another core what this one was told.
import { call, instance, type Raw } from "../../raw.js";

type RawDagRun = InstanceType<Raw["RawDagRun"]>;
type Word<T> = (raw: RawDagRun) => T;

/** A fault that comes back as often as this is no accident. */
const MOST_RESTARTS = 3;

export class TaskCore {
  readonly #make: (wasm: Raw) => RawDagRun;
  #raw: RawDagRun | undefined;
  #made = 0;
  /** Its own traps; another's are no fault of this run. */
  #restarts = 0;
  /** Everything that has changed it, with the time of then: the same words in the same order make the same state. */
  #words: Word<unknown>[] = [];

  /** Throws what `make` throws. */
  constructor(make: (wasm: Raw) => RawDagRun) {
    this.#make = make;
    this.ask(() => {});
  }

  /** A word that changes it. It may be said again to another core: it means the same whenever it is said. Throws INTERNAL when
   *  the core traps again and again. */
  tell<T>(word: Word<T>): T {
    const answer = this.ask(word);
    this.#words.push(word);
    return answer;
  }

  /** A word that changes nothing. */
  ask<T>(word: Word<T>): T {
    for (;;) {
      const before = instance();
      try {
        const raw = this.#current();
        return call(() => word(raw));
      } catch (error) {
        if (instance() === before || ++this.#restarts > MOST_RESTARTS) throw error;
      }
    }
  }

  free(): void {
    const raw = this.#raw;
    this.#raw = undefined;
    this.#words = [];
    if (raw !== undefined && this.#made === instance()) raw.free();
  }

  #current(): RawDagRun {
    if (this.#raw !== undefined && this.#made === instance()) return this.#raw;
    const raw = call(this.#make);
    [this.#raw, this.#made] = [raw, instance()];
    call(() => {
      for (const word of this.#words) word(raw);
    });
    return raw;
  }
}
