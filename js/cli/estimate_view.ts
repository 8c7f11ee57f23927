// How long a plan would take by the past runs of its DAG, in the terminal and for programs.
import { type BackfillPreview, DagfillError } from "../face.js";
import type { HistoryEstimate } from "../plan/estimate.js";
import { localDate } from "./local_date.js";
import { duration } from "./progress.js";
import type { Terminal } from "./terminal.js";

/** The estimate, or why there is none. */
export type Estimated = HistoryEstimate | { refused: { code: string; message: string } };

/** Estimates from the history. If it has too few runs, the plan is still shown, with the reason in place of the numbers. */
export async function estimated(preview: BackfillPreview): Promise<Estimated> {
  try {
    return await preview.estimate({ from: "history" });
  } catch (error) {
    if (!(error instanceof DagfillError && error.code === "INVALID_OPTION")) throw error;
    const { code, message } = error;
    return { refused: { code, message: message.replace(/^from: /, "") } };
  }
}

export function showEstimate(found: Estimated, timeZone: string, terminal: Terminal): void {
  terminal.line();
  if ("refused" in found) {
    terminal.line(`${terminal.paint("yellow", "no estimate")}: ${found.refused.message}`);
    return;
  }
  const { quantiles, samples, peak } = found;
  terminal.line(
    `${terminal.paint("bold", "estimate")}  by ${samples} past runs, at most ${peak} at once, if it starts now`,
  );
  for (const [share, { makespan, finishAt }] of Object.entries(quantiles)) {
    terminal.line(
      `  ${Number(share) * 100} % of outcomes take at most ${duration(makespan)} and end by ${localDate(finishAt, timeZone)}`,
    );
  }
}
