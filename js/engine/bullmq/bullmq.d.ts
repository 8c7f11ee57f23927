// The part of the package `bullmq` (6.7 and later) that the engine uses. It is a peer dependency: these sources need no types of it.
declare module "bullmq" {
  type Options = Record<string, unknown>;
  export interface Part {
    // biome-ignore lint/suspicious/noExplicitAny: each event has arguments of its own
    on(event: string, listener: (...args: any[]) => void): this;
    close(force?: boolean): Promise<void>;
    waitUntilReady(): Promise<unknown>;
    getBackend(): object;
  }
  export interface Job {
    id: string;
    data: unknown;
    returnvalue: unknown;
    progress: unknown;
    failedReason?: string;
    processedOn?: number;
    /** How often a worker has taken it. */
    attemptsStarted?: number;
    stalledCounter?: number;
    updateData(data: unknown): Promise<void>;
    moveToWait(token?: string): Promise<unknown>;
    /** Renews its lock, for milliseconds. */
    extendLock(token: string, duration: number): Promise<unknown>;
    /** The worker throws a DelayedError afterwards. */
    moveToDelayed(timestamp: number, token?: string): Promise<unknown>;
    updateProgress(progress: object): Promise<void>;
  }
  export class Queue implements Part {
    constructor(name: string, options: Options, backend?: unknown);
    on: Part["on"];
    close: Part["close"];
    waitUntilReady: Part["waitUntilReady"];
    /** On Redis with a client. */
    getBackend(): { client?: Promise<{ info(): Promise<string> }> };
    addBulk(jobs: { name: string; data: unknown; opts: Options }[]): Promise<Job[]>;
    getJobState(id: string): Promise<string>;
    getJob(id: string): Promise<Job | undefined>;
    /** By the names of connections. */
    getWorkersCount(): Promise<number>;
    /** 1 when it was removed, 0 when a worker has it. */
    remove(id: string): Promise<number>;
  }
  export class QueueEvents implements Part {
    constructor(name: string, options: Options, backend?: unknown);
    on: Part["on"];
    close: Part["close"];
    waitUntilReady: Part["waitUntilReady"];
    getBackend: Part["getBackend"];
  }
  export class QueueEventsProducer implements Part {
    constructor(name: string, options: Options, backend?: unknown);
    on: Part["on"];
    close: Part["close"];
    waitUntilReady: Part["waitUntilReady"];
    getBackend: Part["getBackend"];
    publishEvent(event: { eventName: string } & Record<string, string>, maxEvents?: number): Promise<void>;
  }
  export class Worker implements Part {
    constructor(
      name: string,
      processor: (job: Job, token?: string, signal?: AbortSignal) => Promise<unknown>,
      options: Options,
      backend?: unknown,
    );
    on: Part["on"];
    close: Part["close"];
    waitUntilReady: Part["waitUntilReady"];
    getBackend: Part["getBackend"];
    /** Takes jobs until it is closed; for workers that are made with `autorun: false`. */
    run(): Promise<void>;
  }
  export class WaitingError extends Error {}
  export class DelayedError extends Error {}
}
