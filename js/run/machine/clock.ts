// The clock of whoever waits: it never goes back, and when a timer has rung, its time has come.
import { LONGEST_TIMER_MS, Wake } from "./turns.js";

export class Clock {
  readonly #host: () => number;
  #last = Number.NEGATIVE_INFINITY;

  /** `host` tells epoch milliseconds. It may be set back while something waits, or stand still, as clocks of tests do. */
  constructor(host: () => number) {
    this.#host = host;
  }

  /** Epoch milliseconds. */
  now(): number {
    this.#last = Math.max(this.#last, this.#host());
    return this.#last;
  }

  /** One timer: `at` sets it to an instant instead of whenever it was set to; `undefined`: never. */
  alarm(ring: () => void): { at(instant: number | undefined): void } {
    let due = 0;
    const wake = new Wake(() => {
      this.#last = Math.max(this.#last, due);
      ring();
    });
    return {
      at: (instant) => {
        const now = this.now();
        due = Math.min(instant ?? now, now + LONGEST_TIMER_MS);
        wake.at(instant === undefined ? undefined : due - now);
      },
    };
  }
}
