// What a driver is made of.
import type { Json } from "../../json.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import type { Fence, RunStore } from "../../store/store.js";
import type { Hooks } from "../events/backfill_events.js";
import type { Executor } from "../host/executor.js";
import type { Context } from "../host/run_state.js";
import type { Snapshot } from "./snapshot.js";
import type { StoredRun } from "./stored_run.js";

export interface DriverOptions {
  backfillId: string;
  snapshot: Snapshot;
  store: RunStore;
  fence: Fence;
  hooks: Hooks;
  now: () => number;
  execute: Executor;
  context: (planned: PlannedRun, attempt: number, conf: Record<string, Json>) => Context;
  /** What the store says of rows that have begun already: on a resume, and after the core was started again. */
  reload: () => Promise<StoredRun[]>;
}
