import { clock, dayOf, englishStates, findDay, offsetText, TOKEN_COUNT, TOKENS } from "dagfill/planning";
import { longDay, plural } from "./days";
import { Glyph } from "./Glyph";
import type { PlanView } from "./model";

const MOST = 6;

interface Hour {
  /** Wall-clock hour and offset: a repeated hour is two columns. */
  text: string;
  offset: string;
  /** Rows from `first`, before `end`. */
  first: number;
  end: number;
  counts: number[];
}

/** The hours of one day with several runs: 23, 24 or 25 columns, so that a clock change is seen. */
export function HourStrip({
  plan,
  day,
  selected,
  onSelect,
}: {
  plan: PlanView;
  day: number;
  selected: number | null;
  onSelect: (row: number) => void;
}) {
  const at = findDay(plan.days, day);
  const count = plan.days.day[at] === day ? (plan.days.count[at] ?? 0) : 0;
  if (count <= MOST) return null;
  const hours = hoursOf(plan, plan.days.first[at] ?? 0, count, day);
  return (
    <section className="hours" aria-label={`Hours of ${longDay(day)}`}>
      <h2>
        {longDay(day)}: {plural(hours.length, "hour")} with runs
      </h2>
      <ol>
        {hours.map((hour) => (
          <li key={hour.text + hour.offset}>
            <button
              type="button"
              aria-current={selected !== null && hour.first <= selected && selected < hour.end}
              onClick={() => onSelect(hour.first)}
              aria-label={`${hour.text}:00 ${hour.offset}: ${TOKENS.flatMap((token, index) => (hour.counts[index] ? [`${hour.counts[index]} ${englishStates.token[token]}`] : [])).join(", ")}`}
            >
              <Glyph token={TOKENS[hour.counts.findLastIndex((each) => each > 0)] ?? "keep"} />
              <span>{hour.text}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function hoursOf(plan: PlanView, first: number, count: number, day: number): Hour[] {
  const hours = new Map<string, Hour>();
  for (let row = first; row < first + count; row++) {
    const instant = plan.dates[row] ?? 0;
    const seconds = plan.offsets[row] ?? 0;
    if (dayOf(instant, seconds) !== day) continue;
    const text = clock(instant, seconds).slice(0, 2);
    const offset = offsetText(seconds);
    const hour = hours.get(text + offset) ?? {
      text,
      offset,
      first: row,
      end: row,
      counts: new Array<number>(TOKEN_COUNT).fill(0),
    };
    const token = plan.tokens[row] ?? 0;
    hour.counts[token] = (hour.counts[token] ?? 0) + 1;
    hour.end = row + 1;
    hours.set(text + offset, hour);
  }
  const sorted = [...hours.values()];
  // Newest first lists them downwards; a strip is read from left to right.
  return (plan.dates[first] ?? 0) <= (plan.dates[first + 1] ?? 0) ? sorted : sorted.reverse();
}
