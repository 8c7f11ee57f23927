// Rules that the migrations of every store share: which of two records stays, and the warning about the other.
import type { Warning } from "../warning.js";

/** How a store tells what its owner should know. */
export type Warn = (warning: Warning) => void;

/** Warnings of a store whose host listens to none: on Node's way for warnings, else on the console. */
export const announce: Warn = ({ code, message }) => {
  const host = globalThis as { process?: { emitWarning?: (text: string, options: object) => void } };
  if (host.process?.emitWarning === undefined) console.warn(`dagfill: ${message}`);
  else host.process.emitWarning(message, { type: "DagfillWarning", code });
};

/** Whether `other` takes the place of `run` when both turn out to be of one date: the one that ended later stays. */
export function endedLater(
  other: { finishedMs: number | null },
  run: { finishedMs: number | null },
): boolean {
  return (other.finishedMs ?? Number.NEGATIVE_INFINITY) > (run.finishedMs ?? Number.NEGATIVE_INFINITY);
}

/** `dropped` are the ids of the runs that did not stay. */
export function mergedWarning(dropped: readonly string[]): Warning {
  const ids = dropped.slice(0, 3).map((id) => JSON.stringify(id));
  const more = dropped.length > 3 ? ` and ${dropped.length - 3} more` : "";
  return {
    code: "records_merged",
    message: `runs whose dates are the same instant have become one, the one that ended later: ${ids.join(", ")}${more} did not stay`,
    count: dropped.length,
  };
}

export function unreadableWarning(count: number): Warning {
  return {
    code: "instants_unreadable",
    message: `${count} instants of the store could not be read: a missing startedAt or finishedAt, or the run's own date, took their place`,
    count,
  };
}
