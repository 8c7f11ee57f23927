// A store that does not answer is waited for, since it may only be slow. Listeners are told, and a caller that has
// aborted need not wait any longer.
import type { AbortSignalLike } from "../../abort_signal.js";
import { DagfillError } from "../../error.js";
import { storeFailure } from "../../store/failure.js";

/** A store that has been asked for so long is silent. A lease would have expired by then. */
export const SILENCE_MS = 10_000;

function silent(): DagfillError {
  return new DagfillError(
    "STORE_FAILED",
    `the store has not answered for ${SILENCE_MS / 1_000} seconds: what it was asked to write may still be written`,
    { hint: "when it answers again, what did not end can be resumed" },
  );
}

/** Waits for what a store is asked. Node does not end meanwhile. Once `isAborted`, a store that stays silent for its time, or for
 *  twice its time at most, is given up with STORE_FAILED. */
export function waitForStore<T>(asked: Promise<T>, isAborted: () => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    let wasAborted = false;
    const timer = setInterval(() => {
      if (wasAborted) {
        clearInterval(timer);
        reject(silent());
      }
      wasAborted = isAborted();
    }, SILENCE_MS);
    Promise.resolve(asked)
      .then(resolve, reject)
      .finally(() => clearInterval(timer));
  });
}

/** Asks a store. Its errors are STORE_FAILED, and so is its silence once the signal is aborted. */
export async function askStore<T>(ask: () => Promise<T>, signal?: AbortSignalLike): Promise<T> {
  try {
    return await waitForStore(ask(), () => signal?.aborted === true);
  } catch (error) {
    throw storeFailure(error);
  }
}

/** The same for the batches of one driver, of which there are many: one timer for all, from `begin` to `end`. */
export class StoreWatchdog {
  readonly #batch: () => number | undefined;
  readonly #isAborted: () => boolean;
  readonly #onSilent: (message: string) => void;
  readonly #onGivenUp: (error: DagfillError) => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #last: number | undefined;
  #told: number | undefined;

  /** `batch` tells which one the store has now. */
  constructor(
    batch: () => number | undefined,
    isAborted: () => boolean,
    onSilent: (message: string) => void,
    onGivenUp: (error: DagfillError) => void,
  ) {
    this.#batch = batch;
    this.#isAborted = isAborted;
    this.#onSilent = onSilent;
    this.#onGivenUp = onGivenUp;
  }

  /** The timer keeps Node alive, so that a driver that never begins must not have one. */
  begin(): void {
    this.#timer = setInterval(() => this.#look(), SILENCE_MS);
  }

  #look(): void {
    const now = this.#batch();
    const isSilent = now !== undefined && now === this.#last;
    this.#last = now;
    if (!isSilent) return;
    if (this.#isAborted()) this.#onGivenUp(silent());
    else if (this.#told !== now) {
      this.#told = now;
      this.#onSilent(silent().message);
    }
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
