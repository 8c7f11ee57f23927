// The context of a row's callback; that of a chunk has its dates, and a way to say that one of them has failed.
import { failure } from "../../failure.js";
import { wrong } from "../../options.js";
import { contextOf, type Origin } from "../host/context.js";
import type { ChunkOfRun } from "../host/run_context.js";
import type { Context } from "../host/run_state.js";
import type { RunSet } from "./run_set.js";

export function contextOfRow(origin: Origin, set: RunSet, row: number, attempt: number): Context {
  const key = () => set.key(row, attempt);
  return contextOf(origin, set.planned(row), attempt, set.conf(row), key, chunkOf(set, row));
}

/** `undefined` where dates do not run in chunks. */
function chunkOf(set: RunSet, row: number): ChunkOfRun | undefined {
  if (set.columns.weights.length === 0) return undefined;
  const dates = set.members(row).map(({ planned }) => planned.executionDate);
  return {
    dates,
    fail(date, error) {
      if (!dates.includes(date)) throw wrong("date", `one of the chunk's dates, such as ${dates[0]}`, date);
      const failed = set.failures.get(row) ?? new Map();
      set.failures.set(row, failed.set(date, failure(error)));
    },
  };
}
