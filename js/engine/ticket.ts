// A job that this process waits for, and who is told of it.
import type { DagfillError } from "../error.js";
import type { EngineJob, EngineStatus } from "./engine.js";

/** Receives the states of a job. */
export interface JobListener {
  /** Whether this process still owns the job's backfill. What it does not own is not submitted: the next owner may have done so, stored its
   *  end and had it forgotten. */
  isOwned(): Promise<boolean>;
  /** It has really begun, epoch milliseconds where that is known. */
  began(at: number | undefined): void;
  ended(status: EngineStatus): void;
  failed(error: unknown): void;
  warn(code: string, message: string): void;
  /** The engine refuses to tell of it: its backfill is left, so that a resume attaches to it. */
  leave(error: DagfillError): void;
}

export interface Ticket {
  job: EngineJob;
  listener: JobListener;
  state: "waiting" | "submitting" | "submitted";
  /** When it was handed over, and when it is asked for next. `performance.now()`. */
  since: number;
  due: number;
  began: boolean;
  /** How often the engine did not know it when it was asked: ever, and since it was known last. */
  lost: number;
  unknown: number;
  /** The last loss has not been told. */
  forgotten?: boolean;
  canceled?: string;
  /** The warning that its status had last. */
  warned?: string;
}

/** A job that begins to wait. */
export function ticketOf(job: EngineJob, listener: JobListener): Ticket {
  const now = performance.now();
  return { job, listener, state: "waiting", since: now, due: now, began: false, lost: 0, unknown: 0 };
}

/** Tells the warning of a job's status, once: it comes again with every question. */
export function tellWarning(ticket: Ticket, { warning }: EngineStatus): void {
  if (warning === undefined || warning.message === ticket.warned) return;
  ticket.warned = warning.message;
  ticket.listener.warn(warning.code, warning.message);
}

/** Tells once that the engine has lost a job, which is submitted again now. */
export function tellLoss(ticket: Ticket, engine: string): void {
  if (!ticket.forgotten) return;
  ticket.forgotten = false;
  const { key, data } = ticket.job;
  const what = data.task === undefined ? data.runId : `${data.runId}, task ${data.task.taskId}`;
  const times = ticket.lost > 1 ? ` (${ticket.lost} times so far)` : "";
  ticket.listener.warn(
    "engine_lost",
    `engine ${engine} has forgotten the job of ${what} of DAG ${data.dagId}${times}: it is submitted again under its key ${key}`,
  );
}
