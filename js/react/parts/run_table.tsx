// biome-ignore-all lint/a11y/useSemanticElements: a virtual list cannot be made of table elements.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and the keys; its rows and cells do not.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: as above.
// All dates in order; only those in sight are elements.
import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Locale, numberText } from "../locale.js";
import { dayOfRow } from "../plan/day_columns.js";
import { clock, dayText, offsetText } from "../plan/days.js";
import { matchingRows, placeAmong } from "../plan/matching_rows.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import { TOKENS } from "../plan/tokens.js";
import type { PageBackfill } from "../use_backfill.js";
import { Glyph } from "./glyph.js";
import { NoPlan } from "./no_plan.js";
import { type PartProps, Root } from "./root.js";
import { useVirtualRows } from "./virtual_rows.js";

const ROW = 28;

export interface RunTableProps extends PartProps {
  backfill: Pick<PageBackfill, "plan" | "version" | "locale" | "hidden" | "selected" | "select"> & {
    run: { readonly errors: ReadonlyMap<number, string> } | null;
    phase?: PageBackfill["phase"] | undefined;
  };
  /** Pixels of the list. Default 340. */
  height?: number | undefined;
  /** A remark on a row, shown after its state; null for none. */
  note?: ((row: number) => string | null) | undefined;
}

/** The dates of a plan as a table: one row a date, with its state and the reason. */
export function RunTable({ backfill, height = 340, note, className, style }: RunTableProps) {
  const { plan, locale } = backfill;
  const [filter, setFilter] = useState("");
  return (
    <Root part="runs" label={locale.runs} className={className} style={style}>
      {plan === null ? (
        <NoPlan backfill={backfill} />
      ) : (
        <Rows {...{ backfill, plan, height, note, filter, setFilter }} />
      )}
    </Root>
  );
}

interface RowsProps {
  backfill: RunTableProps["backfill"];
  plan: PlanColumns;
  height: number;
  note: RunTableProps["note"];
  filter: string;
  setFilter: (text: string) => void;
}

function Rows({ backfill, plan, height, note, filter, setFilter }: RowsProps) {
  const { version, locale, hidden, selected, select, run } = backfill;
  const id = useId();
  // The version stands for the tokens inside the plan.
  const shown = useMemo(
    () =>
      matchingRows(
        plan,
        new Set([...hidden].map((token) => TOKENS.indexOf(token))),
        filter.trim(),
        (token, reason) => stateWords(plan, locale, token, reason),
      ),
    [plan, version, hidden, filter, locale],
  );
  const total = shown === null ? plan.total : shown.length;
  // No higher than the rows of the plan, with the border; a filter leaves it as high as it is.
  const most = Math.min(height, Math.max(1, plan.total) * ROW + 2);
  const { box, onScroll, sheet, start, page, scrollTo } = useVirtualRows(total, ROW);
  const rowAt = (place: number) => (shown === null ? place : (shown[place] ?? 0));
  const place = selected === null ? -1 : shown === null ? selected : placeAmong(shown, selected);

  const last = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (selected === last.current) return;
    last.current = selected;
    if (place >= 0 && (place < start || place >= start + page)) scrollTo(place - Math.floor(page / 2));
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowUp: -1,
      ArrowDown: 1,
      PageUp: -page,
      PageDown: page,
      Home: -total,
      End: total,
    };
    const step = steps[event.key];
    if (step === undefined || total === 0) return;
    event.preventDefault();
    const from = place < 0 ? start : place;
    select(rowAt(Math.max(0, Math.min(total - 1, from + step))));
  };
  const places = Array.from(
    { length: Math.max(0, Math.min(total - start, page + 1)) },
    (_, at) => start + at,
  );
  const changes = useMemo(() => new Set(plan.clockChanges.map(({ day }) => day)), [plan]);
  return (
    <>
      <header>
        <input
          type="search"
          aria-label={locale.filterDates}
          placeholder={locale.filterDates}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <span className="dagfill-dim">
          {locale.of(numberText(locale, total), numberText(locale, plan.total))}
        </span>
      </header>
      {total === 0 && <p className="dagfill-dim">{locale.noMatch}</p>}
      <div
        className="dagfill-table"
        style={{ height: most }}
        role="grid"
        aria-label={locale.runs}
        aria-rowcount={total + 1}
        aria-colcount={4}
        aria-activedescendant={place >= start && place <= start + page ? `${id}${selected}` : undefined}
        tabIndex={0}
        ref={box}
        {...{ onScroll, onKeyDown }}
      >
        <div style={{ height: sheet }}>
          <div className="dagfill-rows" role="rowgroup" style={{ maxHeight: most }}>
            <div className="dagfill-unseen" role="row" aria-rowindex={1}>
              {Object.values(locale.columns).map((name) => (
                <span key={name} role="columnheader" tabIndex={-1}>
                  {name}
                </span>
              ))}
            </div>
            {places.map((at) => {
              const row = rowAt(at);
              return (
                <Row
                  key={row}
                  id={`${id}${row}`}
                  {...{ plan, row, locale }}
                  index={at}
                  isSelected={row === selected}
                  isChange={changes.has(dayOfRow(plan, row))}
                  error={run?.errors.get(row)}
                  note={note?.(row)}
                  onSelect={select}
                />
              );
            })}
          </div>
        </div>
      </div>
    </>
  );
}

/** The text of the last column: why a date is left alone, or its state. */
export function stateWords(plan: PlanColumns, locale: Locale, token: number, reason: number): string {
  const state = TOKENS[token] ?? "keep";
  const name = plan.reasonNames[reason];
  return name && /keep/.test(state) ? locale.reason[name] : locale.token[state];
}

interface RowProps {
  id: string;
  plan: PlanColumns;
  row: number;
  locale: Locale;
  index: number;
  isSelected: boolean;
  isChange: boolean;
  error: string | undefined;
  note: string | null | undefined;
  onSelect: (row: number) => void;
}

function Row({ id, plan, row, locale, index, isSelected, isChange, error, note, onSelect }: RowProps) {
  const offset = plan.offsets[row] ?? 0;
  const token = TOKENS[plan.tokens[row] ?? 0] ?? "keep";
  const state = error ?? stateWords(plan, locale, plan.tokens[row] ?? 0, plan.reasons[row] ?? 0);
  const words = note ? `${state}, ${note}` : state;
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className="dagfill-row"
      onClick={() => onSelect(row)}
      data-row={row}
    >
      <span role="gridcell" className="dagfill-dim">
        {numberText(locale, row + 1)}
      </span>
      <span role="gridcell">{dayText(dayOfRow(plan, row))}</span>
      <span role="gridcell">
        {clock(plan.dates[row] ?? 0, offset)} <span className="dagfill-dim">{offsetText(offset)}</span>
        {isChange && <abbr title={locale.clockChange}>DST</abbr>}
      </span>
      <span role="gridcell" title={words}>
        <Glyph token={token} /> {words}
      </span>
    </div>
  );
}
