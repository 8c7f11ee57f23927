// Connection options of the engine and the worker, and the BullMQ objects that both open with them.
import type * as bullmq from "bullmq";
import { DagfillError } from "../../error.js";
import { type Duration, durationMs } from "../../face.js";
import { nearest } from "../../nearest.js";
import { fields, name, wrong } from "../../options.js";
import type { EngineJob } from "../engine.js";
import { engineFailed, engineRefuses, failureOf } from "../outcome.js";
import type { BullOptions } from "./bull_options.js";

/** The event by which a coordinator tells workers that a job is canceled. */
export const CANCEL_EVENT = "dagfill-cancel";
export const DEFAULT_QUEUE = "dagfill";
const WEEK_MS = 7 * 86_400_000;

export const bullSpec = {
  connection: (value: unknown, path: string) => {
    if (value === null || (typeof value !== "object" && typeof value !== "string"))
      throw wrong(path, "a connection of BullMQ", value);
    return value;
  },
  backend: (value: unknown) => value,
  queue: (value: unknown, path: string) =>
    typeof value === "function" ? (value as (job: EngineJob) => string) : queueName(value, path),
  prefix: name,
  keepFor: (value: unknown) => durationMs(value as Duration),
};

function queueName(value: unknown, path: string): string {
  const read = name(value, path);
  if (read.includes(":")) throw wrong(path, 'a name of a queue without ":"', value);
  return read;
}

export interface Bull {
  module: typeof bullmq;
  options: Record<string, unknown>;
  backend: unknown;
  /** A server that is away is looked for no longer: what waits for it rejects, so that its parts can be closed. */
  leave: () => void;
}

/** The package. ENGINE_FAILED where it is not installed. */
export async function loadBullmq(): Promise<typeof bullmq> {
  try {
    return await import("bullmq");
  } catch (error) {
    throw engineFailed(
      "bullmq",
      `the package bullmq could not be loaded (npm install bullmq): ${failureOf(error).message}`,
    );
  }
}

/** The package, and the options that all of its objects get. */
export async function openBull({ connection, backend, prefix }: BullOptions): Promise<Bull> {
  const module = await loadBullmq();
  let left = false;
  const more = prefix === undefined ? {} : { prefix };
  const leave = () => {
    left = true;
  };
  if (backend !== undefined || !isPlain(connection))
    return { module, options: { connection, ...more }, backend: guarded(backend), leave };
  const given: { retryStrategy?: Retry } =
    typeof connection === "string" ? { url: connection } : (connection as object);
  const delay = given.retryStrategy ?? retryDelay;
  const retryStrategy: Retry = (times) => (left ? null : delay(times));
  return { module, options: { connection: { ...given, retryStrategy }, ...more }, backend, leave };
}

interface PostgresParts {
  connection?: {
    ownsPool?: boolean;
    pool?: { on(event: "connect", listener: (client: Emitter) => void): void };
    /** Makes the client that listens to notifications. */
    pgModule?: { Client: new (config: unknown) => Emitter };
  };
}

interface Emitter {
  on(event: "error", listener: () => void): void;
}

/** A backend whose own clients survive their server. Nobody listens to a client of the pool that is in use, nor to the one for notifications
 *  at the moment when it has connected: where the server ends it then, the error would end the process. The next statement of that client
 *  fails all the same. */
function guarded(backend: unknown): unknown {
  if (typeof backend !== "function") return backend;
  return (...given: unknown[]) => {
    const made: PostgresParts = backend(...given);
    const { connection } = made;
    if (!connection?.ownsPool) return made;
    connection.pool?.on("connect", (client) => client.on("error", () => {}));
    if (connection.pgModule !== undefined)
      connection.pgModule = { Client: listening(connection.pgModule.Client) };
    return made;
  };
}

function listening(Client: new (config: unknown) => Emitter): new (config: unknown) => Emitter {
  return class extends Client {
    constructor(config: unknown) {
      super(config);
      this.on("error", () => {});
    }
  };
}

type Retry = (times: number) => unknown;

/** Milliseconds before a connection to Redis is tried again. Short enough to be waited for when the engine is closed. */
const retryDelay: Retry = (times) => Math.min(250 * 2 ** Math.min(times - 1, 10), 2_000);

