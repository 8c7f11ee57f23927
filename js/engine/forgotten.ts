// Keys of jobs whose ends are stored, sent to the engine in batches: it may delete their results.

const EVERY_MS = 1_000;
const MOST = 1_000;

export class Forgotten {
  readonly #send: (keys: readonly string[]) => Promise<unknown>;
  readonly #keys: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (keys: readonly string[]) => Promise<unknown>) {
    this.#send = send;
  }

  add(key: string): void {
    this.#keys.push(key);
    if (this.#keys.length >= MOST) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), EVERY_MS);
    // Keys that are not sent before the session ends need no retry: the engine drops old results by their age.
    (this.#timer as { unref?: () => void } | undefined)?.unref?.();
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const keys = this.#keys.splice(0);
    if (keys.length > 0) await this.#send(keys).catch(() => {});
  }
}
