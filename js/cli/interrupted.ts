// Runs and tasks whose process has died. The store has them as running until a process continues them.
import type { RunRecord, RunStore } from "../face.js";
import { abandonment } from "../plan/history.js";
import type { Request } from "./verb.js";

/** A record as it is shown: `interrupted` where the store says that it runs, and the lease of its process has ended. */
export type Shown<R extends { state: string }> = Omit<R, "state"> & { state: R["state"] | "interrupted" };

/** Runs, with the state `interrupted` for those that no process drives any more. */
export async function shownRuns(store: RunStore, runs: readonly RunRecord[]): Promise<Shown<RunRecord>[]> {
  const isAbandoned = abandonment(store);
  const shown: Shown<RunRecord>[] = [];
  for (const run of runs) shown.push((await isAbandoned(run)) ? { ...run, state: "interrupted" } : run);
  return shown;
}

/** Whether a run has not ended, and a process is at work on it. */
export async function isDriven(store: RunStore, run: RunRecord | undefined): Promise<boolean> {
  if (run?.state !== "running" && run?.state !== "queued") return false;
  return !(await abandonment(store)(run));
}

/** The states to ask a store for, to find runs that are shown in these. */
export function storedStates<State extends string>(
  states: readonly (State | "interrupted")[] | undefined,
  open: readonly State[],
): State[] | undefined {
  return states?.flatMap((state) => (state === "interrupted" ? open : [state as State]));
}

/** Prints how to continue, if a run was interrupted. */
export function noteInterrupted(
  runs: readonly Pick<Shown<RunRecord>, "state" | "backfillId">[],
  { notices }: Pick<Request, "notices">,
): void {
  const interrupted = runs.filter(({ state }) => state === "interrupted");
  if (interrupted.length === 0) return;
  const how = interrupted.some(({ backfillId }) => backfillId !== undefined)
    ? "dagfill resume FILE continues it (dagfill list --unfinished shows its id)"
    : "dagfill retry FILE runs it again";
  notices.line(`"interrupted": the process that ran it has ended without finishing it; ${how}`);
}
