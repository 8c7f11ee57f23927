// Options of the engine and the worker. No type of BullMQ is named here: its versions declare them differently, or it may not be installed.
import type { Duration } from "../../duration.js";
import type { EngineJob } from "../engine.js";

export interface BullOptions {
  /** The option `connection` of BullMQ: `{ host, port }`, an instance of ioredis; with a PostgreSQL backend a pool or a configuration. A
   *  URL is one of Redis, or of PostgreSQL. */
  connection: unknown;
  /** `createPostgresBackend` of `bullmq`: jobs live in PostgreSQL. Default: Redis. */
  backend?: unknown;
  /** The queue of a job, default "dagfill". Workers take the jobs of one queue. */
  queue?: string | ((job: EngineJob) => string);
  /** Before all keys in Redis. Default "bull". */
  prefix?: string;
  /** How long jobs that have ended are kept: a coordinator that is away for longer starts them again. Default 7 days. */
  keepFor?: Duration;
}
