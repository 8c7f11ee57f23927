import { offsetText } from "dagfill/planning";
import { CLOCK_POLICIES } from "./clockPolicies";
import { plural, shortLocal } from "./days";
import type { Change, Draft, PlanView } from "./model";
import { Select } from "./Select";

/** Clock changes in the range, with what happens on them. */
export function ClockNotes({
  plan,
  draft,
  change,
  onSelect,
}: {
  plan: PlanView;
  draft: Draft;
  change: Change | null;
  /** Shows the clock of a day. */
  onSelect: (day: number) => void;
}) {
  const { clockChanges } = plan;
  if (clockChanges.length === 0) return null;
  return (
    <details className="clock-notes" open={clockChanges.length <= 2}>
      <summary>
        {plural(clockChanges.length, "clock change")} in {plan.timeZone}
      </summary>
      <ul>
        {clockChanges.slice(0, 40).map((at) => {
          const by = (at.offsetAfter - at.offsetBefore) / 60;
          const local = new Date(Date.parse(at.at) + at.offsetBefore * 1000).toISOString();
          return (
            <li key={at.at}>
              <button type="button" className="link" onClick={() => onSelect(at.day)}>
                {shortLocal(local)}
              </button>
              : clocks go {by > 0 ? "forward" : "back"} {Math.abs(by)} min.{" "}
              {by > 0 ? "Times in between do not exist" : "The times before it happen twice"}:{" "}
              {effect(plan, at.day, draft.schedule)}
            </li>
          );
        })}
      </ul>
      {change && (
        <Select
          label="Repeated and missing times"
          value={draft.dst}
          options={CLOCK_POLICIES}
          onChange={(dst) => change({ dst })}
        />
      )}
    </details>
  );
}

/** A space at which a line does not end: the schedule stays in one piece. */
const NO_BREAK = "\u00a0";

/** The dates of the plan on that day, by its own rows. */
function effect(plan: PlanView, day: number, schedule: string): string {
  const at = plan.days.day.indexOf(day);
  const count = at < 0 ? 0 : (plan.days.count[at] ?? 0);
  if (count === 0) return "no run that day.";
  if (count > 3) return `${count} runs that day (${schedule.replaceAll(" ", NO_BREAK)}).`;
  const first = plan.days.first[at] ?? 0;
  const times: string[] = [];
  for (let row = first; row < first + count; row++) {
    const local = (plan.dates[row] ?? 0) + (plan.offsets[row] ?? 0) * 1000;
    times.push(`${new Date(local).toISOString().slice(11, 16)} ${offsetText(plan.offsets[row] ?? 0)}`);
  }
  return `${plural(count, "run")}, at ${times.join(" and ")}.`;
}
