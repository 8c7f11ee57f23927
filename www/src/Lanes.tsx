import { useEffect, useMemo, useRef } from "react";
import { drawToken } from "./calendar/draw";
import { readPalette } from "./calendar/palette";
import { prepareCanvas, useWidth } from "./canvas";
import { dayText } from "./days";
import { RUNNING } from "./model";
import { dayOfRow, type RunModel } from "./runModel";

const LEFT = 46;
const MOST_LANES = 64;

/** What ran when, one line a lane. Follows the clock while a backfill runs; a finished one is shown whole. */
export function Lanes({ run, theme, until }: { run: RunModel; theme: string; until: number | null }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(box);
  // The colours are those of the theme.
  const palette = useMemo(readPalette, [theme]);
  const lanes = Math.min(MOST_LANES, run.laneCount);
  const pitch = lanes <= 8 ? 24 : lanes <= 16 ? 16 : 6;
  const height = lanes * pitch + 4;

  useEffect(() => {
    let frame = 0;
    const paint = () => {
      const context = prepareCanvas(canvas.current, width, height);
      if (context) {
        const ended = run.phase === "finished";
        const last = run.bars.reduce((latest, bar) => Math.max(latest, bar.end ?? bar.start), run.startedAt);
        const now = until ?? (ended ? last : Date.now());
        // The window holds a dozen runs while it goes on, and everything afterwards.
        const window = Math.max(4000, (run.median ?? 1000) * 12);
        const from = ended || until !== null ? run.startedAt : Math.max(run.startedAt, now - window);
        const scale =
          (width - LEFT - 8) /
          Math.max(1000, (ended || until !== null ? last : Math.max(now, from + window)) - from);
        paintBars(context, run, { from, now, scale, pitch, lanes, width, height }, palette);
      }
      if (run.phase !== "finished" && until === null) frame = requestAnimationFrame(paint);
    };
    paint();
    return () => cancelAnimationFrame(frame);
  }, [run, palette, width, height, lanes, pitch, until, run.phase]);

  return (
    <div
      className="lanes"
      ref={box}
      role="img"
      aria-label={`${lanes} ${lanes === 1 ? "lane" : "lanes"} of runs over time`}
    >
      <canvas ref={canvas} />
    </div>
  );
}

interface Frame {
  from: number;
  now: number;
  scale: number;
  pitch: number;
  lanes: number;
  width: number;
  height: number;
}

function paintBars(
  context: CanvasRenderingContext2D,
  run: RunModel,
  frame: Frame,
  palette: ReturnType<typeof readPalette>,
) {
  const { from, now, scale, pitch, lanes, width, height } = frame;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (let lane = 0; lane < lanes; lane++) {
    context.fillStyle = palette.dim;
    if (pitch >= 16) context.fillText(`lane ${lane + 1}`, 0, lane * pitch + pitch / 2);
    context.fillStyle = palette.empty;
    context.fillRect(LEFT, lane * pitch + pitch - 2, width - LEFT, 1);
  }
  for (let at = run.bars.length - 1; at >= 0; at--) {
    const bar = run.bars[at];
    if (!bar || bar.start > now || bar.lane >= lanes) continue;
    const end = bar.end !== null && bar.end <= now ? bar.end : null;
    // Bars are in order of their start: nothing older than this can reach into the window.
    if (bar.start < from - 3_600_000) break;
    if ((end ?? now) < from) continue;
    const x = LEFT + Math.max(0, (bar.start - from) * scale);
    const wide = Math.max(2, LEFT + ((end ?? now) - from) * scale - x - 1);
    const token = end === null ? RUNNING : bar.token;
    drawToken(context, token, x, bar.lane * pitch + 1, wide, pitch - 4, palette, wide < 46);
    if (wide < 46 || pitch < 16) continue;
    context.fillStyle = palette.onToken[token] ?? palette.background;
    context.fillText(dayText(dayOfRow(run.plan, bar.row)).slice(5), x + 5, bar.lane * pitch + pitch / 2);
  }
  context.fillStyle = palette.ink;
  context.fillRect(LEFT + (now - from) * scale, 0, 1, height);
}
