// The coordinator's half over BullMQ: a job's id is its key, and its result is how the work ended.
import type { Job, Queue, QueueEvents, QueueEventsProducer } from "bullmq";
import { defineEngine } from "../define_engine.js";
import { type Engine, type EngineJob, type EngineStatus, hasEnded } from "../engine.js";
import { engineClosed, engineFailed } from "../outcome.js";
import type { BullOptions } from "./bull_options.js";
import {
  CANCEL_EVENT,
  closePart,
  DEFAULT_QUEUE,
  insistOnPassword,
  openBull,
  packed,
  readBull,
  refusedAt,
  unpacked,
} from "./connection.js";
import { givenBackWarning } from "./given_back.js";
import { Vacancy } from "./vacancy.js";

interface OpenQueue {
  queue: Queue;
  events: QueueEvents;
  producer: QueueEventsProducer;
  /** Rejects where Redis refuses the password. */
  refused: Promise<never>;
  vacancy: Vacancy;
}

/** An engine over BullMQ (6.7 and later) on Redis, or on PostgreSQL with `backend: createPostgresBackend`. Its jobs are executed by
 *  `bullmqWorker` in any number of processes.
 *
 *  ```js
 *  const engine = bullmqEngine({ connection: { host: "queue.internal", port: 6379 } });
 *  const service = new BackfillService({ dags, store, engine });
 *  ```
 *
 *  Redis needs `maxmemory-policy noeviction`. Jobs that have ended are kept for `keepFor`, or until their end is stored. */
export function bullmqEngine(options: BullOptions): Engine {
  const { queue: named = DEFAULT_QUEUE, keepMs, ...rest } = readBull(options);
  const queues = new Map<string, Promise<OpenQueue>>();
  const queueOf = new Map<string, string>();
  const watchers = new Set<(key: string, status?: EngineStatus) => void>();
  const nameOf = (job: EngineJob) => (typeof named === "function" ? named(job) : named);
  // Counts from the end of a job, in seconds.
  const keep = { age: Math.max(1, Math.ceil(keepMs / 1_000)) };
  let bull: ReturnType<typeof openBull> | undefined;
  let isClosed = false;

  const open = async (name: string): Promise<OpenQueue> => {
    // A connection that is opened now would never be closed.
    if (isClosed) throw engineClosed("bullmq");
    const known = queues.get(name) ?? opened(name);
    queues.set(name, known);
    known.catch(() => queues.delete(name));
    return known;
  };
  const opened = async (name: string): Promise<OpenQueue> => {
    bull ??= openBull(rest);
    const { module, options, backend } = await bull;
    const parts = {
      queue: new module.Queue(name, options, backend),
      events: new module.QueueEvents(name, options, backend),
      producer: new module.QueueEventsProducer(name, options, backend),
    };
    // Other errors are told by the calls that fail.
    const refused = refusedAt(Object.values(parts));
    parts.events.on("completed", ({ jobId, returnvalue }: { jobId: string; returnvalue: unknown }) =>
      tell(jobId, outcomeOf(returnvalue)),
    );
    parts.events.on("failed", ({ jobId }: { jobId: string }) => tell(jobId, undefined));
    return { ...parts, refused, vacancy: new Vacancy(parts.queue, name) };
  };
  const tell = (key: string, status: EngineStatus | undefined) => {
    for (const watcher of watchers) watcher(key, status);
  };

  /** The queues that may have a key: its own, else all that are known. */
  const places = (key: string): Promise<OpenQueue>[] => {
    const own = queueOf.get(key);
    if (own !== undefined) return [open(own)];
    return queues.size > 0 ? [...queues.values()] : typeof named === "string" ? [open(named)] : [];
  };
  const eachPlace = async (
    keys: readonly string[],
    work: (place: OpenQueue, key: string) => Promise<unknown>,
  ) => {
    await Promise.all(keys.flatMap((key) => places(key).map(async (place) => work(await place, key))));
  };

  return defineEngine<Engine>({
    name: "bullmq",
    keepsResultsFor: keepMs,

    async check() {
      if (typeof named !== "string") return;
      const { queue, refused } = await open(named);
      await Promise.race([queue.waitUntilReady(), refused]);
      if (rest.backend === undefined) await refuseEviction(queue);
    },

    async submit(jobs) {
      const byQueue = new Map<string, EngineJob[]>();
      for (const job of jobs) {
        const name = nameOf(job);
        queueOf.set(job.key, name);
        byQueue.set(name, [...(byQueue.get(name) ?? []), job]);
      }
      await Promise.all(
        [...byQueue].map(async ([name, batch]) => {
          const { queue } = await open(name);
          const opts = { removeOnComplete: keep, removeOnFail: keep };
          const entries = batch.map((job) => ({
            name: job.data.dagId.replaceAll("\0", "\\0"),
            data: packed(job, rest.backend),
            opts: { ...opts, jobId: job.key },
          }));
          await insistOnPassword(queue.addBulk(entries));
        }),
      );
    },

    async status(keys) {
      const told = new Map<string, EngineStatus>();
      // Commands of one connection go out together: all keys are one round trip, the results of those that have ended another.
      const asked = eachPlace(keys, async ({ queue, vacancy }, key) => {
        const status = await statusOf(queue, key);
        if (status === undefined) return;
        if (hasEnded(status)) queueOf.delete(key);
        const warning = hasEnded(status) ? undefined : (status.warning ?? vacancy.warning);
        told.set(key, warning === undefined ? status : { ...status, warning });
      });
      await insistOnPassword(asked);
      return told;
    },

    async cancel(keys, reason) {
      await eachPlace(keys, async ({ queue, producer }, key) => {
        const state = await queue.getJobState(key);
        if (state === "unknown" || state === "completed" || state === "failed") return;
        const job = await queue.getJob(key);
        if (job === undefined) return;
        const isRemoved = state !== "active" && (await queue.remove(key)) === 1;
        if (isRemoved && !job.attemptsStarted) return;
        // Should its worker die, the next one refuses it.
        if (!isRemoved) await job.updateData({ ...(job.data as object), canceled: reason });
        // A job that waits again, since its lock ran out, may still be at work.
        await producer.publishEvent({ eventName: CANCEL_EVENT, jobId: key, reason }, 1_000);
      });
    },

    watch(ended) {
      watchers.add(ended);
      return () => watchers.delete(ended);
    },

    async forget(keys) {
      await eachPlace(keys, async ({ queue }, key) => {
        queueOf.delete(key);
        await queue.remove(key);
      });
    },

    async close() {
      isClosed = true;
      (await bull?.catch(() => undefined))?.leave();
      const open = await Promise.allSettled(queues.values());
      queues.clear();
      await Promise.allSettled(
        open.flatMap((each) =>
          each.status === "fulfilled"
            ? [each.value.queue, each.value.events, each.value.producer].map((part) => closePart(part))
            : [],
        ),
      );
    },
  });
}

