// biome-ignore-all lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose cells take the focus.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keys are those of the whole grid.
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { CalendarData } from "./calendar/draw";
import { dayNumber, dayText, longDay, parts, WEEKDAYS } from "./days";
import { TOKEN_COUNT, TOKENS } from "./model";
import { findDay } from "./runModel";
import { TOKEN_WORDS } from "./words";

interface GridProps {
  data: CalendarData;
  selected: number | null;
  editable: boolean;
  onFocusDay: (day: number | null) => void;
  onSelect: (day: number) => void;
  onRange: (from: number, to: number) => void;
  onExclude: (day: number) => void;
}

/** The calendar for keys and screen readers: one month as a grid, out of sight beside the canvas. */
export function CalendarGrid({
  data,
  selected,
  editable,
  onFocusDay,
  onSelect,
  onRange,
  onExclude,
}: GridProps) {
  const [focus, setFocus] = useState(selected ?? data.first);
  const anchor = useRef<number | null>(null);
  const moved = useRef(false);
  const cell = useRef<HTMLTableCellElement>(null);
  useEffect(() => {
    if (selected !== null) setFocus(selected);
  }, [selected]);
  // The cell is another one when the day is.
  useEffect(() => {
    if (moved.current) cell.current?.focus();
    moved.current = false;
  }, [focus]);

  const go = (day: number, extend: boolean) => {
    if (extend && editable) {
      anchor.current ??= focus;
      onRange(Math.min(anchor.current, day), Math.max(anchor.current, day));
    } else anchor.current = null;
    moved.current = true;
    setFocus(day);
    onFocusDay(day);
    onSelect(day);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = targetOf(event.key, focus, data);
    if (target !== null) go(target, event.shiftKey);
    else if (event.key === " " && editable) onExclude(focus);
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) onSelect(focus);
    else return;
    event.preventDefault();
  };

  const { year, month } = parts(focus);
  const one = dayNumber(year, month, 1);
  const monday = one - parts(one).weekday;
  const title = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "long", year: "numeric" });
  return (
    <table
      className="hidden"
      role="grid"
      aria-label={`Dates, ${title.format(one * 86_400_000)}`}
      onKeyDown={onKeyDown}
    >
      <thead>
        <tr>
          {WEEKDAYS.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {[0, 1, 2, 3, 4, 5].map((week) => (
          <tr key={week}>
            {WEEKDAYS.map((name, column) => {
              const day = monday + week * 7 + column;
              const here = day === focus;
              return (
                <td
                  key={name}
                  role="gridcell"
                  ref={here ? cell : undefined}
                  tabIndex={here ? 0 : -1}
                  aria-selected={day === selected}
                  aria-label={dayLabel(data, day)}
                  data-day={dayText(day)}
                  onFocus={() => onFocusDay(day)}
                  onBlur={() => onFocusDay(null)}
                  onClick={() => go(day, false)}
                >
                  {parts(day).date}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function targetOf(key: string, day: number, data: CalendarData): number | null {
  const { year, month, date } = parts(day);
  const inMonth = (to: number) => Math.min(dayNumber(year, to, date), dayNumber(year, to + 1, 0));
  switch (key) {
    case "ArrowUp":
      return day - 1;
    case "ArrowDown":
      return day + 1;
    case "ArrowLeft":
      return day - 7;
    case "ArrowRight":
      return day + 7;
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
export function dayLabel(data: CalendarData, day: number): string {
  const facts: string[] = [];
  const at = findDay(data.days, day);
  if (data.days.day[at] === day)
    TOKENS.forEach((token, index) => {
      const count = data.days.tokens[at * TOKEN_COUNT + index] ?? 0;
      if (count > 0) facts.push(`${count} ${TOKEN_WORDS[token].short}`);
    });
  if (facts.length === 0) facts.push(day < data.first || day > data.last ? "outside the range" : "no date");
  if (data.excluded.has(day)) facts.push("taken out");
  if (data.changes.has(day)) facts.push("clock change");
  return `${longDay(day)}: ${facts.join(", ")}`;
}
