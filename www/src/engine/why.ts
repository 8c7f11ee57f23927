import type { PlannedRun, RunRecord } from "dagfill";
import type { Draft } from "../model";
import { isSample } from "./history";

const CHOICE: Record<Draft["which"], string> = {
  none: "Missing only",
  failed: "Missing and failed",
  completed: "Everything",
};

/** The reason of one date in a sentence. */
export function whyOf(run: PlannedRun, which: Draft["which"], record: RunRecord | undefined): string {
  const sample = record && isSample(record) ? " (a made-up sample)" : "";
  const ended = record?.finishedAt ? ` ${record.finishedAt.slice(0, 16).replace("T", " ")} UTC${sample}` : "";
  const earlier = record?.state === "success" ? `succeeded${ended}` : `${record?.state ?? "ran"}${ended}`;
  switch (run.action) {
    case "create":
      return "No run yet: will start.";
    case "rerun":
      return `It ${earlier}; "${CHOICE[which]}" runs it again and keeps what its finished tasks left.`;
    case "reset":
      return `It ${earlier}; "${CHOICE[which]}" clears it and runs it again.`;
    case "skip":
      return skipped(run, which, earlier);
  }
}

function skipped(run: PlannedRun, which: Draft["which"], earlier: string): string {
  switch (run.reason) {
    case "exists_success":
      return `It ${earlier}: left alone by "${CHOICE[which]}".`;
    case "exists_failed":
      return `It ${earlier}: left alone, because "${CHOICE[which]}" is chosen.`;
    case "in_flight":
      return "It is queued or running elsewhere: left alone.";
    case "not_failed":
      return "It did not fail: only failed runs are run again.";
    case "excluded":
      return "You took this date out.";
    case "depends_on_past":
      return "The date before it did not succeed, and this DAG runs in order.";
    case "not_due":
      return `Not due yet: its interval ends ${run.runAfter.slice(0, 16).replace("T", " ")} UTC.`;
    default:
      return "Left alone.";
  }
}
