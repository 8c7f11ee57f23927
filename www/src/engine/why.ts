import type { PlannedDate } from "dagfill/react";
import type { Draft } from "../model";
import { isSample } from "./history";

const CHOICE: Record<Draft["which"], string> = {
  none: "Missing only",
  failed: "Missing and failed",
  completed: "Everything",
};

/** The reason of one date in a sentence. */
export function whyOf(date: PlannedDate, which: Draft["which"]): string {
  const { existing } = date;
  const sample = existing && isSample(existing) ? " (a made-up sample)" : "";
  const ended = existing?.finishedAt ? ` ${minute(existing.finishedAt)} UTC${sample}` : "";
  const earlier = existing?.state === "success" ? `succeeded${ended}` : `${existing?.state ?? "ran"}${ended}`;
  switch (date.action) {
    case "create":
      return "No run yet: will start.";
    case "rerun":
      return `It ${earlier}; "${CHOICE[which]}" runs it again and keeps what its finished tasks left.`;
    case "reset":
      return `It ${earlier}; "${CHOICE[which]}" clears it and runs it again.`;
    case "skip":
      return skipped(date, which, earlier);
  }
}

function skipped({ reason, runAfter }: PlannedDate, which: Draft["which"], earlier: string): string {
  switch (reason) {
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
      return `Not due yet: its interval ends ${minute(runAfter)} UTC.`;
    default:
      return "Left alone.";
  }
}

const minute = (instant: string) => instant.slice(0, 16).replace("T", " ");
