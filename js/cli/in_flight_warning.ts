// The warning about dates that a plan leaves alone because another process has a run of them in flight.
import { type BackfillPreview, SKIP_REASONS } from "../face.js";
import { iso } from "../time.js";
import { skippedBy } from "./calendar.js";

const IN_FLIGHT = SKIP_REASONS.indexOf("in_flight");

/** Adds a warning `in_flight_left_alone` to a plan with such dates: they are not counted as unfinished, though their process may be dead. */
export function warnOfRunsInFlight(preview: BackfillPreview): void {
  const count = skippedBy(preview).get("in_flight") ?? 0;
  if (count === 0) return;
  const { executionDate, reason } = preview.columns();
  const at = iso(executionDate[reason.indexOf(IN_FLIGHT)] as number);
  const have = count === 1 ? "1 date has a run" : `${count} dates have runs`;
  const message = `${have} in flight elsewhere and will be left alone, the first is ${at}: not counted as unfinished; if another scheduler left such runs, import-runs --assume-dead P1D counts them as failed`;
  preview.warnings.push({ code: "in_flight_left_alone", message, at, count });
}
