// Things that come and go by the hundred thousand, a few at a time.

/** A map for such things. A plain Map makes itself a new table again and again; the old ones grow old together with what
 *  they point to, and keep it from being collected young. Here they hold numbers alone. */
export class SlotMap<T> {
  readonly #slotOf = new Map<number, number>();
  readonly #things: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get(key: number): T | undefined {
    const slot = this.#slotOf.get(key);
    return slot === undefined ? undefined : this.#things[slot];
  }

  set(key: number, thing: T): void {
    const slot = this.#slotOf.get(key) ?? this.#free.pop() ?? this.#things.length;
    this.#slotOf.set(key, slot);
    this.#things[slot] = thing;
  }

  delete(key: number): void {
    const slot = this.#slotOf.get(key);
    if (slot === undefined) return;
    this.#slotOf.delete(key);
    this.#things[slot] = undefined;
    this.#free.push(slot);
  }

  *[Symbol.iterator](): Iterator<[number, T]> {
    for (const [key, slot] of this.#slotOf) yield [key, this.#things[slot] as T];
  }
}
