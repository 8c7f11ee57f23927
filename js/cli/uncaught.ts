// Uncaught errors: thrown in a timer or a listener that a callback left behind, or rejections that are not handled. Their effects are unknown, so they
// end the process, as in Node; but first they are reported, with the task that they come from.
import { DagfillError } from "../error.js";
import { failure } from "../failure.js";
import { shortened } from "../visible.js";
import type { InFlight, TaskAtWork } from "./in_flight.js";
import { type TaskLogs, thrownText } from "./task_logs.js";
import { oneLine } from "./width.js";

export interface UncaughtError {
  error: DagfillError;
  /** The thrown value, with its stack. */
  stack: string;
  /** The task that it comes from, if that is known; else all that were at work. */
  suspects: TaskAtWork[];
}

export interface Uncaught {
  /** Fulfils with the first uncaught error. */
  readonly thrown: Promise<UncaughtError>;
  /** Rejects with the first uncaught error. */
  readonly failed: Promise<never>;
  /** Restores the default handling of Node. */
  dispose(): void;
}

/** Handles uncaught errors until `dispose`. `hint`: how to continue afterwards. */
export function takeUncaught(inFlight: InFlight, logs: TaskLogs, hint?: string): Uncaught {
  let tell: (uncaught: UncaughtError) => void = () => {};
  const thrown = new Promise<UncaughtError>((resolve) => {
    tell = resolve;
  });
  const failed = thrown.then(({ error }) => Promise.reject(error));
  failed.catch(() => {});
  const listener = (cause: unknown) => {
    const suspects = inFlight.suspects();
    for (const task of suspects) logs.uncaught(task, cause);
    logs.flush();
    tell({ error: uncaughtError(cause, suspects, hint), stack: thrownText(cause), suspects });
  };
  process.on("uncaughtException", listener);
  return { thrown, failed, dispose: () => process.off("uncaughtException", listener) };
}

const NAMED = 3;

function uncaughtError(cause: unknown, suspects: readonly TaskAtWork[], hint?: string): DagfillError {
  const { name, message } = failure(cause);
  const named = suspects.slice(0, NAMED).map(({ taskId, runId, attempt }) => {
    const task = taskId === undefined ? "" : `task ${shortened(taskId, 60)} of `;
    return `${task}${shortened(runId, 80)} (attempt ${attempt})`;
  });
  const more = suspects.length > NAMED ? ` and ${suspects.length - NAMED} more` : "";
  const where = named.length === 0 ? "while nothing was at work" : `at work: ${named.join(", ")}${more}`;
  const what = shortened(oneLine(`${name}: ${message}`), 200);
  return new DagfillError("ABORTED", `an uncaught error has ended the process: ${what}; ${where}`, {
    cause,
    ...(hint !== undefined && { hint }),
  });
}
