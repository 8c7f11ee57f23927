// Dates beside what they stand for: the data interval of each as a bar, and the time from which its run is due as a mark.
import { useEffect, useMemo, useState } from "react";
import { firstAround, intervalAxis, intervalMarks, shareOf, zoneMinute } from "../draw/interval_axis.js";
import { kebab } from "../draw/palette.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import { TOKENS } from "../plan/tokens.js";
import { zoneTime } from "../plan/zone_clock.js";
import type { PlannedDate } from "../planning/date_detail.js";
import type { PageBackfill } from "../use_backfill.js";
import { Button } from "./button_group.js";
import { NoPlan } from "./no_plan.js";
import { type PartProps, Root } from "./root.js";
import { whenAnswered } from "./when_answered.js";

export interface IntervalTimelineProps extends PartProps {
  backfill: Pick<PageBackfill, "plan" | "locale" | "selected" | "select" | "dates"> & {
    phase?: PageBackfill["phase"] | undefined;
  };
  /** How many dates are shown, the chosen one among them. Default 5. */
  rows?: number | undefined;
}

/** The data intervals and due times of the chosen date and its neighbours: that the run of 1 January starts when its day has ended. */
export function IntervalTimeline({ backfill, rows = 5, className, style }: IntervalTimelineProps) {
  const { plan, locale } = backfill;
  return (
    <Root part="intervals" label={locale.intervals} className={className} style={style}>
      {plan === null ? (
        <NoPlan backfill={backfill} />
      ) : plan.total === 0 ? (
        <p className="dagfill-dim">{locale.noMatch}</p>
      ) : (
        <Rows {...{ backfill, plan, rows }} />
      )}
    </Root>
  );
}

interface RowsProps {
  backfill: IntervalTimelineProps["backfill"];
  plan: PlanColumns;
  rows: number;
}

function Rows({ backfill, plan, rows }: RowsProps) {
  const { locale, selected, select } = backfill;
  const shown = useDates(backfill, plan, firstAround(selected, plan.total, rows), rows);
  const { first, dates, tokens, timeZone } = shown;
  const axis = useMemo(() => intervalAxis(dates), [dates]);
  const marks = useMemo(
    () => (dates.length === 0 ? [] : intervalMarks(axis, timeZone, locale)),
    [dates, axis, timeZone, locale],
  );
  const place = (instant: string | number) => `${shareOf(axis, instant) * 100}%`;
  // Where an hour comes twice, its two dates are told apart by their offsets.
  const isTwice = new Set(dates.map((date) => zoneMinute(date.executionDate, timeZone))).size < dates.length;
  const minute = (instant: string) => (isTwice ? zoneTime(instant, timeZone) : zoneMinute(instant, timeZone));
  return (
    <>
      <ol style={{ minHeight: (Math.min(rows, plan.total) + 1) * ROW }}>
        {dates.map(({ executionDate, dataInterval: { start, end }, runAfter }, at) => (
          <li key={executionDate} aria-current={first + at === selected ? "date" : undefined}>
            <Button onClick={() => shown.plan === plan && select(first + at)}>{minute(executionDate)}</Button>
            <span
              className="dagfill-track"
              role="img"
              aria-label={`${locale.interval} ${minute(start)} – ${minute(end)}`}
            >
              <span
                className={barOf(tokens[first + at])}
                style={{
                  insetInlineStart: place(start),
                  width: `max(3px, ${(shareOf(axis, end) - shareOf(axis, start)) * 100}%)`,
                }}
              />
              <span className="dagfill-mark" style={{ insetInlineStart: place(runAfter) }} />
            </span>
            <span title={zoneTime(runAfter, timeZone)}>{locale.dueAt(minute(runAfter))}</span>
          </li>
        ))}
        <li className="dagfill-axis" aria-hidden="true">
          <span />
          <span>
            {marks.map(({ at, text }) => (
              <span key={at} style={{ insetInlineStart: place(at) }}>
                {text}
              </span>
            ))}
          </span>
        </li>
      </ol>
      <p className="dagfill-key">
        <i className={barOf(tokens[first])} /> {locale.interval} <i className="dagfill-mark-key" />{" "}
        {locale.runAfter}
      </p>
    </>
  );
}

/** Pixels. */
const ROW = 28;

const barOf = (token = 0) => `dagfill-t-${kebab(TOKENS[token] ?? "keep")}`;

interface Shown {
  plan: PlanColumns | null;
  tokens: Uint8Array;
  timeZone: string;
  first: number;
  dates: readonly PlannedDate[];
}

const NONE: Shown = { plan: null, tokens: new Uint8Array(), timeZone: "UTC", first: 0, dates: [] };

/** Neighbouring dates of the plan in full. Those that were shown before stay until they are there. */
function useDates(
  { dates: ask }: Pick<PageBackfill, "dates">,
  plan: PlanColumns,
  first: number,
  count: number,
): Shown {
  const [shown, setShown] = useState(NONE);
  useEffect(() => {
    const { tokens, timeZone, total } = plan;
    return whenAnswered(ask(first, Math.min(first + count, total)), (dates) =>
      setShown({ plan, tokens, timeZone, first, dates }),
    );
  }, [ask, plan, first, count]);
  return shown;
}
