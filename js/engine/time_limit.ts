// The timeout of a task whose job runs at an engine: it counts from when the job has really begun, so that waiting in a queue is no part of it.
// The timeout of a whole run is the core's (`Began` of a backfill); the core has no such event for a task.
import { Clock } from "../run/machine/clock.js";

export interface TimeLimitOptions {
  now: () => number;
  /** Milliseconds; nothing is counted where it is absent. */
  timeout: number | undefined;
  /** Milliseconds that the job has for its end when its time is over. */
  abortGrace: number;
  /** Its time is over. */
  expired: () => void;
  /** It has not ended within the grace. */
  abandoned: () => void;
}

export class TimeLimit {
  readonly #options: TimeLimitOptions;
  readonly #clock: Clock;
  readonly #alarm: ReturnType<Clock["alarm"]>;
  #due = 0;
  #isOver = false;

  constructor(options: TimeLimitOptions) {
    this.#options = options;
    this.#clock = new Clock(options.now);
    this.#alarm = this.#clock.alarm(() => this.#ring());
  }

  /** Whether its time is over. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The job has begun, epoch milliseconds. An engine whose clock is ahead begins now. */
  begin(at: number): void {
    const { timeout } = this.#options;
    if (timeout !== undefined) this.#wait(Math.min(at, this.#clock.now()) + timeout);
  }

  /** The job has ended. */
  stop(): void {
    this.#alarm.at(undefined);
  }

  #wait(due: number): void {
    this.#due = due;
    this.#alarm.at(due);
  }

  #ring(): void {
    const now = this.#clock.now();
    const { abortGrace, expired, abandoned } = this.#options;
    // A timer has a longest time, which is shorter than a month.
    if (now < this.#due) this.#alarm.at(this.#due);
    else if (this.#isOver) abandoned();
    else {
      this.#isOver = true;
      this.#wait(now + abortGrace);
      expired();
    }
  }
}
