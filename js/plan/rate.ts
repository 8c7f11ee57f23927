// How many runs may start in a window of time.

import { positiveDuration } from "../duration.js";
import { DagfillError } from "../error.js";
import { fields, integer } from "../options.js";

/** At most `count` starts in any window of `per`. */
export function rate(value: unknown, path: string): { count: number; per: number } {
  const { count, per } = fields(value, path, {
    count: integer(1),
    per: positiveDuration,
  });
  if (count === undefined || per === undefined) {
    throw new DagfillError("INVALID_OPTION", `${path}: expected both count and per`, { field: path });
  }
  return { count, per };
}
