// Why the signal of a run was aborted.

import { DagfillError } from "../../error.js";
import type { AbortKind } from "./executor.js";

/** Why a signal was aborted: an error that says so. */
export function abortReason(reason: AbortKind, runId: string): DagfillError {
  if (reason === "lost") {
    return new DagfillError("STALE_OWNER", `run ${runId} has gone to another owner, who goes on with it`);
  }
  const what = reason === "timeout" ? "took longer than its timeout" : "was canceled";
  return new DagfillError("ABORTED", `run ${runId} ${what}`);
}
