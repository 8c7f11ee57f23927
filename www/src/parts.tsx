import { type Comparison, DateCalendar, english, RunLanes, RunTable, TOKENS } from "dagfill/react";
import "dagfill/react/styles.css";
import { useCallback, useMemo } from "react";
import { parseDay } from "./days";
import type { PlanView } from "./model";
import type { RunModel } from "./runModel";

/** The components of the package over the state of this page. They come after the first paint: a plan comes later still. */

interface PlanProps {
  plan: PlanView;
  /** Changes with the contents of the plan's columns. */
  version: number;
  /** Numbers of tokens that are not shown. */
  hidden: ReadonlySet<number>;
}

interface CalendarProps extends PlanProps {
  exclude: readonly string[];
  comparison: Comparison | null;
  selected: number | null;
  theme: string;
  phone: boolean;
  onSelect: (day: number) => void;
  onHover: (day: number | null) => void;
  onRange: ((from: string, to: string) => void) | undefined;
  onExclude: ((day: string) => void) | undefined;
}

export function PlanCalendar(props: CalendarProps) {
  const { plan, version, exclude, comparison, selected, theme, phone, onSelect, onHover } = props;
  const hidden = useNames(props.hidden);
  const options = useMemo(() => ({ excludeDates: exclude }), [exclude]);
  const selectDay = useCallback((day: number | null) => day !== null && onSelect(day), [onSelect]);
  return (
    <DateCalendar
      backfill={{ plan, version, hidden, options, locale: english, selectedDay: selected, selectDay }}
      comparison={comparison}
      theme={theme}
      maxHeight={phone ? 430 : 330}
      onHoverDay={(day) => onHover(day === null ? null : parseDay(day))}
      onRange={props.onRange}
      onExclude={props.onExclude}
    />
  );
}

interface TableProps extends PlanProps {
  selected: number | null;
  /** Why runs failed, by row. */
  errors: ReadonlyMap<number, string>;
  onSelect: (row: number) => void;
}

export function PlanTable({ plan, version, hidden: numbers, selected, errors, onSelect }: TableProps) {
  const hidden = useNames(numbers);
  const run = useMemo(() => ({ errors }), [errors]);
  const select = useCallback((row: number | null) => row !== null && onSelect(row), [onSelect]);
  return (
    <RunTable backfill={{ plan, version, hidden, selected, select, run, locale: english }} height={420} />
  );
}

interface LanesProps {
  run: RunModel;
  theme: string;
  until: number | null;
  onSelect: (row: number) => void;
}

export function Lanes({ run, theme, until, onSelect }: LanesProps) {
  const select = (row: number | null) => row !== null && onSelect(row);
  return (
    <RunLanes backfill={{ run, version: run.version, locale: english, select }} theme={theme} until={until} />
  );
}

function useNames(hidden: ReadonlySet<number>) {
  return useMemo(() => new Set([...hidden].flatMap((token) => TOKENS[token] ?? [])), [hidden]);
}
