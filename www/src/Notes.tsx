import { dayText } from "dagfill/planning";
import { plural } from "./days";
import type { Draft, PlanView, Samples, ShownRun } from "./model";
import { WHICH } from "./PlanForm";
import { samplesText } from "./samples";

/** The plan as text while it runs: it cannot be changed any more. */
export function Frozen({ draft, run }: { draft: Draft; run: ShownRun }) {
  const { plan, lanes } = run;
  return (
    <dl className="frozen">
      <dt>Schedule</dt>
      <dd className="mono">{draft.schedule}</dd>
      <dt>Time zone</dt>
      <dd>{draft.timeZone}</dd>
      <dt>Range</dt>
      <dd>
        {dayText(plan.firstDay)} to {dayText(plan.lastDay)}
      </dd>
      <dt>Which dates run</dt>
      <dd>{WHICH.find(({ value }) => value === draft.which)?.label}</dd>
      <dt>Parallel runs</dt>
      <dd>{lanes}</dd>
    </dl>
  );
}

/** Warnings that the page shows elsewhere: beside the calendar, at the form, above the verdict, and in the banners. */
const ELSEWHERE = new Set([
  ...["clock_change", "end_is_whole_day", "inverted_range", "empty_range"],
  ...["interrupted_backfill", "backfill_active"],
]);

/** The engine's warnings about the plan. */
export function Notes({
  plan,
  samples,
  onForget,
  onNotDue,
  onFailed,
}: {
  plan: PlanView;
  /** Records that are made up. */
  samples: Samples;
  /** null while a backfill is shown, and where nothing is stored. */
  onForget: (() => void) | null;
  onNotDue: (() => void) | null;
  onFailed: (() => void) | null;
}) {
  const notes = plan.warnings.filter((warning) => !ELSEWHERE.has(warning.code));
  if (notes.length === 0 && samples.dates.size === 0) return null;
  return (
    <ul className="notes">
      {samples.dates.size > 0 && (
        <li data-code="samples">
          {samplesText(samples.dates.size, samples)} earlier{" "}
          {samples.dates.size === 1 ? "run is" : "runs are"} made up, to show what records do.{" "}
          {onForget && (
            <button type="button" className="link" onClick={onForget}>
              Forget the made-up runs
            </button>
          )}
        </li>
      )}
      {notes.map((warning) => (
        <li key={warning.code + warning.message} data-code={warning.code}>
          {warning.code === "not_due" && onNotDue ? (
            <>
              {plural(warning.count ?? 0, "date")} {warning.count === 1 ? "is" : "are"} not due yet and left
              alone.{" "}
              <button type="button" className="link" onClick={onNotDue}>
                Run {warning.count === 1 ? "it" : "them"} all the same
              </button>
            </>
          ) : warning.code === "unfinished_left_alone" && onFailed ? (
            <>
              {plural(warning.count ?? 0, "date")} failed before and {warning.count === 1 ? "is" : "are"} left
              alone.{" "}
              <button type="button" className="link" onClick={onFailed}>
                Run missing and failed
              </button>
            </>
          ) : (
            warning.message
          )}
        </li>
      ))}
    </ul>
  );
}
