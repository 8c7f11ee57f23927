import type { CalendarData } from "./calendar/draw";
import { dayText } from "./days";
import type { Draft, PlanView } from "./model";

/** The plan as text while it runs: it cannot be changed any more. */
export function Frozen({ draft, data }: { draft: Draft; data: CalendarData }) {
  return (
    <dl className="frozen">
      <dt>Schedule</dt>
      <dd className="mono">{draft.schedule}</dd>
      <dt>Time zone</dt>
      <dd>{draft.timeZone}</dd>
      <dt>Range</dt>
      <dd>
        {dayText(data.first)} to {dayText(data.last)}
      </dd>
      <dt>Parallel runs</dt>
      <dd>{draft.parallel}</dd>
    </dl>
  );
}

/** The engine's warnings about the plan. */
export function Notes({ plan }: { plan: PlanView }) {
  const notes = plan.warnings.filter((warning) => warning.code !== "clock_change");
  if (notes.length === 0) return null;
  return (
    <ul className="notes">
      {notes.map((warning) => (
        <li key={warning.code + warning.message} data-code={warning.code}>
          {warning.message}
        </li>
      ))}
    </ul>
  );
}
