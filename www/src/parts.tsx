import { parseDay } from "dagfill/planning";
import {
  type BackfillModel,
  type Comparison,
  DateCalendar,
  type DateDetail,
  DatePanel,
  english,
  type FinishBand,
  FinishBar,
  IntervalTimeline,
  type PlanEstimate,
  RunLanes,
  RunTable,
  TOKENS,
} from "dagfill/react";
import "dagfill/react/styles.css";
import { memo, useCallback, useMemo } from "react";
import type { PlanView, RowDetail, Samples, ShownRun } from "./model";
import { isMadeUp } from "./samples";

/** The components of the package over the state of this page. They come after the first paint: a plan comes later still. Large
 *  parts are drawn again only when they show something else, not with each key in the form. */

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

export const PlanCalendar = memo(function PlanCalendar(props: CalendarProps) {
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
});

interface TableProps extends PlanProps {
  selected: number | null;
  /** Why runs failed, by row. */
  errors: ReadonlyMap<number, string>;
  samples: Samples;
  onSelect: (row: number) => void;
}

export const PlanTable = memo(function PlanTable({
  plan,
  version,
  hidden: numbers,
  selected,
  errors,
  samples,
  onSelect,
}: TableProps) {
  const hidden = useNames(numbers);
  const run = useMemo(() => ({ errors }), [errors]);
  const select = useCallback((row: number | null) => row !== null && onSelect(row), [onSelect]);
  const note = (row: number) => (isMadeUp(plan, samples, row) ? "made up" : null);
  return (
    <RunTable
      backfill={{ plan, version, hidden, selected, select, run, locale: english }}
      height={420}
      note={note}
    />
  );
});

interface DateProps {
  plan: PlanView;
  version: number;
  /** The backfill's, while one is shown. */
  run: { plan: PlanView } | null;
  errors: ReadonlyMap<number, string>;
  day: number | null;
  row: number | null;
  detail: RowDetail | null;
  absence: string | null;
}

/** The chosen date, or the one under the pointer: when, why, and the commands to copy. */
export const ChosenDate = memo(function ChosenDate({
  plan,
  version,
  run,
  errors,
  day,
  row,
  detail,
  absence,
}: DateProps) {
  // Made anew with every answer and every state, which makes the panel ask again.
  const asked = useMemo(
    () => ({ detail: async () => detail && dateDetailOf(detail), absence: async () => absence }),
    [detail, absence, version],
  );
  const locale = useMemo(() => ({ ...english, because: () => detail?.why ?? "" }), [detail]);
  return (
    <DatePanel
      backfill={{
        ...asked,
        plan,
        locale,
        run: run && { plan: run.plan, errors },
        selected: row,
        selectedDay: day,
      }}
    />
  );
});

function dateDetailOf(detail: RowDetail): DateDetail {
  const { index: _, why: __, commands, ...date } = detail;
  return {
    ...date,
    reason: null,
    existing: null,
    texts: commands
      .filter(({ text }) => text !== "")
      .map(({ taskId, text }) => ({ taskId, text, path: "command", template: "" })),
  };
}

interface LanesProps {
  run: ShownRun;
  /** When the backfill ends, as the words above the lanes say it. */
  band: FinishBand | null;
  theme: string;
  until: number | null;
  onSelect: (row: number) => void;
}

export function Lanes({ run, band, theme, until, onSelect }: LanesProps) {
  const select = (row: number | null) => row !== null && onSelect(row);
  const finishBand = useCallback(() => Promise.resolve(band), [band]);
  return (
    <>
      <FinishBar backfill={{ run, phase: run.phase, locale: english, finishBand }} />
      <RunLanes
        backfill={{ run, version: run.version, locale: english, select }}
        theme={theme}
        until={until}
      />
    </>
  );
}

interface PlannedProps {
  plan: PlanView;
  estimate: PlanEstimate | null;
  model: BackfillModel;
  theme: string;
  onSelect: (row: number) => void;
}

/** The runs over time before the start, and the end of the last one by how long past runs took. */
export function PlannedLanes({ plan, estimate, model, theme, onSelect }: PlannedProps) {
  const select = (row: number | null) => row !== null && onSelect(row);
  const { finishBand } = model;
  return (
    <RunLanes
      backfill={{ run: null, version: 0, locale: english, plan, estimate, finishBand, select }}
      theme={theme}
    />
  );
}

interface IntervalsProps {
  plan: PlanView;
  /** Changes with the states, whose colours the bars have. */
  version: number;
  model: BackfillModel;
  selected: number | null;
  onSelect: (row: number) => void;
}

/** The data intervals of the chosen date and its neighbours, and when their runs are due. */
export const Intervals = memo(function Intervals({ plan, model, selected, onSelect }: IntervalsProps) {
  const select = (row: number | null) => row !== null && onSelect(row);
  return (
    <IntervalTimeline backfill={{ plan, selected, select, dates: model.dates, locale: english }} rows={3} />
  );
});

function useNames(hidden: ReadonlySet<number>) {
  return useMemo(() => new Set([...hidden].flatMap((token) => TOKENS[token] ?? [])), [hidden]);
}
