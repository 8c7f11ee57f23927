// A day on which the clock changes: which times it leaves out or shows twice, and where the runs of that day fall.
import { useMemo } from "react";
import { apartRuns, type ClockPicture, clockPicture } from "../draw/clock_picture.js";
import type { Locale } from "../locale.js";
import { clock, dayText, offsetText } from "../plan/days.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import type { PageBackfill } from "../use_backfill.js";
import { type PartProps, Root } from "./root.js";

export interface ClockDayProps extends PartProps {
  backfill: Pick<PageBackfill, "plan" | "locale" | "selectedDay">;
  /** Days since 1970-01-01. Default: the chosen day. */
  day?: number | undefined;
}

/** The clock of a day on which it changes, with the runs of that day; nothing for other days. `DatePanel` has it already. */
export function ClockDay({ backfill, day, className, style }: ClockDayProps) {
  const { plan, locale, selectedDay } = backfill;
  const shown = day ?? selectedDay;
  if (plan === null || shown === null || clockPicture(plan, shown) === null) return null;
  return (
    <Root part="clock-day" className={className} style={style}>
      <ClockFigure {...{ plan, locale }} day={shown} />
    </Root>
  );
}

interface FigureProps {
  plan: PlanColumns;
  day: number;
  locale: Locale;
}

const DAY = 86_400;
const TIMES = [0, 21_600, 43_200, 64_800];
/** More times are told by their number. */
const MOST_TIMES = 4;

const share = (seconds: number) => `${(seconds / DAY) * 100}%`;
const timeOf = (seconds: number) => (seconds === DAY ? "24:00" : clock(seconds * 1000, 0));

export function ClockFigure({ plan, day, locale }: FigureProps) {
  const picture = useMemo(() => clockPicture(plan, day), [plan, day]);
  if (picture === null) return null;
  const { kind, clocks, from, to } = picture;
  const runs = apartRuns(picture.runs);
  const lost = { insetInlineStart: share(from), width: `max(3px, ${share(to - from)})` };
  return (
    <figure className="dagfill-clock" data-kind={kind}>
      <div aria-hidden="true">
        {clocks.map((shown, place) => (
          <div key={shown.offset}>
            <span>{offsetText(shown.offset)}</span>
            <span className="dagfill-track">
              <span style={{ insetInlineStart: share(shown.from), width: share(shown.to - shown.from) }} />
              <span className="dagfill-lost" style={lost} />
              {runs.map((run) =>
                run.clock === place ? (
                  <span key={run.row} className="dagfill-mark" style={{ insetInlineStart: share(run.at) }} />
                ) : null,
              )}
            </span>
          </div>
        ))}
        <div className="dagfill-axis">
          <span />
          <span>
            {TIMES.map((time) => (
              <span key={time} style={{ insetInlineStart: share(time) }}>
                {timeOf(time)}
              </span>
            ))}
          </span>
        </div>
      </div>
      <figcaption>{wordsOf(picture, locale)}</figcaption>
    </figure>
  );
}

function wordsOf({ kind, day, from, to, runs, clocks }: ClockPicture, locale: Locale): string {
  const times = [...runs]
    .sort((a, b) => a.clock - b.clock || a.at - b.at)
    .slice(0, MOST_TIMES)
    .map((run) => `${timeOf(run.at)} ${offsetText(clocks[run.clock].offset)}`);
  const parts = { day: dayText(day), from: timeOf(from), to: timeOf(to) };
  const what = kind === "gap" ? locale.clockGap(parts) : locale.clockFold(parts);
  return `${what} ${locale.clockRuns(runs.length, runs.length > MOST_TIMES ? [] : times)}`;
}
