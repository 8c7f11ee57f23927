import { localOf } from "./bounds";
import { number, shortLocal } from "./days";
import { sentencesOf } from "./failure";
import { FIELD_WORDS, faultyField } from "./faultyField";
import type { Change, Draft } from "./model";
import { noSchedule } from "./noSchedule";
import { HARD_LIMIT } from "./request";
import type { PlanState } from "./usePlan";

/** Obstacles to a useful plan, each with the nearest way out. */
export function Trouble({
  plan,
  draft,
  change,
  phone,
}: {
  plan: PlanState;
  draft: Draft;
  change: Change;
  /** The form is not on the screen. */
  phone: boolean;
}) {
  const { error, plan: view } = plan;
  if (error) return <Failed plan={plan} draft={draft} phone={phone} />;
  if (!view) return null;
  if (view.total === 0) return <Empty plan={plan} draft={draft} change={change} />;
  const starting = view.total - view.counts.skip;
  if (starting > 0) return null;
  // Dates that are not due, or taken out, are no matter of which runs are run again.
  const has = (name: "exists_failed" | "exists_success") =>
    view.reasons.includes(view.reasonNames.indexOf(name));
  const hasFailed = has("exists_failed");
  const canRunAgain = hasFailed || has("exists_success");
  return (
    <div className="banner" role="status">
      <p>
        Nothing to run: {view.total === 1 ? "the one date is" : `all ${number(view.total)} are`} left alone.
      </p>
      {draft.which === "none" && hasFailed && (
        <button type="button" onClick={() => change({ which: "failed" })}>
          Run again: missing and failed
        </button>
      )}
      {draft.which !== "completed" && canRunAgain && (
        <button type="button" onClick={() => change({ which: "completed" })}>
          Everything
        </button>
      )}
    </div>
  );
}

function Failed({ plan, draft, phone }: { plan: PlanState; draft: Draft; phone: boolean }) {
  const { error } = plan;
  if (!error) return null;
  const field = faultyField(error);
  // An error of a field stands at the field, where there is one on the screen: here is only said that nothing else is missing.
  if (field !== null && !phone)
    return plan.plan ? null : (
      <div className="banner">
        <p>
          {error.code === "NO_SCHEDULE"
            ? noSchedule(draft.dagId)
            : `No plan yet: the field ${FIELD_WORDS[field]} has an error.`}
        </p>
        <button type="button" onClick={() => document.getElementsByName(field)[0]?.focus()}>
          Go to {FIELD_WORDS[field]}
        </button>
      </div>
    );
  // The path of a cycle stands above the tasks.
  if (error.code === "CYCLE")
    return plan.plan ? null : (
      <div className="banner">
        <p>No plan yet: tasks of the DAG wait for each other.</p>
      </div>
    );
  // Too many parts of a schedule have the same code, and another field.
  const isLarge = error.code === "RANGE_TOO_LARGE" && error.field === "maxRuns";
  return (
    <div className="banner bad" role="alert" data-code={error.code}>
      <p>
        {field !== null && <b>{FIELD_WORDS[field]}: </b>}
        {isLarge ? (
          <>
            <b>Too many dates.</b> {number((error.details as { count: number }).count)} from {draft.from} to{" "}
            {draft.to}, at most {number(HARD_LIMIT)} are planned. Shorten the range, or choose a schedule with
            fewer dates.
          </>
        ) : error.code === "NO_SCHEDULE" ? (
          noSchedule(draft.dagId)
        ) : (
          sentencesOf(error)
        )}
      </p>
    </div>
  );
}

function Empty({ plan, draft, change }: { plan: PlanState; draft: Draft; change: Change }) {
  const { answer, plan: view } = plan;
  if (!view) return null;
  if (Date.parse(view.start) > Date.parse(view.end))
    return (
      <div className="banner bad" role="alert">
        <p>From is after To.</p>
        <button type="button" onClick={() => change({ from: draft.to, to: draft.from })}>
          Swap them
        </button>
      </div>
    );
  const next = answer?.nextDate;
  const never = answer?.schedule.warnings.some((warning) => warning.code === "never_fires");
  return (
    <div className="banner" role="alert">
      <p>
        {never ? "This never happens. " : ""}Nothing between {draft.from} and {draft.to}.
        {next && ` Next date: ${shortLocal(localOf(next, draft.timeZone))}.`}
      </p>
      {next && (
        <button type="button" onClick={() => change({ to: localOf(next, draft.timeZone).slice(0, 10) })}>
          Extend to include it
        </button>
      )}
    </div>
  );
}
