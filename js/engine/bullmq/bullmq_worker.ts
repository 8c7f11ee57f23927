// The worker's half over BullMQ.
import type { Job } from "bullmq";
import { durationMs } from "../../face.js";
import { LruCache } from "../../lru_cache.js";
import { callback, fields, integer, oneOf, signal as signalOption, wrong } from "../../options.js";
import type { EngineJob, EngineStatus } from "../engine.js";
import { engineFailed, failureOf } from "../outcome.js";
import { runnerOf } from "../worker.js";
import type { EngineWorker, WorkerOptions } from "../worker_options.js";
import type { BullOptions } from "./bull_options.js";
import {
  bullSpec,
  CANCEL_EVENT,
  checkConnection,
  closePart,
  DEFAULT_QUEUE,
  openBull,
  packed,
  refusalOf,
  refusedAt,
  unpacked,
} from "./connection.js";
import { Deliveries, renewed, type Subject } from "./deliveries.js";
import { giveBack } from "./given_back.js";
import { lostKey, lostLease } from "./lost_lease.js";

/** How long a worker without jobs waits for a server that is away before it closes without it. */
const LEAVE_AFTER_MS = 2_000;
const REPEAT_MS = 60_000;
const MOST_MESSAGES = 100;

/** A worker that executes the jobs of `bullmqEngine`, in this process. Its callbacks get the contexts that they get without an engine; templates
 *  are rendered here, with the `variables`, `connections` and `macros` of its `dags`, and of this worker.
 *
 *  ```js
 *  const worker = await bullmqWorker({ connection, executeTask: shellTasks(), concurrency: 8 });
 *  process.once("SIGTERM", () => worker.close());
 *  ```
 *
 *  A worker that dies, or does not answer for `leaseTime`, loses its jobs to others: `run.key` is the same then. A job that comes back to the
 *  worker that executes it, or that knows how it ended, is not executed again. */
