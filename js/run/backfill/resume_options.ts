// Hooks of a backfill, and what it may be resumed with.
import { callback, fields, signal } from "../../options.js";
import { readLimits } from "../../plan/backfill_options.js";
import type { PlanData } from "../../plan/plan_data.js";
import type { Hooks } from "../events/backfill_events.js";
import type { Snapshot } from "./snapshot.js";

const hookSpec = {
  onEvent: callback<NonNullable<Hooks["onEvent"]>>(),
  onProgress: callback<NonNullable<Hooks["onProgress"]>>(),
  signal,
};

export function readHooks(hooks: unknown): Hooks {
  return fields<Hooks>(hooks, "hooks", hookSpec);
}

type Limits = ReturnType<typeof readLimits>;

export function readResume(hooks: unknown): Hooks & { limits?: Limits } {
  return fields<Hooks & { limits: Limits }>(hooks, "hooks", { ...hookSpec, limits: readLimits });
}

/** A stored backfill with other limits, and the plan that was read for it. */
export function withLimits(snapshot: Snapshot, plan: PlanData, limits: Limits = {}): Snapshot {
  const options = { ...snapshot.options, ...limits };
  const { maxParallelRuns, rate } = options;
  return {
    ...snapshot,
    options,
    plan: { ...plan, maxParallelRuns, ...(rate === undefined ? {} : { rate }) },
  };
}
