// A map that forgets what was used longest ago.

export class LruCache<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #most: number;
  readonly #forget: (value: V) => void;

  constructor(most: number, forget: (value: V) => void = () => {}) {
    this.#most = most;
    this.#forget = forget;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    // A map keeps the order of insertion: what is used goes to its end.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    const old = this.#entries.get(key);
    if (old !== undefined) this.#forget(old);
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return;
    for (const [oldest, forgotten] of this.#entries) {
      this.#entries.delete(oldest);
      this.#forget(forgotten);
      return;
    }
  }
}
