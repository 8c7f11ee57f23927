import { dayParts, parseDay } from "dagfill/planning";

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

export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** A local date as the engine writes it, for reading: `Mon 2027-01-04 06:00`. */
export function shortLocal(localDate: string): string {
  const day = parseDay(localDate);
  return `${day === null ? "" : `${WEEKDAYS[dayParts(day).weekday]} `}${localDate.slice(0, 10)} ${localDate.slice(11, 16)}`;
}

const digits = new Intl.NumberFormat("en-US");
export const number = (value: number) => digits.format(value);
export const plural = (count: number, one: string, many = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : many}`;

const readers = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
/** An instant (epoch milliseconds) on the clock of the reader, with the day and the zone: `Fri 27 Nov, 23:58 UTC`. */
export const readerTime = (instant: number) => readers.format(instant);
