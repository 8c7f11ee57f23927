import { dayParts, parseDay } from "dagfill/planning";

export { clock, dayNumber, dayOf, dayParts, dayText, offsetText, parseDay } from "dagfill/planning";

/** Words for civil days, which are numbers since 1970-01-01. Nothing here knows a time zone: offsets come with the plan. */

export function longDay(day: number): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  }).format(day * 86_400_000);
}

export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** A local date as the engine writes it, for reading: `Mon 2027-01-04 06:00`. */
export function shortLocal(localDate: string): string {
  const day = parseDay(localDate);
  return `${day === null ? "" : `${WEEKDAYS[dayParts(day).weekday]} `}${localDate.slice(0, 10)} ${localDate.slice(11, 16)}`;
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