/** A Redis that is full and may evict any key would lose jobs. ENGINE_FAILED. */
async function refuseEviction(queue: Queue): Promise<void> {
  const client = await queue.getBackend().client;
  // A user without the right to ask is not told of it.
  const info = (await client?.info().catch(() => "")) ?? "";
  const [, policy = ""] = /^maxmemory_policy:(\S+)/m.exec(info) ?? [];
  const [, limit = "0"] = /^maxmemory:(\d+)/m.exec(info) ?? [];
  if (limit === "0" || !policy.startsWith("allkeys-")) return;
  const message = `Redis may evict jobs: its maxmemory-policy is ${policy}, with a limit of ${limit} bytes`;
  throw engineFailed("bullmq", message, undefined, "CONFIG SET maxmemory-policy noeviction");
}

/** The state comes first: a job that ends between two questions would be told without its result. */
async function statusOf(queue: Queue, key: string): Promise<EngineStatus | undefined> {
  const state = await queue.getJobState(key);
  if (state === "unknown") return undefined;
  if (state === "delayed") {
    const warning = givenBackWarning(await queue.getJob(key));
    return { state: "queued", ...(warning === undefined ? {} : { warning }) };
  }
  if (state !== "active" && state !== "completed" && state !== "failed") return { state: "queued" };
  const job: Job | undefined = await queue.getJob(key);
  if (job === undefined) return undefined;
  if (state === "active") {
    const { processedOn } = job;
    return { state: "running", ...(processedOn === undefined ? {} : { startedAt: processedOn }) };
  }
  if (state === "completed") return outcomeOf(job.returnvalue);
  const message = job.failedReason ?? "it failed in BullMQ";
  return { state: "failed", error: { name: "EngineError", message } };
}

/** The answer of a dagfill worker; the answer of another worker is kept as the output. */
function outcomeOf(value: unknown): EngineStatus {
  const status = unpacked<EngineStatus | null>(value);
  if (typeof status === "object" && status !== null && typeof status.state === "string" && hasEnded(status))
    return status;
  return value === undefined || value === null
    ? { state: "success" }
    : { state: "success", output: value as NonNullable<EngineStatus["output"]> };
}
