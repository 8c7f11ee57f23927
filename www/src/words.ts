import type { SkipReason } from "dagfill";
import type { Token } from "dagfill/planning";
import type { TaskState } from "./model";

/** How each token is called in legends, tables and labels. */
export const TOKEN_WORDS: Record<Token, { short: string; title: string }> = {
  create: { short: "new", title: "No run yet: will start" },
  again: { short: "again", title: "Has a run: will run again" },
  keep: { short: "left alone", title: "Nothing will happen" },
  keepFailed: { short: "failed, left alone", title: "Failed earlier, and stays as it is" },
  queued: { short: "queued", title: "Waiting for a lane" },
  running: { short: "running", title: "Running now" },
  success: { short: "succeeded", title: "Done" },
  failed: { short: "failed", title: "Failed" },
  canceled: { short: "canceled", title: "Stopped, or never started" },
};

/** How the state of a task is called, and the token whose looks it has. */
export const TASK_WORDS: Record<TaskState, { token: Token; word: string }> = {
  queued: { token: "queued", word: "queued" },
  running: { token: "running", word: "running" },
  up_for_retry: { token: "queued", word: "up for retry" },
  success: { token: "success", word: "succeeded" },
  failed: { token: "failed", word: "failed" },
  skipped: { token: "keep", word: "skipped" },
  upstream_failed: { token: "keepFailed", word: "upstream failed" },
  canceled: { token: "canceled", word: "canceled" },
};

export const REASON_WORDS: Record<SkipReason, string> = {
  exists_success: "succeeded before",
  exists_failed: "failed before",
  in_flight: "runs elsewhere",
  not_failed: "did not fail",
  excluded: "taken out",
  depends_on_past: "date before not done",
  not_due: "not due yet",
};