export async function bullmqWorker(options: BullOptions & WorkerOptions): Promise<EngineWorker> {
  const read = readOptions(options);
  const { queue, concurrency, leaseMs, onEvent, signal } = read;
  const tell: NonNullable<WorkerOptions["onEvent"]> = (event) => {
    try {
      onEvent?.(event);
    } catch {
      // A listener that fails is no reason to fail the job.
    }
  };
  /** A server that is away is looked for again and again, by each connection: the same error is told once a minute. */
  const toldAt = new LruCache<string, number>(MOST_MESSAGES);
  const tellError = (error: unknown, subject: Subject = {}) => {
    const { message } = failureOf(error);
    const now = performance.now();
    if (now - (toldAt.get(message) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
    toldAt.set(message, now);
    tell({ type: "error", ...subject, error });
  };
  const tellLost = (error: unknown) => {
    const key = lostKey(error);
    const subject = key === undefined ? undefined : deliveries.subject(key);
    if (key === undefined || subject === undefined) return tellError(error);
    const lost = lostLease(error, subject, deliveries.outcome(key), leaseMs);
    if (lost !== undefined) tellError(lost, subject);
  };
  const { module, options: shared, backend, leave } = await openBull(read);
  const { run, missing } = runnerOf(options);
  const deliveries = new Deliveries(concurrency);
  let isLeaving = false;
  let isReady = false;
  let idle = () => {};

  const process = async (job: Job, token: string | undefined, lost: AbortSignal | undefined) => {
    const { canceled, ...data } = job.data as { canceled?: string };
    const given = unpacked<EngineJob>(data);
    // The id of a job is its key. A job that another program has put into the queue has no key in its data.
    const key = job.id;
    const told = subjectOf(given);
    // The work of an earlier delivery is waited for, since it may succeed all the same.
    if (canceled !== undefined) {
      deliveries.abort(key);
      deliveries.forget(key);
      if (!deliveries.isAtWork(key)) return packed({ state: "canceled" } satisfies EngineStatus, backend);
    }
    /** Puts the job back into the queue, so that another worker starts it under the same key. */
    const handBack = async () => {
      await job.moveToWait(token);
      throw new module.WaitingError();
    };
    const isKnown = deliveries.subject(key) !== undefined;
    if (isLeaving && !isKnown) return handBack();
    const lacks = isKnown ? undefined : missing(given);
    if (lacks !== undefined) {
      tellError(lacks);
      return packed(await giveBack(module, job, token, lacks, backend), backend);
    }
    if ((job.attemptsStarted ?? 1) > 1 || (job.stalledCounter ?? 0) > 0)
      tell({ type: "redelivered", ...told });
    const outcome = deliveries.outcome(key);
    if (outcome !== undefined) return packed(outcome, backend);
    if (!isKnown) {
      tell({ type: "started", ...told });
      deliveries.start(key, told, (signal) => run(given, signal));
    }
    const abort = () => deliveries.abort(key);
    lost?.addEventListener("abort", abort);
    const letGo = isKnown && token !== undefined ? renewed(job, token, leaseMs) : () => {};
    try {
      const status = await deliveries.held(key);
      // A newer delivery has the lock and answers. This error makes BullMQ leave the job as it is.
      if (status === undefined) throw new module.WaitingError();
      if (isLeaving && status.state === "canceled") {
        deliveries.forget(key);
        return await handBack();
      }
      tell({ type: status.state === "canceled" ? "canceled" : "ended", ...told, ...errorOf(status) });
      return packed(status, backend);
    } finally {
      letGo();
      lost?.removeEventListener("abort", abort);
      if (deliveries.running === 0) idle();
    }
  };

  const worker = new module.Worker(
    queue,
    // BullMQ gives a signal to functions of three parameters.
    (job, token, lost) => process(job, token, lost),
    {
      ...shared,
      concurrency,
      lockDuration: leaseMs,
      stalledInterval: Math.max(1_000, leaseMs / 2),
      // Milliseconds between looks for a server that is away.
      runRetryDelay: 1_000,
      // Each loss of a worker counts; none of them is a failure of the run.
      maxStalledCount: 1_000_000,
      // Over a connection that is refused BullMQ asks for jobs in a loop that lets no timer run.
      autorun: false,
    },
    backend,
  );
  const events = new module.QueueEvents(queue, shared, backend);
  const refused = refusedAt([worker, events], (error) => {
    if (isReady || refusalOf(error) === undefined) tellLost(error);
  });
  for (const stored of ["completed", "failed"])
    worker.on(stored, (job?: Job) => {
      if (job !== undefined) deliveries.forget(job.id);
    });
  events.on(CANCEL_EVENT, ({ jobId }: { jobId: string }) => deliveries.abort(jobId));

  let closing: Promise<void> | undefined;
  const close = async () => {
    // The server may come back in time for the results of the jobs; without it nothing can be closed.
    let timer: ReturnType<typeof setTimeout> | undefined;
    idle = () => {
      timer ??= setTimeout(leave, LEAVE_AFTER_MS);
    };
    if (deliveries.running === 0) idle();
    await closePart(worker);
    await closePart(events);
    clearTimeout(timer);
  };
  const made: EngineWorker = {
    get running() {
      return deliveries.running;
    },
    close: (how = {}) => {
      const { running = "finish" } = fields(how, "options", {
        running: oneOf("finish", "abort"),
      });
      if (running === "abort") {
        isLeaving = true;
        deliveries.abortAll();
      }
      closing ??= close();
      return closing;
    },
  };
  const stop = () => void made.close();
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    await Promise.race([Promise.all([worker.waitUntilReady(), events.waitUntilReady()]), refused]);
    isReady = true;
    worker.run().catch(tellError);
  } catch (error) {
    const closed = made.close();
    const refusal = refusalOf(error);
    if (refusal !== undefined) leave();
    await closed;
    if (refusal !== undefined) throw refusal;
    if (!signal?.aborted) throw engineFailed("bullmq", failureOf(error).message, error);
  }
  return made;
}

/** The members of events that name a job. A job that another program has put into the queue may have no data. */
function subjectOf({ key, data }: EngineJob): Subject {
  const { dagId, executionDate, attempt, task } = (data ?? {}) as Partial<EngineJob["data"]>;
  const subject = { key, dagId, executionDate, taskId: task?.taskId, attempt };
  return Object.fromEntries(Object.entries(subject).filter(([, member]) => member !== undefined));
}

function errorOf({ error }: EngineStatus): { error?: unknown } {
  return error === undefined ? {} : { error };
}

const given = (value: unknown) => value;

function readOptions(options: unknown) {
  const read = fields<BullOptions & WorkerOptions & { leaseTime: number; keepFor: number }>(
    options,
    "options",
    {
      ...bullSpec,
      // Read by the runner.
      variables: given,
      connections: given,
      macros: given,
      onUnknown: given,
      executeRun: callback(),
      executeTask: callback(),
      dags: given,
      concurrency: integer(1, 10_000),
      leaseTime: (value: unknown) => durationMs(value as string),
      onEvent: callback(),
      signal: signalOption,
    } as never,
  );
  checkConnection(read.connection, read.backend);
  if ((read.executeRun ?? read.executeTask ?? read.dags) === undefined)
    throw wrong("executeRun", "executeRun, executeTask, or dags whose tasks have functions", undefined);
  if (typeof read.queue === "function") throw wrong("queue", "the name of one queue", read.queue);
  const leaseMs = (read.leaseTime as number | undefined) ?? 15_000;
  if (leaseMs < 1_000) throw wrong("leaseTime", "at least a second", read.leaseTime);
  return {
    ...read,
    connection: read.connection,
    queue: read.queue ?? DEFAULT_QUEUE,
    concurrency: read.concurrency ?? 1,
    leaseMs,
  };
}
