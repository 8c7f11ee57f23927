// Attempts in flight in this process, by row or task: called and not settled, or settled and not stored. After a trap the
// machine is made again from the store and from this.

/** The number of failed dates that an event `Partly` tells of an attempt that is left: the core's `Outcome::LEFT`. */
export const LEFT = 0;

export interface InFlight {
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly started: number;
  /** When it really began, epoch milliseconds, where an engine says so. */
  beganAt?: number | undefined;
  /** How its promise has settled, true for fulfilled; kept until that is stored. */
  settled?: boolean | undefined;
  /** The store did not take what the attempt did: it runs no longer, and no end of it is recorded. */
  isLeft?: boolean;
}

/** Entries come and go by the hundred thousand, a few at a time. A plain Map makes itself a new table again and again; the
 *  old ones grow old together with what they point to, and keep it from being collected young. Here they hold numbers alone. */
export class InFlightMap<T extends InFlight> {
  readonly #slotOf = new Map<number, number>();
  readonly #entries: (T | undefined)[] = [];
  readonly #free: number[] = [];

  /** With `attempt`, only when that attempt is in flight and has not settled. */
  get(key: number, attempt?: number): T | undefined {
    const slot = this.#slotOf.get(key);
    const entry = slot === undefined ? undefined : this.#entries[slot];
    if (attempt === undefined) return entry;
    return entry?.attempt === attempt && entry.settled === undefined && !entry.isLeft ? entry : undefined;
  }

  get isEmpty(): boolean {
    return this.#slotOf.size === 0;
  }

  set(key: number, entry: T): void {
    const slot = this.#slotOf.get(key) ?? this.#free.pop() ?? this.#entries.length;
    this.#slotOf.set(key, slot);
    this.#entries[slot] = entry;
  }

  delete(key: number): void {
    const slot = this.#slotOf.get(key);
    if (slot === undefined) return;
    this.#slotOf.delete(key);
    this.#entries[slot] = undefined;
    this.#free.push(slot);
  }

  *[Symbol.iterator](): Iterator<[number, T]> {
    for (const [key, slot] of this.#slotOf) yield [key, this.#entries[slot] as T];
  }
}
