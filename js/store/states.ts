// The words of a record, as lists. Their places are the core's numbers.
import type { Request, RunState, RunType, TaskInstance } from "./store.js";

export const RUN_STATES: readonly RunState[] = ["queued", "running", "success", "failed", "canceled"];

export const RUN_TYPES: readonly RunType[] = ["backfill", "scheduled", "manual"];

export const TASK_STATES: readonly TaskInstance["state"][] = [
  "queued",
  "running",
  "up_for_retry",
  "success",
  "failed",
  "skipped",
  "upstream_failed",
  "canceled",
];

export const REQUESTS: readonly Request[] = ["pause", "unpause", "finish", "abort", "approve", "reject"];
