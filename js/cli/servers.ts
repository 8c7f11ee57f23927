// Waiting for servers: stderr says for which server the command waits, why, and until when.

import type { EngineWorker } from "../engine/worker_options.js";
import { DagfillError } from "../error.js";
import { failure } from "../failure.js";
import type { PostgresRetry } from "../store/postgres.js";
import { addressOf } from "./server_url.js";
import type { Terminal } from "./terminal.js";

const REPEAT_MS = 10_000;

const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;

/** Reports that PostgreSQL cannot be reached: at once, and every 10 seconds while that lasts. */
export function postgresWait(url: string, notices: Terminal): (retry: PostgresRetry) => void {
  let told = Number.NEGATIVE_INFINITY;
  return ({ error, waited, retryFor }) => {
    const now = performance.now();
    if (now - told < REPEAT_MS) return;
    told = now;
    const until = untilText(retryFor, waited);
    notices.line(
      `waiting for PostgreSQL at ${addressOf(url)} (${reasonOf(error)}): tried again every second, ${until}`,
    );
  };
}

function untilText(most: number, waited: number): string {
  return `given up ${seconds(most)} after the first try (${seconds(waited)} so far)`;
}

const WORKER_WAITS_MS = 60_000;
/** A server that is up may take a few seconds on a busy machine. */
const FIRST_MS = 5_000;

/** Makes a worker. While its server cannot be reached, reports it after 5 seconds and every 10 seconds. ENGINE_FAILED after a minute. `make` gets the signal that
 *  ends the worker. */
export async function workerWhenThere(
  url: string,
  notices: Terminal,
  drain: AbortSignal,
  make: (signal: AbortSignal) => Promise<EngineWorker>,
): Promise<EngineWorker> {
  const late = new AbortController();
  const begun = performance.now();
  let timer: ReturnType<typeof setTimeout>;
  const tell = () => {
    const waited = performance.now() - begun;
    if (waited >= WORKER_WAITS_MS) return late.abort();
    const until = untilText(WORKER_WAITS_MS, waited);
    notices.line(`waiting for Redis at ${addressOf(url)}: tried again every 2 seconds, ${until}`);
    timer = setTimeout(tell, Math.min(REPEAT_MS, WORKER_WAITS_MS - waited));
  };
  timer = setTimeout(tell, FIRST_MS);
  try {
    const made = await make(AbortSignal.any([drain, late.signal]));
    if (!late.signal.aborted) return made;
  } finally {
    clearTimeout(timer);
  }
  const message = `engine bullmq: no Redis answered at ${addressOf(url)} for ${seconds(WORKER_WAITS_MS)}`;
  throw new DagfillError("ENGINE_FAILED", message, {
    hint: "is the server running, and reachable from here?",
  });
}

/** An AggregateError of several addresses has no message of its own. */
function reasonOf(error: unknown): string {
  const { message } = failure(error);
  const { code } = (error ?? {}) as { code?: unknown };
  return message || String(code ?? "it does not answer");
}
