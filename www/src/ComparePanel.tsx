import { dayParts, dayText, englishDuration } from "dagfill/planning";
import { number, plural, WEEKDAYS } from "./days";
import { TextField } from "./fields";
import type { Change, CompareView, Draft } from "./model";

/** A second schedule beside the plan's: which dates only one of them has. */
export function ComparePanel(props: { draft: Draft; view: CompareView | null; change: Change }) {
  const { draft, view, change } = props;
  const second = draft.compare;
  if (!second) return null;
  const set = (part: Partial<typeof second>) =>
    change(({ compare }) => ({ compare: { ...(compare ?? second), ...part } }));
  const error = view?.error ?? null;
  return (
    <section className="compare" aria-labelledby="compare-title">
      <h2 id="compare-title">Compare with a second schedule</h2>
      <div className="pair">
        <TextField
          label="Schedule B"
          name="scheduleB"
          mono
          value={second.schedule}
          onChange={(schedule) => set({ schedule })}
          error={error && error.code !== "UNKNOWN_TIME_ZONE" ? error : null}
          hint={view?.textB}
        />
        <TextField
          label="Time zone B"
          name="timeZoneB"
          list="zones"
          value={second.timeZone}
          onChange={(timeZone) => set({ timeZone })}
          error={error?.code === "UNKNOWN_TIME_ZONE" ? error : null}
        />
      </div>
      {view && !error && (
        <>
          <p data-testid="shifts">{sentence(view, draft)}</p>
          {view.first.length > 0 && (
            <ul className="notes" data-testid="differences" aria-label="The first differences">
              {view.first.map((one) => (
                <li key={one.day}>{differenceOf(one)}</li>
              ))}
            </ul>
          )}
          {view.impact.map((line) => (
            <p key={line} data-testid="impact">
              {line}
            </p>
          ))}
        </>
      )}
    </section>
  );
}

/** `Sun 2026-03-29: 03:30 becomes 02:30`. */
function differenceOf({ day, a, b }: CompareView["first"][number]): string {
  const what =
    a.length === 0
      ? `also ${b.join(", ")}`
      : b.length === 0
        ? `no longer ${a.join(", ")}`
        : `${a.join(", ")} becomes ${b.join(", ")}`;
  return `${WEEKDAYS[dayParts(day).weekday]} ${dayText(day)}: ${what}`;
}

function sentence(view: CompareView, draft: Draft): string {
  const second = draft.compare;
  const words = [
    second?.schedule.trim() === draft.schedule.trim() ? "" : `"${second?.schedule.trim()}"`,
    second?.timeZone.trim() === draft.timeZone.trim() ? "" : (second?.timeZone ?? ""),
  ];
  const to = words.filter(Boolean).join(" in ") || "the second schedule";
  if (view.removed + view.added + view.shifts.length === 0)
    return `With ${to}: no date changes in this range.`;
  const facts = view.shifts
    .slice(0, 3)
    .map(
      ({ shift, count }) =>
        `${plural(count, "date")} ${englishDuration(Math.abs(shift))} ${shift > 0 ? "later" : "earlier"}`,
    );
  if (view.removed > 0) facts.push(`${number(view.removed)} fewer`);
  if (view.added > 0) facts.push(`${number(view.added)} more`);
  return `With ${to}: ${facts.join(", ")}.`;
}
