// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose cells take the focus.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keys are those of the whole grid.
// The calendar for keys and screen readers: one month as a grid, out of sight beside the canvas. It has the shape of the picture: a week is
// a row where days go from left to right, and a column where they go downwards.
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { CalendarData } from "../draw/draw_calendar.js";
import { dayWords, type Locale, longDay, numberText, weekdays } from "../locale.js";
import { type Comparison, comparedOn, SHIFTS } from "../plan/comparison.js";
import { findDay } from "../plan/day_columns.js";
import { dayNumber, dayParts, dayText } from "../plan/days.js";
import { TOKEN_COUNT, TOKENS } from "../plan/tokens.js";
import { useFocusKept } from "./use_focus_kept.js";

interface GridProps {
  data: CalendarData;
  locale: Locale;
  /** In the picture days go from left to right, and weeks downwards. */
  daysAcross: boolean;
  selected: number | null;
  onFocusDay: (day: number | null) => void;
  onSelect: (day: number) => void;
  onRange: ((from: number, to: number) => void) | undefined;
  onExclude: ((day: number) => void) | undefined;
}

const WEEKS = [0, 1, 2, 3, 4, 5];

export function CalendarGrid(props: GridProps) {
  const { data, locale, daysAcross, selected, onFocusDay, onSelect, onRange, onExclude } = props;
  const [focus, setFocus] = useState(selected ?? data.first);
  const anchor = useRef<number | null>(null);
  const hasMoved = useRef(false);
  const cell = useRef<HTMLTableCellElement>(null);
  const kept = useFocusKept<HTMLTableElement>(String(daysAcross));
  useEffect(() => {
    if (selected !== null) setFocus(selected);
  }, [selected]);
  // The cell is another one when the day is.
  useEffect(() => {
    if (hasMoved.current) cell.current?.focus();
    hasMoved.current = false;
  }, [focus]);

  const go = (day: number, extend: boolean) => {
    if (extend && onRange) {
      anchor.current ??= focus;
      onRange(Math.min(anchor.current, day), Math.max(anchor.current, day));
    } else anchor.current = null;
    hasMoved.current = true;
    setFocus(day);
    onFocusDay(day);
    onSelect(day);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = targetOf(event.key, focus, data, daysAcross);
    // Days beyond those that are shown can only be reached where a range can be drawn to them.
    const isFixed = target !== null && onRange === undefined;
    const reached = isFixed ? Math.max(data.first, Math.min(data.last, target)) : target;
    if (reached !== null) go(reached, event.shiftKey);
    else if (event.key === " " && onExclude) onExclude(focus);
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) onSelect(focus);
    else return;
    event.preventDefault();
  };

  const { year, month } = dayParts(focus);
  const one = dayNumber(year, month, 1);
  const monday = one - dayParts(one).weekday;
  const names = weekdays(locale);
  const gridCell = (day: number) => {
    const isHere = day === focus;
    return (
      <td
        key={day - monday}
        role="gridcell"
        ref={isHere ? cell : undefined}
        tabIndex={isHere ? 0 : -1}
        aria-selected={day === selected}
        aria-label={dayLabel(data, day, locale)}
        data-day={dayText(day)}
        onFocus={() => onFocusDay(day)}
        onBlur={() => onFocusDay(null)}
        onClick={() => go(day, false)}
      >
        {dayParts(day).date}
      </td>
    );
  };
  return (
    <table
      {...kept}
      className="dagfill-unseen"
      role="grid"
      aria-label={locale.dates(dayWords(locale, one, { month: "long", year: "numeric" }))}
      onKeyDown={onKeyDown}
    >
      {daysAcross ? (
        <tbody>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
          {WEEKS.map((week) => (
            <tr key={week}>{names.map((_, weekday) => gridCell(monday + week * 7 + weekday))}</tr>
          ))}
        </tbody>
      ) : (
        <tbody>
          {names.map((name, weekday) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {WEEKS.map((week) => gridCell(monday + week * 7 + weekday))}
            </tr>
          ))}
        </tbody>
      )}
    </table>
  );
}

function targetOf(key: string, day: number, data: CalendarData, daysAcross: boolean): number | null {
  const [across, down] = daysAcross ? [1, 7] : [7, 1];
  const { year, month, date } = dayParts(day);
  const inMonth = (to: number) => Math.min(dayNumber(year, to, date), dayNumber(year, to + 1, 0));
  switch (key) {
    case "ArrowUp":
      return day - down;
    case "ArrowDown":
      return day + down;
    case "ArrowLeft":
      return day - across;
    case "ArrowRight":
      return day + across;
    case "PageUp":
      return inMonth(month - 1);
    case "PageDown":
      return inMonth(month + 1);
    case "Home":
      return data.first;
    case "End":
      return data.last;
  }
  return null;
}

/** `Sunday, 29 March 2026: 1 left alone, clock change`. */
export function dayLabel(data: CalendarData, day: number, locale: Locale): string {
  const facts =
    data.comparison === null ? stateFacts(data, day, locale) : shiftFacts(data.comparison, day, locale);
  if (facts.length === 0) facts.push(day < data.first || day > data.last ? locale.outside : locale.noDate);
  if (data.excluded.has(day)) facts.push(locale.excluded);
  if (data.changes.has(day)) facts.push(locale.clockChange);
  return `${longDay(locale, day)}: ${facts.join(", ")}`;
}

function stateFacts({ plan: { days } }: CalendarData, day: number, locale: Locale): string[] {
  const at = findDay(days, day);
  if (days.day[at] !== day) return [];
  return TOKENS.flatMap((token, index) => {
    const count = days.tokens[at * TOKEN_COUNT + index] ?? 0;
    return count > 0 ? [`${numberText(locale, count)} ${locale.token[token]}`] : [];
  });
}

function shiftFacts(comparison: Comparison, day: number, locale: Locale): string[] {
  const counts = comparedOn(comparison, day);
  return SHIFTS.flatMap((shift, at) => {
    const count = counts[at] ?? 0;
    return count > 0 ? [`${numberText(locale, count)} ${locale.shift[shift]}`] : [];
  });
}
