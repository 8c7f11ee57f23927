// The times at an axis: round ones, as far apart as their words need.
import { clockWords, type Locale } from "../locale.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((count) => count * HOUR),
];
/** Pixels between two times. */
const APART = 76;

/** Times from `from` to `to` on the reader's clock; where nothing began at an instant (`begin` is 0), durations since the start. `scale`:
 *  pixels a millisecond. */
export function timesBetween(
  from: number,
  to: number,
  scale: number,
  begin: number,
  locale: Locale,
): { at: number; text: string }[] {
  const step =
    STEPS.find((each) => each * scale >= APART) ??
    (STEPS.at(-1) as number) * Math.ceil(APART / ((STEPS.at(-1) as number) * scale));
  const times: { at: number; text: string }[] = [];
  for (let at = Math.ceil(from / step) * step; at < to - APART / scale / 2; at += step)
    times.push({
      at,
      text: begin !== 0 ? clockWords(locale, at, step) : at === 0 ? "0" : locale.duration(at),
    });
  return times;
}
