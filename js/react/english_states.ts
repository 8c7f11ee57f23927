// The English words for the states of dates and tasks, apart from the other texts: a page paints them before the components are there.
import type { Locale } from "./locale.js";

/** How states of dates and of tasks, and the reasons for leaving a date alone, are called in English. */
export const englishStates: Pick<Locale, "token" | "meaning" | "task" | "reason"> = {
  token: {
    create: "new",
    again: "again",
    keep: "left alone",
    keepFailed: "failed, left alone",
    queued: "queued",
    running: "running",
    success: "succeeded",
    failed: "failed",
    canceled: "canceled",
    interrupted: "interrupted",
  },
  meaning: {
    create: "No run yet: will start",
    again: "Has a run: will run again",
    keep: "Nothing will happen",
    keepFailed: "Failed earlier: left alone",
    queued: "Waiting for its turn",
    running: "Running now",
    success: "Succeeded",
    failed: "Failed",
    canceled: "Stopped, or never started",
    interrupted: "It was interrupted: resume or discard its backfill",
  },
  task: {
    queued: "queued",
    running: "running",
    up_for_retry: "up for retry",
    success: "succeeded",
    failed: "failed",
    skipped: "skipped",
    upstream_failed: "upstream failed",
    canceled: "canceled",
  },
  reason: {
    exists_success: "succeeded before",
    exists_failed: "failed before",
    in_flight: "runs elsewhere",
    interrupted: "interrupted",
    not_failed: "did not fail",
    excluded: "taken out",
    depends_on_past: "date before not done",
    not_due: "not due yet",
  },
};
