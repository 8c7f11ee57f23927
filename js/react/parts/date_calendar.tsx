// Every day of the range. Two canvases (data, cursor) for the eye and the pointer, a grid for keys and screen readers.
import { type PointerEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { calendarLayout } from "../draw/calendar_layout.js";
import { prepareCanvas, useSize } from "../draw/canvas.js";
import { type CalendarData, drawCursor, drawDays } from "../draw/draw_calendar.js";
import { usePalette } from "../draw/palette.js";
import type { Comparison } from "../plan/comparison.js";
import { dayText, parseDay } from "../plan/days.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import { TOKENS, type Token } from "../plan/tokens.js";
import type { PageBackfill } from "../use_backfill.js";
import { CalendarGrid, dayLabel } from "./calendar_grid.js";
import { ComparisonLegend } from "./comparison_legend.js";
import { NoPlan } from "./no_plan.js";
import { type PartProps, Root } from "./root.js";

export interface DateCalendarProps extends PartProps {
  backfill: Pick<PageBackfill, "plan" | "version" | "locale" | "hidden" | "selectedDay" | "selectDay"> & {
    options: { excludeDates?: readonly unknown[] };
    phase?: PageBackfill["phase"] | undefined;
  };
  /** A range of civil days (`2026-01-01`) was drawn, or extended with Shift and the arrow keys. Without it the range is fixed. */
  onRange?: ((from: string, to: string) => void) | undefined;
  /** A civil day was taken out or put back: Ctrl+click, or the space bar. */
  onExclude?: ((day: string) => void) | undefined;
  /** The day under the pointer; null when it has left. */
  onHoverDay?: ((day: string | null) => void) | undefined;
  /** Most pixels that are seen at once; more is scrolled. Default 340. */
  maxHeight?: number | undefined;
  /** Shows what a second schedule does to the dates in place of the states, with a legend. */
  comparison?: Comparison | null | undefined;
  /** Colours are read again when this changes: for themes that are no attribute of the root or the body. */
  theme?: unknown;
}

/** Below this width months follow each other downwards. */
const NARROW = 560;
/** Ranges up to this many days show hours, if days have this many dates on average. */
const MOST_DAYS_WITH_HOURS = 45;
const LEAST_DATES_WITH_HOURS = 3;

/** The dates of a plan as a calendar: one cell a day, or an hour where a short range has many dates a day. */
export function DateCalendar(props: DateCalendarProps) {
  const { plan } = props.backfill;
  return (
    <Root part="calendar" className={props.className} style={props.style}>
      {plan === null ? <NoPlan backfill={props.backfill} /> : <Sheet {...props} plan={plan} />}
    </Root>
  );
}

function Sheet({
  backfill,
  plan,
  onRange,
  onExclude,
  onHoverDay,
  maxHeight = 340,
  comparison = null,
  theme,
}: DateCalendarProps & { plan: PlanColumns }) {
  const { version, options, locale, hidden, selectedDay, selectDay } = backfill;
  const scroller = useRef<HTMLDivElement>(null);
  const dataCanvas = useRef<HTMLCanvasElement>(null);
  const cursorCanvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(scroller);
  const palette = usePalette(scroller, theme);
  const [hover, setHover] = useState<number | null>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  /** A range by two taps: before the first, or the day of the first. */
  const [tapped, setTapped] = useState<number | "none" | null>(null);
  const [top, setTop] = useState(0);
  const data = useCalendarData(plan, options.excludeDates, hidden, comparison);
  const { first, last } = data;
  const days = last - first + 1;
  const hasHours = days <= MOST_DAYS_WITH_HOURS && plan.total > LEAST_DATES_WITH_HOURS * days && !comparison;
  const layout = useMemo(
    () => calendarLayout({ first, last, width, isNarrow: width < NARROW, hasHours, locale }),
    [first, last, width, hasHours, locale],
  );
  const height = Math.min(layout.height, maxHeight);

  // The version stands for what is in the columns.
  useLayoutEffect(() => {
    const context = prepareCanvas(dataCanvas.current, width, height);
    if (context) drawDays(context, layout, data, palette, { top, height });
  }, [layout, data, version, palette, top, width, height]);
  useLayoutEffect(() => {
    const context = prepareCanvas(cursorCanvas.current, width, height);
    if (context) drawCursor(context, layout, { selected: selectedDay, hover, focused, drag }, palette, top);
  }, [layout, selectedDay, hover, focused, drag, palette, top, width, height]);

  const reveal = useCallback(
    (day: number) => {
      const box = layout.box(day);
      const view = scroller.current;
      // A day that is as high as the view is seen already.
      if (!view || box.height > height - 60) return;
      if (box.y < view.scrollTop + 24) view.scrollTop = Math.max(0, box.y - 40);
      else if (box.y + box.height + 2 > view.scrollTop + height)
        view.scrollTop = box.y + box.height + 10 - height;
    },
    [layout, height],
  );
  useEffect(() => {
    if (selectedDay !== null) reveal(selectedDay);
  }, [selectedDay, reveal]);

  const endDrag = () => {
    setTapped(null);
    setDrag(null);
  };
  const range = onRange && ((from: number, to: number) => onRange(dayText(from), dayText(to)));
  const exclude = onExclude && ((day: number) => onExclude(dayText(day)));
  const dayAt = (event: PointerEvent) => {
    const box = scroller.current?.getBoundingClientRect();
    return box ? layout.hit(event.clientX - box.left, event.clientY - box.top + top) : null;
  };
  const onPointerDown = (event: PointerEvent) => {
    const day = dayAt(event);
    if (day === null || event.button !== 0 || event.pointerType === "touch" || !range) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ from: day, to: day });
  };
  const onPointerMove = (event: PointerEvent) => {
    const day = dayAt(event);
    if (drag && day !== null && day !== drag.to) setDrag({ from: drag.from, to: day });
    if (day === hover) return;
    setHover(day);
    onHoverDay?.(day === null ? null : dayText(day));
  };
  const tap = (day: number) => {
    if (typeof tapped === "number") range?.(Math.min(tapped, day), Math.max(tapped, day));
    const isFirst = tapped === "none";
    setTapped(isFirst ? day : null);
    setDrag(isFirst ? { from: day, to: day } : null);
  };
  const onPointerUp = (event: PointerEvent) => {
    const day = dayAt(event);
    if (tapped !== null) return day === null ? undefined : tap(day);
    setDrag(null);
    if (drag && drag.from !== drag.to) range?.(Math.min(drag.from, drag.to), Math.max(drag.from, drag.to));
    else if (day !== null && exclude && (event.ctrlKey || event.metaKey)) exclude(day);
    else if (day !== null) selectDay(day);
  };
  // Escape, and a pointer that the browser cancels, end a range without a change.
  useEffect(() => {
    if (drag === null) return;
    const onKeyDown = (event: KeyboardEvent) => event.key === "Escape" && endDrag();
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [drag]);
  const onPointerLeave = () => {
    setHover(null);
    onHoverDay?.(null);
  };
  return (
    <>
      {comparison !== null && <ComparisonLegend {...{ comparison, locale }} />}
      <CalendarGrid
        data={data}
        locale={locale}
        // Without a width, on a server or in a test environment, there is no picture yet: the usual shape is that of a wide page.
        daysAcross={width > 0 && layout.daysAcross}
        selected={selectedDay}
        onFocusDay={(day) => {
          setFocused(day);
          if (day !== null) reveal(day);
        }}
        onSelect={selectDay}
        onRange={range}
        onExclude={exclude}
      />
      <div
        className="dagfill-scroll"
        ref={scroller}
        style={{ height }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        aria-hidden="true"
      >
        <div
          className="dagfill-sheet"
          data-editable={range !== undefined}
          style={{ height: layout.height }}
          title={hover === null ? undefined : dayLabel(data, hover, locale)}
          {...{ onPointerDown, onPointerMove, onPointerUp, onPointerLeave }}
          onPointerCancel={endDrag}
        >
          <div className="dagfill-view" style={{ height }}>
            <canvas ref={dataCanvas} />
            <canvas ref={cursorCanvas} />
          </div>
        </div>
      </div>
      {range && (
        <button
          type="button"
          className="dagfill-taps"
          aria-pressed={tapped !== null}
          onClick={() => {
            setTapped(tapped === null ? "none" : null);
            setDrag(null);
          }}
        >
          {tapped === null ? locale.rangeByTaps : tapped === "none" ? locale.tapFirstDay : locale.tapLastDay}
        </button>
      )}
    </>
  );
}

/** The data that is drawn of a plan. Dates that were taken out are marked by their civil day, where they are one. */
function useCalendarData(
  plan: PlanColumns,
  excludeDates: readonly unknown[] | undefined,
  hidden: ReadonlySet<Token>,
  comparison: Comparison | null,
): CalendarData {
  // The options may be invalid; the plan that is shown then is older than they are.
  const dates = Array.isArray(excludeDates) ? excludeDates : [];
  const texts = dates.filter((date) => typeof date === "string").join();
  return useMemo(
    () => ({
      plan,
      comparison,
      first: Math.min(plan.firstDay, plan.lastDay),
      last: Math.max(plan.firstDay, plan.lastDay),
      changes: new Set(plan.clockChanges.map((change) => change.day)),
      excluded: new Set(texts.split(",").flatMap((text) => parseDay(text) ?? [])),
      hidden: new Set([...hidden].map((token) => TOKENS.indexOf(token))),
    }),
    [plan, texts, hidden, comparison],
  );
}
