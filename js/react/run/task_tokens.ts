// The states of tasks: which are open, and as which token each is drawn.
import type { Token } from "../plan/tokens.js";
import type { TaskState } from "./task_marks.js";

/** Whether a task in this state waits or runs, provided that its run goes on. */
export const isOpenTask = (state: TaskState): boolean =>
  state === "queued" || state === "running" || state === "up_for_retry";

/** The token as which a task's state is drawn. */
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
