// Where the arrow keys lead among the bars of runs.
import type { Bar } from "./run_view.js";

/** The bar that a key leads to: along the lane, to the nearest one in time of another lane, or to the first and the last; undefined for other
 *  keys, and where there is none. Bars are in order of their start. */
export function nextBar(bars: readonly Bar[], from: Bar | null, key: string): Bar | undefined {
  if (key === "Home") return bars[0];
  if (key === "End") return bars.at(-1);
  if (!key.startsWith("Arrow")) return undefined;
  if (from === null) return bars[0];
  const inLane = (lane: number) => bars.filter((bar) => bar.lane === lane);
  const own = inLane(from.lane);
  if (key === "ArrowRight") return own[own.indexOf(from) + 1];
  if (key === "ArrowLeft") return own[own.indexOf(from) - 1];
  const away = (bar: Bar) => Math.abs(bar.start - from.start);
  return inLane(from.lane + (key === "ArrowDown" ? 1 : -1)).reduce<Bar | undefined>(
    (nearest, bar) => (nearest === undefined || away(bar) < away(nearest) ? bar : nearest),
    undefined,
  );
}
