import type { PlannedDate } from "dagfill/react";
import { localOf } from "../bounds";
import type { Draft, PlanView } from "../model";
import { isSample } from "./history";

const CHOICE: Record<Draft["which"], string> = {
  none: "Missing only",
  failed: "Missing and failed",
  completed: "Everything",
};

/** The reason of one date in a sentence, with times on the clock of the schedule's zone. */
export function whyOf(date: PlannedDate, draft: Draft, plan: Pick<PlanView, "warnings">): string {
  const { existing } = date;
  const { which } = draft;
  const minute = (instant: string) => localOf(instant, draft.timeZone).replace("T", " ");
  const sample = existing && isSample(existing) ? " (a made-up sample)" : "";
  const ended = existing?.finishedAt ? ` ${minute(existing.finishedAt)}${sample}` : "";
  const earlier = existing?.state === "success" ? `succeeded${ended}` : `${existing?.state ?? "ran"}${ended}`;
  switch (date.action) {
    case "create":
      return "No run yet: will start.";
    case "rerun":
      return `It ${earlier}; "${CHOICE[which]}" runs it again and keeps what its finished tasks left.`;
    case "reset":
      return `It ${earlier}; "${CHOICE[which]}" clears it and runs it again.`;
    case "skip":
      if (date.reason === "not_due") return `Not due yet: its interval ends ${minute(date.runAfter)}.`;
      return skipped(date, which, earlier, plan);
  }
}

function skipped(
  { reason }: PlannedDate,
  which: Draft["which"],
  earlier: string,
  { warnings }: Pick<PlanView, "warnings">,
): string {
  switch (reason) {
    case "exists_success":
      return `It ${earlier}: left alone by "${CHOICE[which]}".`;
    case "exists_failed":
      return `It ${earlier}: left alone, because "${CHOICE[which]}" is chosen.`;
    case "in_flight":
      return warnings.some(({ code }) => code === "interrupted_backfill")
        ? "It was interrupted: resume or discard its backfill."
        : "It is queued or running elsewhere: left alone.";
    case "not_failed":
      return "It did not fail: only failed runs are run again.";
    case "excluded":
      return "You took this date out.";
    case "depends_on_past":
      return "The date before it did not succeed, and this DAG runs in order.";
    default:
      return "Left alone.";
  }
}
