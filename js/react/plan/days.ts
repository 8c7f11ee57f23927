// Civil days as numbers since 1970-01-01. Nothing here knows a time zone: offsets come with the plan.

/** Milliseconds. */
export const DAY = 86_400_000;
const two = (n: number) => String(n).padStart(2, "0");

/** The civil day of an instant, by its offset in seconds. */
export function dayOf(instant: number, offsetSeconds: number): number {
  return Math.floor((instant + offsetSeconds * 1000) / DAY);
}

/** `2026-03-29`. */
export function dayText(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, -14);
}

/** The day of a text that begins with YYYY-MM-DD; null when it does not. */
export function parseDay(text: string): number | null {
  const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)].map(Number);
  if (text[4] !== "-" || text[7] !== "-" || !year || !month || !day) return null;
  const at = Date.UTC(year, month - 1, day);
  return Number.isFinite(at) && dayText(at / DAY) === text.slice(0, 10) ? at / DAY : null;
}

/** Monday is weekday 0, January month 0. */
export function dayParts(day: number): { year: number; month: number; date: number; weekday: number } {
  const date = new Date(day * DAY);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    date: date.getUTCDate(),
    weekday: (date.getUTCDay() + 6) % 7,
  };
}

export function dayNumber(year: number, month: number, date: number): number {
  return Date.UTC(year, month, date) / DAY;
}

/** Wall-clock time of an instant, with seconds only when there are some. */
export function clock(instant: number, offsetSeconds: number): string {
  const date = new Date(instant + offsetSeconds * 1000);
  const seconds = date.getUTCSeconds();
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}${seconds ? `:${two(seconds)}` : ""}`;
}

/** `+02:00`. */
export function offsetText(seconds: number): string {
  const size = Math.abs(seconds);
  const rest = size % 60;
  const minutes = `${two(Math.floor(size / 3600))}:${two(Math.floor(size / 60) % 60)}`;
  return `${seconds < 0 ? "-" : "+"}${minutes}${rest ? `:${two(rest)}` : ""}`;
}
