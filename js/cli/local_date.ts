// Dates of runs on the clock of their DAG's zone, with the offset, as a preview writes them.
import { zoneOffsets } from "../zones.js";

/** Clocks are set back by at most so much. */
const LONGEST_CHANGE_MS = 3 * 3_600_000;

/** `2024-01-01T15:00:00Z` in Asia/Tokyo as `2024-01-02T00:00:00+09:00`. In UTC, and where the zone is not known, as it is. */
export function localDate(utc: string, timeZone: string | undefined): string {
  if (timeZone === undefined || timeZone === "UTC") return utc;
  const ms = Date.parse(utc);
  if (Number.isNaN(ms)) return utc;
  const offset = offsetAt(ms, timeZone);
  const fraction = ms % 1_000 === 0 ? -5 : -1;
  return new Date(ms + offset * 1_000).toISOString().slice(0, fraction) + offsetText(offset);
}

/** A local date to the minute, with its offset where the zone's clocks show this time twice. */
export function minuteOf(localDate: string, timeZone: string): string {
  return isRepeated(Date.parse(localDate), timeZone)
    ? localDate.replace(/^(.{16}):\d\d/, "$1")
    : localDate.slice(0, 16);
}

function isRepeated(ms: number, timeZone: string): boolean {
  if (timeZone === "UTC" || Number.isNaN(ms)) return false;
  const offset = (at: number) => offsetAt(at, timeZone);
  const backMs = (offset(ms - LONGEST_CHANGE_MS) - offset(ms + LONGEST_CHANGE_MS)) * 1_000;
  return backMs > 0 && (offset(ms - backMs) !== offset(ms) || offset(ms + backMs) !== offset(ms));
}

/** Seconds by which the zone's clocks are ahead of UTC. */
function offsetAt(ms: number, timeZone: string): number {
  return zoneOffsets(timeZone, ms, ms + 1)[0] ?? 0;
}

/** A message with each instant of the form `2024-01-01T15:00:00Z` rewritten to the clock of the zone. */
export function withLocalDates(message: string, timeZone: string | undefined): string {
  return message.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (utc) => localDate(utc, timeZone));
}

/** Seconds as `+09:00`; old offsets have seconds. */
export function offsetText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const all = Math.abs(Math.trunc(seconds));
  const rest = all % 60 === 0 ? "" : `:${two(all % 60)}`;
  return `${seconds < 0 ? "-" : "+"}${two(Math.trunc(all / 3_600))}:${two(Math.trunc(all / 60) % 60)}${rest}`;
}
