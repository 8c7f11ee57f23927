// How a job ended, as plain data, and errors of engines.
import { DagfillError } from "../error.js";
import { failure } from "../failure.js";
import type { EngineStatus } from "./engine.js";

export const failureOf = failure;

/** An error about an engine, with code ENGINE_FAILED: what it refuses for good. */
export function engineFailed(
  name: string | undefined,
  message: string,
  code: "ENGINE_FAILED" | "INVALID_OPTION" = "ENGINE_FAILED",
  cause?: unknown,
  hint?: string,
): DagfillError {
  return new DagfillError(code, `engine ${name ?? "without a name"}: ${message}`, {
    ...(code === "INVALID_OPTION" ? { field: "engine" } : {}),
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
  for (const [key, status] of told) {
    if (!STATES.includes(status?.state)) throw wrong(`${printed(status)} for ${key}`);
  }
  return told;
}

function printed(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 100);
}
