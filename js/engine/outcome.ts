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

/** What an engine told of a job, if it has the shape of a status. Services write null for what is absent, and an engine in JavaScript may tell
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
