// How far a backfill is, on one line.
import type { Progress } from "../face.js";
import type { Terminal } from "./terminal.js";
import { fit } from "./width.js";

/** The line that is drawn again and again: bar, counts, time left, and what the driver is about. Never wider than the terminal. */
export function progressLine(progress: Progress, mode: string, terminal: Terminal): string {
  const ended = progress.total - progress.remaining;
  const counts = [
    `${ended}/${progress.total}`,
    `${progress.running} running`,
    ...(progress.failed > 0 ? [`${progress.failed} failed`] : []),
    ...(progress.etaMs !== undefined && progress.remaining > 0 ? [`${duration(progress.etaMs)} left`] : []),
    ...(mode === "" ? [] : [mode]),
  ].join("  ");
  // One column stays free: a full last column makes some terminals wrap.
  const room = terminal.width - 1;
  const width = Math.min(30, room - counts.length - 2);
  if (width < 8) return fit(counts, room);
  return `${bar(progress, width, terminal)}  ${counts}`;
}

function bar({ total, remaining, failed }: Progress, width: number, terminal: Terminal): string {
  const ended = total - remaining;
  const share = (count: number) => (total === 0 ? width : Math.floor((count / total) * width));
  const filled = share(ended);
  const red = failed === 0 ? 0 : Math.min(filled, Math.max(1, share(failed)));
  const [full, empty] = [terminal.sign("█", "#"), terminal.sign("░", "-")];
  return `${terminal.paint("green", full.repeat(filled - red))}${terminal.paint("red", full.repeat(red))}${terminal.paint("dim", empty.repeat(width - filled))}`;
}

/** Milliseconds as people read them: 40 ms, 1.4 s, 12 s, 3:05, 1:02:09. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