/** The error of a server that was reached and refuses the password; undefined for any other error. */
export function refusalOf(error: unknown): DagfillError | undefined {
  if (error instanceof DagfillError) return error;
  const { message } = failureOf(error);
  if (/\bpassword authentication failed\b/.test(message))
    return engineRefuses("bullmq", `PostgreSQL refuses the password: ${message}`, "check the password");
  if (!/\b(WRONGPASS|NOAUTH)\b|\binvalid password\b/.test(message)) return undefined;
  const what = message.includes("NOAUTH")
    ? "Redis asks for a password"
    : "wrong password, or wrong user, for Redis";
  const hint =
    "REDISCLI_AUTH=... in the environment gives the command its password; a program gives it as `password` of connection";
  return engineRefuses("bullmq", `${what}: ${message}`, hint);
}

/** Makes a call. A server that refuses the password by now, since it has another one, is no outage. */
export function insistOnPassword<T>(call: Promise<T>): Promise<T> {
  return call.catch((error: unknown) => {
    throw refusalOf(error) ?? error;
  });
}

/** Listens to the errors of parts, since BullMQ throws one that no listener takes, and returns a promise that rejects where Redis refuses the
 *  password. `heard` is called with each error. */
export function refusedAt(
  parts: readonly bullmq.Part[],
  heard: (error: unknown) => void = () => {},
): Promise<never> {
  const refused = new Promise<never>((_, reject) => {
    for (const part of parts)
      part.on("error", (error) => {
        const refusal = refusalOf(error);
        if (refusal !== undefined) reject(refusal);
        heard(error);
      });
  });
  // A rejection that no call waits for any more must not end the process.
  refused.catch(() => {});
  return refused;
}

interface RedisConnection {
  client?: Promise<{ status: string; once(event: string, listener: () => void): void } | undefined>;
}

/** Closes a part. BullMQ's close() never settles where a connection is being made again, so this first waits until each is ready, or has ended
 *  since `leave` was called. */
export async function closePart(part: bullmq.Part): Promise<void> {
  const { connection, blockingConnection } = part.getBackend() as Record<string, RedisConnection | undefined>;
  for (const each of [connection, blockingConnection]) {
    const client = await each?.client?.catch(() => undefined);
    if (client === undefined || client.status === "ready" || client.status === "end") continue;
    await new Promise<void>((resolve) => {
      for (const event of ["ready", "end"]) client.once(event, resolve);
    });
  }
  // close() rejects where the connection has ended already: the part is closed all the same.
  await part.close().catch(() => {});
}

/** Options, rather than a client that is made already. */
function isPlain(connection: unknown): boolean {
  return typeof connection === "string" || Object.getPrototypeOf(connection) === Object.prototype;
}

/** Refuses a connection that is missing, and a URL that is none of Redis: BullMQ would take it for one and wait for its server. */
export function checkConnection(connection: unknown, backend: unknown): void {
  if (connection === undefined) throw wrong("connection", "a connection of BullMQ", undefined);
  if (typeof connection !== "string" || backend !== undefined) return;
  const [, scheme] = /^([a-z][a-z\d+.-]*):\/\//i.exec(connection) ?? [];
  if (scheme === undefined || /^rediss?$/i.test(scheme)) return;
  const hint = /^postgres(ql)?$/i.test(scheme)
    ? "PostgreSQL is for BullMQ's backend: backend: createPostgresBackend of bullmq, connection: { connectionString, migrate: true }"
    : `did you mean ${nearest(scheme, ["redis", "rediss"]) ?? "redis"}://?`;
  const message = `connection: expected a URL that begins with redis:// or rediss://, got ${scheme}://`;
  throw new DagfillError("INVALID_OPTION", message, { field: "connection", hint });
}

export function readBull(options: unknown): BullOptions & { keepMs: number } {
  const read = fields<BullOptions & { keepFor: number }>(options, "options", bullSpec as never);
  checkConnection(read.connection, read.backend);
  return { ...read, connection: read.connection, keepMs: (read.keepFor as number | undefined) ?? WEEK_MS };
}

/** A job, or how it ended, as a queue keeps it. PostgreSQL's jsonb has no NUL and an order of keys of its own, so that there it is text. */
export function packed(value: object, backend: unknown): object {
  return backend === undefined ? value : { json: JSON.stringify(value) };
}

export function unpacked<T>(kept: unknown): T {
  const { json } = (kept ?? {}) as { json?: unknown };
  return typeof json === "string" ? JSON.parse(json) : (kept as T);
}
