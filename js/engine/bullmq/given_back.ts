// Jobs that a worker lacks the function for go back into the queue for another worker: one with other DAGs, or with a newer file.
import type * as bullmq from "bullmq";
import type { Job } from "bullmq";
import type { DagfillError } from "../../error.js";
import type { EngineStatus } from "../engine.js";
import { failureOf } from "../outcome.js";
import { packed, unpacked } from "./connection.js";

/** A job that no worker can execute for this long has failed. */
const GIVE_UP_MS = 600_000;
/** Pauses before a job is delivered again, so that it does not keep a worker busy: in the first minute, and afterwards. */
const SOON_MS = 1_000;
const LATER_MS = 5_000;
const OFTEN_MS = 60_000;

/** The progress of a job that was given back. */
interface GivenBack {
  since: number;
  message: string;
}

function givenBack({ progress }: Job): GivenBack | undefined {
  const told = unpacked<Partial<GivenBack> | undefined>(progress);
  return typeof told?.since === "number" ? (told as GivenBack) : undefined;
}

/** Puts a job back, and throws the error by which BullMQ's worker leaves it there. Returns the status "failed" of a job that has been put back
 *  for too long. */
export async function giveBack(
  module: typeof bullmq,
  job: Job,
  token: string | undefined,
  missing: DagfillError,
  backend: unknown,
): Promise<EngineStatus> {
  const now = Date.now();
  const { message } = missing;
  const known = givenBack(job);
  const since = known?.since ?? now;
  if (now - since >= GIVE_UP_MS) {
    const why = `${message}, and no other worker has taken its job for ${GIVE_UP_MS / 60_000} minutes`;
    return { state: "failed", error: { ...failureOf(missing), message: why } };
  }
  if (known?.message !== message)
    await job.updateProgress(packed({ since, message } satisfies GivenBack, backend));
  await job.moveToDelayed(now + (now - since < OFTEN_MS ? SOON_MS : LATER_MS), token);
  throw new module.DelayedError();
}

/** The warning for a job that waits because workers have given it back. */
export function givenBackWarning(job: Job | undefined): EngineStatus["warning"] {
  const known = job && givenBack(job);
  if (known === undefined) return undefined;
  const message = `${known.message}: its job waits for a worker that has it, and fails ${GIVE_UP_MS / 60_000} minutes after the first try`;
  return { code: "worker_lacks_task", message };
}
