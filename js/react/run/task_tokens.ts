// The looks of a task's state.
import type { Token } from "../plan/tokens.js";
import type { TaskState } from "./task_marks.js";

/** Whether a task in this state still waits or runs, as long as its run does. */
export const isOpenTask = (state: TaskState): boolean =>
  state === "queued" || state === "running" || state === "up_for_retry";

/** The token whose looks a task's state has. */
export const TOKEN_OF_TASK: Record<TaskState, Token> = {
  queued: "queued",
  running: "running",
  up_for_retry: "queued",
  success: "success",
  failed: "failed",
  skipped: "keep",
  upstream_failed: "keepFailed",
  canceled: "canceled",
};
