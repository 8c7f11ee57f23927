// Whether any worker takes the jobs of a queue. Redis and PostgreSQL know the connections of workers by name.
import type { Queue } from "bullmq";
import type { EngineStatus } from "../engine.js";

/** Milliseconds between two questions. */
const ASKED_EVERY_MS = 5_000;
/** Milliseconds without a worker before that is told: one that is started again is soon there. */
const TOLD_AFTER_MS = 10_000;
/** Longer names of queues are not asked about: PostgreSQL cuts the names of connections, by which workers are counted. */
const LONGEST_NAME = 60;

export class Vacancy {
  readonly #queue: Queue;
  readonly #name: string;
  #asked = Number.NEGATIVE_INFINITY;
  /** `performance.now()` of the first answer without a worker. */
  #since: number | undefined;

  constructor(queue: Queue, name: string) {
    this.#queue = queue;
    this.#name = name;
  }

  /** The warning for jobs of a queue without a worker. The server's answer is for a later call, so that no job waits for it. */
  get warning(): EngineStatus["warning"] {
    const now = performance.now();
    if (now - this.#asked >= ASKED_EVERY_MS) {
      this.#asked = now;
      void this.#look();
    }
    if (this.#since === undefined || now - this.#since < TOLD_AFTER_MS) return undefined;
    const message = `queue ${this.#name} of engine bullmq has no worker: its jobs wait for one. Start dagfill worker FILE --engine URL, or bullmqWorker, over the same server, queue and prefix`;
    return { code: "no_worker", message };
  }

  async #look(): Promise<void> {
    if (Buffer.byteLength(this.#name) > LONGEST_NAME) return;
    try {
      const count = await this.#queue.getWorkersCount();
      this.#since = count > 0 ? undefined : (this.#since ?? performance.now());
    } catch {
      // A server that is away, or a user without the right to ask: nothing is known.
      this.#since = undefined;
    }
  }
}
