// The messages of BullMQ for a job whose lock has expired, as errors that name the job and say what becomes of its work.
import type { EngineStatus } from "../engine.js";
import { engineFailed, failureOf } from "../outcome.js";
import type { Subject } from "./deliveries.js";

/** The key of the job that an error of BullMQ names because the job or its lock is gone; undefined for any other error. */
export function lostKey(error: unknown): string | undefined {
  const { message } = failureOf(error);
  const [, named, stale] =
    /^(?:Missing (?:lock|key)|Lock mismatch|could not renew lock) for job (.+?)(?:\. |$)|^Job (.+?) is not in the active state/.exec(
      message,
    ) ?? [];
  return named ?? stale;
}

/** The error of an expired lock, for a job that this worker knows. `outcome`: how its work has ended, if it has. `undefined` for a job that
 *  was canceled and removed: nothing is lost. */
export function lostLease(
  error: unknown,
  subject: Subject,
  outcome: EngineStatus | undefined,
  leaseMs: number,
): Error | undefined {
  const { dagId, executionDate, taskId } = subject;
  const what = [dagId, executionDate, taskId].filter((part) => part !== undefined).join(", ");
  const isRemoved = failureOf(error).message.startsWith("Missing key");
  if (isRemoved && outcome?.state === "canceled") return undefined;
  const why = `its server was away, or this process stood still, for longer than the lease (${leaseMs / 1_000} s)`;
  const message =
    outcome === undefined
      ? `the lease of ${what} ran out: ${why}. Its work goes on, and its end is stored when the job is delivered again`
      : isRemoved
        ? `the end of ${what} could not be stored: its job is no longer in the queue`
        : `the end of ${what} could not be stored: ${why}. It is answered when the job is delivered again`;
  return engineFailed("bullmq", message, error);
}
