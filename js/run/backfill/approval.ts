// The approval function of a canary, and the warning of a breaker.
import { failure } from "../../failure.js";
import type { Breaker, Canary } from "../../plan/valve.js";
import type { RunResult } from "../events/backfill_events.js";

/** Asks the function, where there is one. One that throws, or answers no boolean, leaves the answer to `service.approve`. */
export async function askApproval(
  approve: Canary["approve"] | undefined,
  results: readonly RunResult[],
  answer: (verdict: boolean) => void,
  warn: (code: string, message: string) => void,
): Promise<void> {
  if (typeof approve !== "function") return;
  let why: string;
  try {
    const verdict: unknown = await approve(results);
    if (typeof verdict === "boolean") return answer(verdict);
    why = `answered ${typeof verdict}, not a boolean`;
  } catch (error) {
    const { name, message } = failure(error);
    why = `threw ${name}: ${message}`;
  }
  warn("approval_failed", `canary.approve ${why}: the backfill waits for service.approve`);
}

/** Why a breaker has tripped, and what follows. */
export function trippedBy({ breaker }: { breaker?: Breaker | undefined }): string {
  const { failures, ratio, window, action } = breaker as Breaker;
  const parts = [
    ...(failures === undefined ? [] : [`${failures} failures`]),
    ...(ratio === undefined ? [] : [`${ratio * 100} % failures`]),
  ];
  const then = {
    pause: "it pauses",
    stop: "no further runs start",
    abort: "no further runs start, and those in flight are aborted",
  }[action];
  return `${parts.join(" or ")} among the latest ${window} runs: ${then}`;
}
