// biome-ignore-all lint/a11y/useSemanticElements: a list of boxes on a canvas is no select.
// biome-ignore-all lint/a11y/useFocusableInteractive: the list has the focus and the keys; the option that it describes does not.
// The runs over time, one line a lane. Follows the clock while a backfill runs; one that has ended is shown whole.
import { type KeyboardEvent, type PointerEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { prepareCanvas, useSize } from "../draw/canvas.js";
import { AXIS, drawBars, type LanesFrame, type LanesRun, laneAt } from "../draw/draw_lanes.js";
import { usePalette } from "../draw/palette.js";
import { bandWords, type Locale, longDay, numberText } from "../locale.js";
import { dayOfRow } from "../plan/day_columns.js";
import { clock } from "../plan/days.js";
import { TOKENS } from "../plan/tokens.js";
import type { FinishBand } from "../planning/finish_band.js";
import { nextBar } from "../run/next_bar.js";
import { plannedRun } from "../run/planned_run.js";
import type { Bar } from "../run/run_view.js";
import type { PageBackfill } from "../use_backfill.js";
import { type PartProps, Root } from "./root.js";
import { whenAnswered } from "./when_answered.js";

export interface RunLanesProps extends PartProps {
  backfill: Pick<PageBackfill, "version" | "locale" | "select"> & { run: LanesRun | null } & Planned;
  /** Epoch milliseconds: shows how the backfill stood then. Default: now, and when it has ended the whole of it. */
  until?: number | null | undefined;
  theme?: unknown;
}

/** The data of the picture before a start: a plan, its estimate, and the band of its end. */
type Planned = Partial<Pick<PageBackfill, "plan" | "estimate" | "finishBand">> & {
  options?: Pick<PageBackfill["options"], "rate" | "startWindows"> | undefined;
};

const MOST_LANES = 64;

/** The runs of a backfill over time: a Gantt chart with a line for each run in flight at once. Before the start it shows the plan's
 *  runs, with a band of when the last one ends. */
export function RunLanes({ backfill, until = null, className, style, theme }: RunLanesProps) {
  const { run, locale } = backfill;
  const planned = usePlannedRun(backfill);
  const shown = run ?? planned?.run ?? null;
  return (
    <Root part="lanes" className={className} style={style}>
      {shown === null || shown.bars.length === 0 ? (
        // Runs of a backfill that was interrupted may have started: when they ended is not known.
        shown?.phase !== "stopped" && <p className="dagfill-dim">{locale.notStarted}</p>
      ) : (
        <Lanes backfill={backfill} run={shown} until={until} theme={theme} />
      )}
      {run === null && planned !== null && <PlannedWords {...{ locale, planned }} />}
    </Root>
  );
}

function Lanes({ backfill, run, until = null, theme }: RunLanesProps & { run: LanesRun }) {
  const { locale, version, select } = backfill;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = useRef<LanesFrame | null>(null);
  const { width } = useSize(box);
  const palette = usePalette(box, theme);
  const lanes = Math.min(MOST_LANES, run.laneCount);
  const pitch = lanes <= 8 ? 24 : lanes <= 16 ? 16 : 8;
  const height = lanes * pitch + 4 + AXIS;
  const id = useId();
  const [cursor, setCursor] = useState<Bar | null>(null);
  const [hasFocus, setFocus] = useState(false);
  // Bars of another backfill are others.
  const marked = cursor !== null && run.bars.includes(cursor) ? cursor : null;
  const isLive = run.phase !== "finished" && run.phase !== "stopped";
  // An ended run is painted again when its version changes.
  useEffect(() => {
    let frame = 0;
    const paint = () => {
      const context = prepareCanvas(canvas.current, width, height);
      if (context)
        shown.current = drawBars(
          context,
          run,
          { width, height, lanes, pitch, isLive, until, locale, cursor: hasFocus ? marked : null },
          palette,
        );
      if (isLive && until === null) frame = requestAnimationFrame(paint);
    };
    paint();
    return () => cancelAnimationFrame(frame);
  }, [run, palette, width, height, lanes, pitch, isLive, isLive || version, until, locale, hasFocus, marked]);
  const onClick = (event: PointerEvent) => {
    const rect = box.current?.getBoundingClientRect();
    const bar =
      rect &&
      shown.current &&
      laneAt(run, shown.current, event.clientX - rect.left, event.clientY - rect.top);
    if (bar) choose(bar);
  };
  const choose = (bar: Bar) => {
    setCursor(bar);
    select(bar.row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const seen = run.bars.filter((bar) => bar.lane < lanes && (until === null || bar.start <= until));
    const next = nextBar(seen, marked, event.key);
    if (next === undefined) return;
    event.preventDefault();
    choose(next);
  };
  return (
    <div
      ref={box}
      role="listbox"
      aria-label={locale.lanes(lanes)}
      aria-activedescendant={marked === null ? undefined : id}
      tabIndex={0}
      onPointerUp={onClick}
      onFocus={() => setFocus(true)}
      onBlur={() => setFocus(false)}
      {...{ onKeyDown }}
    >
      <canvas ref={canvas} />
      <span id={id} role="option" aria-selected={marked !== null} className="dagfill-unseen">
        {marked === null ? locale.lanes(lanes) : wordsOf(run, marked, locale)}
      </span>
    </div>
  );
}

function wordsOf({ plan }: LanesRun, { row, lane, start, end, token }: Bar, locale: Locale): string {
  const date = `${longDay(locale, dayOfRow(plan, row))} ${clock(plan.dates[row] ?? 0, plan.offsets[row] ?? 0)}`;
  const duration = locale.duration(Math.max(0, (end ?? Date.now()) - start));
  return locale.bar({ lane: lane + 1, date, state: locale.token[TOKENS[token] ?? "keep"], duration });
}

interface PlannedPicture {
  run: ReturnType<typeof plannedRun>;
  band: FinishBand | null;
}

/** null: there is nothing to plan with, or a backfill is shown. A pace of its own (`rate`, `startWindows`) is not drawn. */
function usePlannedRun({ run, plan, estimate, options, finishBand }: RunLanesProps["backfill"]) {
  const hasPace = options?.rate !== undefined || options?.startWindows !== undefined;
  const drawn = run === null && plan && estimate && !hasPace ? plan : null;
  const [known, setKnown] = useState<{ plan: unknown; band: FinishBand | null }>({ plan: null, band: null });
  useEffect(() => {
    if (drawn === null || !finishBand) return;
    return whenAnswered(finishBand(), (band) => setKnown({ plan: drawn, band }));
  }, [drawn, finishBand]);
  const band = known.plan === drawn ? known.band : null;
  return useMemo((): PlannedPicture | null => {
    if (drawn === null || !estimate) return null;
    return { run: plannedRun(drawn, estimate, band), band };
  }, [drawn, estimate, band]);
}

function PlannedWords({ locale, planned: { run, band } }: { locale: Locale; planned: PlannedPicture }) {
  return (
    <>
      {band !== null && (
        <p className="dagfill-key" data-key="finish">
          {run.finish !== null && <i className="dagfill-band-key" />}
          {locale.finishBand(bandWords(locale, band))}
        </p>
      )}
      {run.beyond > 0 && (
        <p className="dagfill-dim">{locale.beyond(run.beyond, numberText(locale, run.beyond))}</p>
      )}
    </>
  );
}
