// Durations as users write them. The core reads the texts.
import { DagfillError } from "./error.js";
import { type Reader, wrong } from "./options.js";
import { call } from "./raw.js";

/** Milliseconds, or ISO 8601 ("PT5M"). */
export type Duration = number | string;

/** Milliseconds of a duration. */
export const duration: Reader<number> = (value, path) => {
  if (typeof value === "string") {
    try {
      return call((wasm) => wasm.readDuration(value));
    } catch (error) {
      if (!(error instanceof DagfillError)) throw error;
      throw new DagfillError(error.code, `${path}: ${error.message}`, { ...error, field: path });
    }
  }
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw wrong(path, 'milliseconds or an ISO 8601 duration such as "PT5M"', value, "INVALID_DURATION");
  }
  return value;
};

/** Milliseconds of a duration that must not be zero: a timeout of zero would end every run, and a rate per zero has no meaning. */
export const positiveDuration: Reader<number> = (value, path) => {
  const ms = duration(value, path);
  if (ms < 1) throw wrong(path, "a duration of at least a millisecond", value);
  return ms;
};

/** Milliseconds of a duration: of a number itself, of ISO 8601 text its length. INVALID_DURATION for anything else.
 *
 *  ```js
 *  durationMs("PT5M"); // 300000
 *  ``` */
export function durationMs(value: Duration): number {
  return duration(value, "value");
}
