// Plans while somebody edits: one request is on its way at a time, and while it is only the newest one waits.
import type { PlanAnswer, PlanRequest } from "../planning/planning.js";
import { pageError } from "./page_error.js";

/** The newest answer, or error, of the loop. */
export interface PlanState {
  /** The newest plan that could be made. */
  answer: PlanAnswer | null;
  /** Why the newest request has none. */
  error: Error | null;
  /** The plan is older than the request. */
  isStale: boolean;
}

export const NO_PLAN: PlanState = { answer: null, error: null, isStale: false };

/** A request, or why none can be made of the settings. */
type Asked = PlanRequest | Error;

export class PlanLoop {
  state: PlanState = NO_PLAN;
  readonly #ask: (request: Asked) => Promise<PlanAnswer>;
  readonly #changed: () => void;
  #waiting: Asked | null = null;
  #isBusy = false;

  constructor(ask: (request: Asked) => Promise<PlanAnswer>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Plans it when what is on its way is back; whatever waited before is forgotten. */
  request(request: Asked): void {
    this.#waiting = request;
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting !== null) {
      const request = this.#waiting;
      this.#waiting = null;
      try {
        const answer = await this.#ask(request);
        this.state = { answer, error: null, isStale: this.#waiting !== null };
      } catch (thrown) {
        const error = pageError(thrown);
        this.state = { ...this.state, error, isStale: this.state.answer !== null };
      }
      this.#changed();
    }
    this.#isBusy = false;
  }
}
