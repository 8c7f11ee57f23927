// Calls a function at most once a frame, however many events ask for it.
const FRAME_MS = 16;

export class FrameThrottle {
  readonly #call: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(call: () => void) {
    this.#call = call;
  }

  /** Calls the function with the next frame. */
  request(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#call();
    }, FRAME_MS);
  }
}
