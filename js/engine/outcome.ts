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
