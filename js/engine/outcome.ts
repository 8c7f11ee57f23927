// How a job ended, as plain data, and errors of engines.
import { DagfillError } from "../error.js";
import { failure } from "../failure.js";
import type { EngineStatus } from "./engine.js";

export const failureOf = failure;

/** An error about an engine, with code ENGINE_FAILED: what it refuses for good. */
export function engineFailed(name: string, message: string, cause?: unknown, hint?: string): DagfillError {
  return new DagfillError("ENGINE_FAILED", `engine ${name}: ${message}`, {
    ...(cause === undefined ? {} : { cause }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The error of calls after `close`. */
export function engineClosed(name: string): DagfillError {
  const message = "it is closed: this process no longer waits for its jobs, which continue";
  const hint = "resume the backfill with an engine that is open: it attaches to them";
  return engineFailed(name, message, undefined, hint);
}

/** An error of an engine that refuses whoever asks. The same call may be allowed soon, when a token is renewed. */
export function engineRefuses(name: string, message: string, hint = "check the token"): DagfillError {
  return new DagfillError("ENGINE_FAILED", `engine ${name}: ${message}`, {
    hint,
    details: { refused: true },
  });
}

/** Whether an engine refuses whoever asks: by an error of `engineRefuses`, or one with the status 401 or 403. */
export function isRefusal(error: unknown): boolean {
  const { details, status, statusCode } = (error ?? {}) as Record<string, unknown>;
  const told = status ?? statusCode;
  return told === 401 || told === 403 || (details as { refused?: unknown } | undefined)?.refused === true;
}

/** A job that failed with whatever was thrown. */
export function failedWith(thrown: unknown): EngineStatus {
  return { state: "failed", error: failure(thrown) };
}

const STATES = ["unknown", "queued", "running", "success", "failed", "canceled"];

/** The answer of an engine's status(). ENGINE_FAILED where it is no map of states by key: polling again would never end. */
export function checkedStatus(engine: string, told: unknown): ReadonlyMap<string, EngineStatus> {
  const wrong = (what: string) =>
    engineFailed(
      engine,
      `status() gave ${what}; expected a Map of { state } by key, state one of ${STATES.join(", ")}`,
    );
  if (!(told instanceof Map)) throw wrong(printed(told));
  const checked = new Map<string, EngineStatus>();
  for (const [key, value] of told) {
    const status = statusOf(value);
    if (status === undefined) throw wrong(`${printed(value)} for ${key}`);
    checked.set(key, status);
  }
  return checked;
}

/** The status of a job as an engine told it; `undefined` for another shape. Services write null for what is absent, and an engine in JavaScript may tell
 *  any error: a text, an Error. */
export function statusOf(value: unknown): EngineStatus | undefined {
  const { error, ...told } = (value ?? {}) as Record<string, unknown>;
  const { state, startedAt, pushed, warning, output } = told;
  const isObject = (member: unknown) => (member ?? undefined) === undefined || typeof member === "object";
  const isTime = (startedAt ?? undefined) === undefined || Number.isFinite(startedAt);
  if (!STATES.includes(state as string) || !isTime || !isObject(pushed) || !isObject(warning))
    return undefined;
  const present = Object.entries(told).filter(([, member]) => (member ?? undefined) !== undefined);
  return {
    ...Object.fromEntries(present),
    ...(output === undefined ? {} : { output }),
    ...((error ?? undefined) === undefined ? {} : { error: failure(error) }),
  } as EngineStatus;
}

function printed(value: unknown): string {
  try {
    return String(JSON.stringify(value)).slice(0, 100);
  } catch {
    return String(value).slice(0, 100);
  }
}
