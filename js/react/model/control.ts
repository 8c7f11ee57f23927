// Controls of the backfill that is shown: at once where this page drives it, by a stored request where another tab or process does.
import type { Backfill, RunStore } from "../../face.js";
import { wrongSetting } from "../wrong_setting.js";
import { type Driven, tellListeners } from "./driven.js";
import { serviceOf } from "./service_of.js";

type Own = (this: Backfill, options?: CancelOptions) => unknown;
export type CancelOptions = { running?: "finish" | "abort" };

/** The driver of a backfill that is only watched obeys within five seconds. A backfill without a driver is left as it is. */
export async function control(
  store: RunStore,
  driven: Driven | null,
  name: "pause" | "resume" | "cancel" | "approve",
  given?: CancelOptions | boolean,
): Promise<void> {
  if (driven === null) return;
  const { backfill, origin, view } = driven;
  // A canary is answered by a request in any case.
  if (backfill && name !== "approve") {
    const options = given as CancelOptions | undefined;
    view.isAborting ||= options?.running === "abort";
    const done = (backfill[name] as Own)(options);
    // Runs that are aborted may take their time: listeners are told before the backfill has ended.
    tellListeners(driven);
    await done;
  } else if (backfill || view.phase === "watching") {
    const request = name === "resume" ? "unpause" : name;
    await serviceOf(store, origin)[request as "approve"](view.backfillId, given as boolean);
    view.isAsked = backfill === null;
  }
}

/** Sets how many runs the backfill has at once, and those that are started from it later, such as a retry. */
export function setDrivenMaxParallelRuns(driven: Driven | null, count: number): void {
  if (driven?.backfill) {
    driven.backfill.setMaxParallelRuns(count);
    driven.origin.setOptions({ ...driven.origin.settings.options, maxParallelRuns: count });
    tellListeners(driven);
  } else if (driven?.view.phase === "watching") {
    throw wrongSetting("maxParallelRuns", "maxParallelRuns: set it where the backfill runs");
  }
}
