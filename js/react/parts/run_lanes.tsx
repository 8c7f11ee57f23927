// What ran when, one line a lane. Follows the clock while a backfill runs; one that has ended is shown whole.
import { type PointerEvent, useEffect, useRef } from "react";
import { prepareCanvas, useSize } from "../draw/canvas.js";
import { drawBars, type LanesFrame, type LanesRun, laneAt } from "../draw/draw_lanes.js";
import { usePalette } from "../draw/palette.js";
import type { PageBackfill } from "../use_backfill.js";
import { type PartProps, Root } from "./root.js";

export interface RunLanesProps extends PartProps {
  backfill: Pick<PageBackfill, "version" | "locale" | "select"> & { run: LanesRun | null };
  /** Epoch milliseconds: shows how the backfill stood then. Default: now, and when it has ended the whole of it. */
  until?: number | null | undefined;
  theme?: unknown;
}

const MOST_LANES = 64;

/** The runs of a backfill over time: a Gantt chart with a line for each run in flight at once. */
export function RunLanes({ backfill, until = null, className, style, theme }: RunLanesProps) {
  const { run, locale } = backfill;
  return (
    <Root part="lanes" className={className} style={style}>
      {run === null || run.bars.length === 0 ? (
        <p className="dagfill-dim">{locale.notStarted}</p>
      ) : (
        <Lanes backfill={backfill} run={run} until={until} theme={theme} />
      )}
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
  const height = lanes * pitch + 4;
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
          { width, height, lanes, pitch, isLive, until, locale },
          palette,
        );
      if (isLive && until === null) frame = requestAnimationFrame(paint);
    };
    paint();
    return () => cancelAnimationFrame(frame);
  }, [run, palette, width, height, lanes, pitch, isLive, isLive || version, until, locale]);
  const onClick = (event: PointerEvent) => {
    const rect = box.current?.getBoundingClientRect();
    const bar =
      rect &&
      shown.current &&
      laneAt(run, shown.current, event.clientX - rect.left, event.clientY - rect.top);
    if (bar) select(bar.row);
  };
  return (
    <div ref={box} role="img" aria-label={locale.lanes(lanes)} onPointerUp={onClick}>
      <canvas ref={canvas} />
    </div>
  );
}
