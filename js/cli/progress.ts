// How far a backfill is, on one line.
import type { Progress } from "../face.js";
import type { Terminal } from "./terminal.js";
import { fit } from "./width.js";

/** How fast runs end, and which is the longest at work. */
export interface PaceTexts {
  rate(): string;
  longest(): string;
}

const leastBar = 8;

/** How many dates have ended. Dates that a cancel, or a limit of failures, keeps from starting are not among them: nothing was done for them. */
export function endedOf({ total, remaining, canceled }: Progress): number {
  return total - remaining - canceled;
}

/** The redrawn line: bar, counts, time left, rate, the run that has been at work for the longest, and what the driver
 *  is doing. Never wider than the terminal: the least important parts are left out first. */
export function progressLine(progress: Progress, mode: string, terminal: Terminal, pace?: PaceTexts): string {
  const { total, remaining, running, failed, canceled, etaMs } = progress;
  // With the order in which they are left out: the highest number first.
  const parts = [
    { text: `${endedOf(progress)}/${total}`, rank: 0 },
    { text: `${running} running`, rank: 3 },
    { text: failed > 0 ? `${failed} failed` : "", rank: 1 },
    { text: canceled > 0 ? `${canceled} canceled` : "", rank: 2 },
    { text: etaMs !== undefined && remaining > 0 ? `${duration(etaMs)} left` : "", rank: 2 },
    { text: remaining > 0 ? (pace?.rate() ?? "") : "", rank: 4 },
    { text: pace?.longest() ?? "", rank: 5 },
    { text: mode, rank: 1 },
  ].filter(({ text }) => text !== "");
  // One column stays free: a full last column makes some terminals wrap.
  const room = terminal.width - 1;
  const line = () => parts.map(({ text }) => text).join("  ");
  for (const rank of [5, 4, 3, 2]) {
    // The rate and the longest run are shown only beside a bar.
    if (line().length + (rank > 3 ? leastBar + 2 : 0) <= room) break;
    const place = parts.findIndex((part) => part.rank === rank);
    if (place >= 0) parts.splice(place, 1);
  }
  const width = Math.min(30, room - line().length - 2);
  return width < leastBar ? fit(line(), room) : `${bar(progress, width, terminal)}  ${line()}`;
}

function bar(progress: Progress, width: number, terminal: Terminal): string {
  const { total, failed } = progress;
  const share = (count: number) => (total === 0 ? width : Math.floor((count / total) * width));
  const filled = share(endedOf(progress));
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
