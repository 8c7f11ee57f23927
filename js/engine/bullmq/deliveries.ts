// The work of a worker, by the key of its job. A job whose lock has expired while the server was away counts as stalled, and BullMQ delivers it
// again, also to the process that executes it. A key is one attempt: the new delivery joins the work that goes on, and an outcome is kept until
// BullMQ has stored it.
import type { Job } from "bullmq";
import type { EngineStatus } from "../engine.js";
import type { WorkerEvent } from "../worker_options.js";

/** Outcomes that are kept, or as many as the concurrency if that is more. The oldest is dropped first: its work is done again. */
const MOST_KEPT = 1_000;

/** The members of events that name a job. */
export type Subject = Omit<WorkerEvent, "type">;

interface Work {
  subject: Subject;
  controller: AbortController;
  ended: Promise<EngineStatus>;
  /** Makes the delivery that waits for this work leave it to a newer one. */
  handOver: () => void;
}

/** An outcome that BullMQ has not stored. */
interface Kept {
  subject: Subject;
  outcome: EngineStatus;
}

export class Deliveries {
  readonly #atWork = new Map<string, Work>();
  readonly #kept = new Map<string, Kept>();
  readonly #mostKept: number;

  constructor(concurrency: number) {
    this.#mostKept = Math.max(MOST_KEPT, concurrency);
  }

  get running(): number {
    return this.#atWork.size;
  }

  isAtWork(key: string): boolean {
    return this.#atWork.has(key);
  }

  outcome(key: string): EngineStatus | undefined {
    return this.#kept.get(key)?.outcome;
  }

  /** The members that name a job which is at work, or whose outcome is kept. */
  subject(key: string): Subject | undefined {
    return (this.#atWork.get(key) ?? this.#kept.get(key))?.subject;
  }

  /** The outcome of a job is stored, or no longer wanted. */
  forget(key: string): void {
    this.#kept.delete(key);
  }

  abort(key: string): void {
    this.#atWork.get(key)?.controller.abort();
  }

  abortAll(): void {
    for (const { controller } of this.#atWork.values()) controller.abort();
  }

  /** Starts the work of a job. `work` must not reject. */
  start(key: string, subject: Subject, work: (signal: AbortSignal) => Promise<EngineStatus>): void {
    const controller = new AbortController();
    const ended = work(controller.signal).then((outcome) => {
      this.#atWork.delete(key);
      this.#keep(key, { subject, outcome });
      return outcome;
    });
    this.#atWork.set(key, { subject, controller, ended, handOver: () => {} });
  }

  /** Waits for the outcome of a job's work. `undefined` as soon as a newer delivery of the job waits for it. */
  async held(key: string): Promise<EngineStatus | undefined> {
    const work = this.#atWork.get(key);
    if (work === undefined) return this.outcome(key);
    work.handOver();
    const left = new Promise<undefined>((resolve) => {
      work.handOver = () => resolve(undefined);
    });
    return Promise.race([work.ended, left]);
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    const [oldest = key] = this.#kept.keys();
    if (this.#kept.size > this.#mostKept) this.#kept.delete(oldest);
  }
}

/** Renews the lock of a job that was delivered again, and returns what stops that. BullMQ renews one lock per job id, and no longer when the
 *  older delivery leaves. */
export function renewed(job: Job, token: string, leaseMs: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const later = () => {
    timer = setTimeout(async () => {
      // If this fails, the lock expires, and the job is delivered again.
      await job.extendLock(token, leaseMs).catch(() => {});
      if (!isOver) later();
    }, leaseMs / 3);
  };
  later();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
