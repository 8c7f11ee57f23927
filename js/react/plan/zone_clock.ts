// Instants on the clock of a schedule's zone.
import { dayOf, offsetText, parseDay } from "./days.js";

/** A format is dear to make: one a zone; null where the host does not know the zone. */
const formats = new Map<string, Intl.DateTimeFormat | null>();

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = makeFormat(timeZone);
    formats.set(timeZone, format);
  }
  return format;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | null {
  try {
    // Swedish writes dates as ISO 8601 does.
    return new Intl.DateTimeFormat("sv-u-ca-gregory-nu-latn", {
      dateStyle: "short",
      timeStyle: "medium",
      timeZone,
    });
  } catch {
    return null;
  }
}

/** `2026-03-29 03:30:00`, and how far that is ahead of UTC in seconds, rounded up: the text leaves milliseconds out. */
function localOf(ms: number, format: Intl.DateTimeFormat): { text: string; offset: number } {
  const text = format.format(ms);
  return { text, offset: Math.ceil((Date.parse(`${text.replace(" ", "T")}Z`) - ms) / 1000) };
}

/** An instant (epoch milliseconds) on the clock of a zone, `2026-03-29 03:30:00`; null where the host does not know the zone. */
export const zoneText = (ms: number, timeZone: string): string | null =>
  formatOf(timeZone)?.format(ms) ?? null;

/** The civil day of an instant in a zone; by `offsetSeconds` where the host does not know the zone, or writes the year in other than four
 *  digits. */
export function dayIn(timeZone: string, instant: number, offsetSeconds = 0): number {
  return parseDay(zoneText(instant, timeZone) ?? "") ?? dayOf(instant, offsetSeconds);
}

/** Seconds that the zone's clock is ahead of UTC; 0 where the host does not know the zone. */
export function zoneOffset(ms: number, timeZone: string): number {
  const format = formatOf(timeZone);
  return format === null ? 0 : localOf(ms, format).offset;
}

/** `2026-03-29 03:30 +02:00`; on the clock of UTC where the host does not know the zone. */
export function zoneTime(instant: string, timeZone: string): string {
  const format = formatOf(timeZone);
  if (format === null) return `${instant.slice(0, 16).replace("T", " ")}Z`;
  const { text, offset } = localOf(Date.parse(instant), format);
  return `${text.replace(/:00$/, "")} ${offsetText(offset)}`;
}
