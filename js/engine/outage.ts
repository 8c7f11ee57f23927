// Calls of an engine: one that does not answer is given up and made again, and a long silence is told.
import { DagfillError } from "../error.js";
import { isRefusal } from "./outcome.js";

/** Milliseconds. Tests shorten them. */
export interface OutageTimes {
  /** A call that takes longer is given up. Its outcome is unknown. */
  deadline: number;
  /** Silence is told after this long, and again after each `repeat`. */
  silence: number;
  repeat: number;
  /** The pause before a call is made again: grows from the first to the last. */
  pause: readonly [number, number];
  /** An engine that refuses whoever asks (401, 403) for this long is waited for no longer: the backfill is left for a resume. */
  refusal: number;
}

export const TIMES: OutageTimes = {
  deadline: 30_000,
  silence: 10_000,
  repeat: 60_000,
  pause: [250, 10_000],
  refusal: 300_000,
};

/** A pause of about `ms`: coordinators that lost an engine together do not come back together. */
export function spread(ms: number): number {
  return ms * (0.8 + 0.4 * Math.random());
}

/** Milliseconds before a call is made again that has failed so often in a row. */
export function pauseAfter(failures: number, [first, last]: OutageTimes["pause"]): number {
  return Math.min(first * 2 ** Math.min(failures - 1, 20), last);
}

export class Outage {
  readonly #times: OutageTimes;
  readonly #tell: (message: string) => void;
  readonly #name: string;
  /** When the first call began that was not answered; the engine has said nothing since. */
  #since: number | undefined;
  #told = 0;
  #failures = 0;
  #pending = 0;
  #why = "it does not answer";
  /** Callbacks that give up the calls which wait for an answer. */
  readonly #giveUp = new Set<(error: unknown) => void>();

  constructor(name: string, tell: (message: string) => void, times: OutageTimes) {
    this.#name = name;
    this.#tell = tell;
    this.#times = times;
  }

  /** Milliseconds to wait after a call that failed. */
  get pause(): number {
    return spread(pauseAfter(this.#failures, this.#times.pause));
  }

  /** Makes a call. ENGINE_FAILED is an answer; any other rejection, and silence, is an outage. */
  async call<T>(make: () => Promise<T>): Promise<T> {
    this.#pending += 1;
    this.#since ??= performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let giveUp: (error: unknown) => void = () => {};
    try {
      const silent = new Promise<never>((_, reject) => {
        giveUp = reject;
        this.#giveUp.add(giveUp);
        timer = setTimeout(() => reject(new Error("it does not answer")), this.#times.deadline);
      });
      const answer = await Promise.race([Promise.resolve().then(make), silent]);
      this.#answered();
      return answer;
    } catch (error) {
      if (isFinal(error) || isRefusal(error)) this.#answered();
      else {
        this.#failures += 1;
        this.#why = error instanceof Error ? error.message : String(error);
      }
      throw error;
    } finally {
      this.#pending -= 1;
      this.#giveUp.delete(giveUp);
      clearTimeout(timer);
    }
  }

  /** Calls that wait for their answer reject at once. */
  close(error: unknown): void {
    for (const giveUp of this.#giveUp) giveUp(error);
  }

  #answered(): void {
    this.#failures = 0;
    this.#told = 0;
    this.#since = this.#pending > 1 ? performance.now() : undefined;
  }

  /** Tells a silence that has lasted long enough. Called now and then. */
  look(): void {
    if (this.#since === undefined) return;
    const silent = performance.now() - this.#since;
    if (silent < this.#times.silence + this.#told * this.#times.repeat) return;
    this.#told += 1;
    this.#tell(
      `engine ${this.#name} has not answered for ${Math.round(silent / 1_000)} seconds (${this.#why}): runs wait for it`,
    );
  }
}

/** Whether an engine has answered that this job, or this DAG, will never be executed. */
export function isFinal(error: unknown): error is DagfillError {
  return error instanceof DagfillError && error.code === "ENGINE_FAILED" && !isRefusal(error);
}
