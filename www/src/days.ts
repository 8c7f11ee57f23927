/** Civil days as numbers since 1970-01-01, and words for them. Nothing here knows a time zone: offsets come with the plan. */

const DAY = 86_400_000;
const pad = (n: number) => String(n).padStart(2, "0");

export function dayOf(instant: number, offsetSeconds: number): number {
  return Math.floor((instant + offsetSeconds * 1000) / DAY);
}

export function dayText(day: number): string {
  const date = new Date(day * DAY);
  return `${String(date.getUTCFullYear()).padStart(4, "0")}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
}

/** The day of a text that begins with YYYY-MM-DD; null when it does not. */
export function parseDay(text: string): number | null {
  const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)].map(Number);
  if (text[4] !== "-" || text[7] !== "-" || !year || !month || !day) return null;
  const at = Date.UTC(year, month - 1, day);
  return Number.isFinite(at) && dayText(at / DAY) === text.slice(0, 10) ? at / DAY : null;
}

export function parts(day: number): { year: number; month: number; date: number; weekday: number } {
  const date = new Date(day * DAY);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    date: date.getUTCDate(),
    // Monday is 0.
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
  return `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}${seconds ? `:${pad(seconds)}` : ""}`;
}

export function offsetText(seconds: number): string {
  const size = Math.abs(seconds);
  const rest = size % 60;
  const minutes = `${pad(Math.floor(size / 3600))}:${pad(Math.floor(size / 60) % 60)}`;
  return `${seconds < 0 ? "-" : "+"}${minutes}${rest ? `:${pad(rest)}` : ""}`;
}

export function longDay(day: number): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  }).format(day * DAY);
}

export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** A local date as the engine writes it, for reading: `Mon 2027-01-04 06:00`. */
export function shortLocal(localDate: string): string {
  const day = parseDay(localDate);
  return `${day === null ? "" : `${WEEKDAYS[parts(day).weekday]} `}${localDate.slice(0, 10)} ${localDate.slice(11, 16)}`;
}

const UNITS: readonly [number, string][] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
];

/** `1 min 30 s`, `2 h 5 min`, `850 ms`: two units at most. */
export function span(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  // Rounded to the unit below, which may fill the one above: 59.6 s are 1 min.
  const rounded = (at: number) => {
    const [step] = UNITS[at + 1] ?? [1000];
    return Math.round(ms / step) * step;
  };
  const at = UNITS.findIndex(([size], unit) => rounded(unit) >= size);
  const [size, name] = UNITS[at] as [number, string];
  const [step, lower] = UNITS[at + 1] ?? [size, ""];
  const rest = (rounded(at) % size) / step;
  return `${Math.floor(rounded(at) / size)} ${name}${rest > 0 ? ` ${rest} ${lower}` : ""}`;
}

const digits = new Intl.NumberFormat("en-US");
export const number = (value: number) => digits.format(value);
export const plural = (count: number, one: string, many = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : many}`;
