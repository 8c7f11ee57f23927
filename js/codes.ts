// The words behind the core's numbers, by number. Generated: `DAGFILL_WRITE_CODES=1 cargo test --test codes`.

/** What a plan does with a date: `columns().action`. */
export type Action = "create" | "rerun" | "reset" | "skip";
export const ACTIONS: readonly Action[] = ["create", "rerun", "reset", "skip"];

/** Why a date is skipped: `columns().reason`; 0 is no reason. */
export type SkipReason =
  | "exists_success"
  | "exists_failed"
  | "in_flight"
  | "not_failed"
  | "excluded"
  | "depends_on_past"
  | "not_due";
export const SKIP_REASONS: readonly (SkipReason | null)[] = [
  null,
  "exists_success",
  "exists_failed",
  "in_flight",
  "not_failed",
  "excluded",
  "depends_on_past",
  "not_due",
];

/** State of a run. */
export type RunState = "queued" | "running" | "success" | "failed" | "canceled";
export const RUN_STATES: readonly RunState[] = ["queued", "running", "success", "failed", "canceled"];

/** Who asked for a run. */
export type RunType = "backfill" | "scheduled" | "manual";
export const RUN_TYPES: readonly RunType[] = ["backfill", "scheduled", "manual"];

/** State of a task instance. */
export type TaskState =
  | "queued"
  | "running"
  | "up_for_retry"
  | "success"
  | "failed"
  | "skipped"
  | "upstream_failed"
  | "canceled";
export const TASK_STATES: readonly TaskState[] = [
  "queued",
  "running",
  "up_for_retry",
  "success",
  "failed",
  "skipped",
  "upstream_failed",
  "canceled",
];

/** Which ends of its upstream tasks let a task run. */
export type TriggerRule =
  | "all_success"
  | "all_done"
  | "all_failed"
  | "one_success"
  | "one_failed"
  | "none_failed"
  | "always";
export const TRIGGER_RULES: readonly TriggerRule[] = [
  "all_success",
  "all_done",
  "all_failed",
  "one_success",
  "one_failed",
  "none_failed",
  "always",
];

/** Why `missing` reports a date. */
export type Lack = "missing" | "failed" | "partial";
export const LACKS: readonly Lack[] = ["missing", "failed", "partial"];

/** What becomes of a date under another schedule: `columns().kind`. */
export type Change = "kept" | "moved" | "orphaned" | "missing" | "split" | "merged";
export const CHANGES: readonly Change[] = ["kept", "moved", "orphaned", "missing", "split", "merged"];
