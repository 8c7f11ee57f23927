// Durations as users write them.
import type { Duration } from "./dag/dag.js";
import { duration } from "./options.js";

/** Milliseconds of a duration: of a number itself, of ISO 8601 text its length. INVALID_DURATION for anything else.
 *
 *  ```js
 *  durationMs("PT5M"); // 300000
 *  ``` */
export function durationMs(value: Duration): number {
  return duration(value, "value");
}
