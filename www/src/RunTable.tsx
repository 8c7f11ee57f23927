// biome-ignore-all lint/a11y/useSemanticElements: a virtual list cannot be made of table elements.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and the keys; its rows and cells do not.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: as above.
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { clock, dayText, number, offsetText } from "./days";
import { Glyph } from "./Glyph";
import { KEEP, type PlanView, TOKENS } from "./model";
import { dayOfRow } from "./runModel";
import { REASON_WORDS, TOKEN_WORDS } from "./words";

const ROW = 28;
/** Browsers cap the height of an element (Chromium at 33 million pixels, others lower): longer lists scroll to scale. */
const TALLEST = 8_000_000;

export interface TableProps {
  plan: PlanView;
  /** Changes with the contents of the plan's columns. */
  version: number;
  hidden: ReadonlySet<number>;
  selected: number | null;
  onSelect: (row: number) => void;
  note: (row: number) => string | undefined;
}

/** All dates in run order; only those in sight are elements. */
export function RunTable({ plan, version, hidden, selected, onSelect, note }: TableProps) {
  const [filter, setFilter] = useState("");
  const [first, setFirst] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(300);
  // Version stands for the tokens inside the plan.
  const shown = useMemo(
    () => (filter.trim() || hidden.size ? matching(plan, hidden, filter.trim()) : null),
    [plan, version, hidden, filter],
  );
  const total = shown ? shown.length : plan.total;
  const page = Math.max(1, Math.floor(height / ROW));
  const most = Math.max(0, total - page);
  const sheet = Math.min(total * ROW, TALLEST);
  const scaled = total * ROW > TALLEST;
  const start = Math.min(first, most);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const scrollTo = (row: number) => {
    const target = Math.max(0, Math.min(most, row));
    setFirst(target);
    const element = box.current;
    if (element && most > 0) element.scrollTop = (target / most) * (sheet - element.clientHeight);
  };
  const onScroll = () => {
    const element = box.current;
    if (!element || most === 0) return;
    const range = sheet - element.clientHeight;
    const row = Math.round((element.scrollTop / Math.max(1, range)) * most);
    // A scaled bar cannot name every row: it only moves the list when it was moved itself.
    if (Math.abs(element.scrollTop - (start / most) * range) > 0.75) setFirst(row);
  };
  // To scale, one pixel is many rows: the wheel goes by rows instead.
  useEffect(() => {
    const element = box.current;
    if (!element || !scaled) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      scrollTo(start + Math.sign(event.deltaY) * Math.max(1, Math.round(Math.abs(event.deltaY) / ROW)));
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  });

  const place = selected === null ? -1 : shown ? indexOf(shown, selected) : selected;
  const last = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (selected === last.current) return;
    last.current = selected;
    if (place >= 0 && (place < start || place >= start + page)) scrollTo(place - Math.floor(page / 2));
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const from = place < 0 ? start : place;
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
    const to = Math.max(0, Math.min(total - 1, from + step));
    onSelect(shown ? (shown[to] ?? 0) : to);
  };

  const rows: number[] = [];
  for (let at = start; at < Math.min(total, start + page + 1); at++) rows.push(shown ? (shown[at] ?? 0) : at);
  return (
    <section className="runs" aria-labelledby="runs-title">
      <header>
        <h2 id="runs-title">Runs</h2>
        <input
          type="search"
          aria-label="Filter by date"
          placeholder="filter, e.g. 2026-03"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <span className="dim" data-testid="runs-count">
          {number(total)} of {number(plan.total)}
        </span>
      </header>
      <div
        className="run-table"
        role="grid"
        aria-label="Runs in order"
        aria-rowcount={total + 1}
        aria-colcount={4}
        aria-activedescendant={place >= start && place <= start + page ? `run-${selected}` : undefined}
        tabIndex={0}
        ref={box}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div className="run-sheet" style={{ height: Math.max(sheet, 1) }}>
          <div className="run-view" role="rowgroup">
            <div className="hidden" role="row" aria-rowindex={1}>
              {["Number", "Date", "Time", "State and reason"].map((name) => (
                <span key={name} role="columnheader" tabIndex={-1}>
                  {name}
                </span>
              ))}
            </div>
            {rows.map((row, at) => (
              <Row
                key={row}
                plan={plan}
                row={row}
                index={start + at}
                selected={row === selected}
                note={note(row)}
                onSelect={onSelect}
              />
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

interface RowProps {
  plan: PlanView;
  row: number;
  index: number;
  selected: boolean;
  note: string | undefined;
  onSelect: (row: number) => void;
}

function Row({ plan, row, index, selected, note, onSelect }: RowProps) {
  const at = plan.dates[row] ?? 0;
  const offset = plan.offsets[row] ?? 0;
  const token = TOKENS[plan.tokens[row] ?? KEEP] ?? "keep";
  const reason = plan.reasonNames[plan.reasons[row] ?? 0];
  const day = dayOfRow(plan, row);
  const changes = plan.clockChanges.some((change) => change.day === day);
  return (
    <div
      id={`run-${row}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className="run"
      onClick={() => onSelect(row)}
      data-row={row}
    >
      <span role="gridcell" className="dim">
        {number(row + 1)}
      </span>
      <span role="gridcell">{dayText(day)}</span>
      <span role="gridcell">
        {clock(at, offset)} <span className="dim">{offsetText(offset)}</span>
        {changes && <abbr title="The clock changes on this day">DST</abbr>}
      </span>
      <span role="gridcell">
        <Glyph token={token} /> {note ?? (reason ? REASON_WORDS[reason] : TOKEN_WORDS[token].short)}
      </span>
    </div>
  );
}

function matching(plan: PlanView, hidden: ReadonlySet<number>, filter: string): Uint32Array {
  const rows = new Uint32Array(plan.total);
  let count = 0;
  let day = Number.NaN;
  let fits = true;
  for (let row = 0; row < plan.total; row++) {
    if (hidden.has(plan.tokens[row] ?? 0)) continue;
    if (filter) {
      const here = dayOfRow(plan, row);
      if (here !== day) {
        day = here;
        fits = dayText(day).includes(filter);
      }
      if (!fits) continue;
    }
    rows[count++] = row;
  }
  return rows.slice(0, count);
}

function indexOf(rows: Uint32Array, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  return rows[low] === row ? low : -1;
}
