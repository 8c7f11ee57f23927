// Instants of records: read in every form that ISO 8601 and the neighbours' programs write (any offset, any number of fractional
// digits), kept in the one form of dagfill, `YYYY-MM-DDTHH:MM:SSZ` with milliseconds only when they are not zero. Stores sort and
// search by epoch milliseconds. A large backfill reads a million of these, so the text is read digit by digit.
import { iso } from "../time.js";

const ZERO = 48;
const DAY_MS = 86_400_000;
/** The last instant that JavaScript's Date can hold, and so the last one that can be written. */
const LAST_MS = 8.64e15;

/** Epoch milliseconds of an instant such as `2024-01-01T00:00:00Z`, `2024-01-01T00:00:00.123456+00:00` or
 *  `2024-01-01 02:00+0200`; what is finer than a millisecond is cut off. undefined when the text is no instant, as one without
 *  an offset is none. */
export function instantMs(text: string): number | undefined {
  // A loop: V8 does not inline `indexOf`, which takes longer than reading the text would.
  for (let at = 0; at < texts.length; at += 1) if (texts[at] === text) return instants[at];
  const ms = readInstant(text);
  if (ms !== undefined) {
    texts[next] = text;
    instants[next] = ms;
    next = (next + 1) % texts.length;
  }
  return ms;
}

/** The last few instants that were read: neighbouring runs share the ends of their intervals, and what happens in one turn its time. */
const texts = ["", "", "", ""];
// Not an array of numbers alone, from which each read would make another number on the heap: rows share them.
const instants: (number | undefined)[] = [undefined, undefined, undefined, undefined];
let next = 0;

function readInstant(text: string): number | undefined {
  const sign = text.charCodeAt(0);
  const signed = sign === 43 || sign === 45;
  const yearStart = signed ? 1 : 0;
  const at = text.indexOf("-", yearStart);
  const digits = at - yearStart;
  if (digits < 4 || digits > 6) return undefined;
  const separator = text.charCodeAt(at + 6);
  if (
    text.charCodeAt(at + 3) !== 45 ||
    (separator !== 84 && separator !== 116 && separator !== 32) ||
    text.charCodeAt(at + 9) !== 58
  ) {
    return undefined;
  }
  const year = number(text, yearStart, at) * (sign === 45 ? -1 : 1);
  const month = number(text, at + 1, at + 3);
  const day = number(text, at + 4, at + 6);
  const hour = number(text, at + 7, at + 9);
  const minute = number(text, at + 10, at + 12);
  const hasSeconds = text.charCodeAt(at + 12) === 58;
  const second = hasSeconds ? number(text, at + 13, at + 15) : 0;
  const fractionStart = at + (hasSeconds ? 15 : 12);
  const fractionEnd = hasSeconds ? endOfFraction(text, fractionStart) : fractionStart;
  const ms = fraction(text, fractionStart, fractionEnd);
  const offset = offsetMinutes(text, fractionEnd);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined;
  if (!(hour < 24 && minute < 60 && second < 60 && ms >= 0 && Math.abs(offset) < 1440)) return undefined;
  const instant =
    daysSinceEpoch(year, month, day) * DAY_MS +
    hour * 3_600_000 +
    (minute - offset) * 60_000 +
    second * 1000 +
    ms;
  return Math.abs(instant) <= LAST_MS ? instant : undefined;
}

/** The text in the form that records have; `ms` is what `instantMs` read in it. */
export function instantText(text: string, ms: number): string {
  const { length } = text;
  // A sign, an offset or another number of digits makes the text longer or shorter.
  const isOwnForm =
    text.charCodeAt(10) === 84 &&
    text.charCodeAt(length - 1) === 90 &&
    (length === 20 || (length === 24 && text.charCodeAt(19) === 46 && ms % 1000 !== 0));
  return isOwnForm ? text : iso(ms);
}

/** Where the digits behind the seconds end. */
function endOfFraction(text: string, start: number): number {
  const mark = text.charCodeAt(start);
  // ISO 8601 knows the comma as well.
  if (mark !== 46 && mark !== 44) return start;
  let end = start + 1;
  while (isDigit(text, end)) end += 1;
  return end;
}

/** The milliseconds of [start, end): nothing, or a point and at least one digit. */
function fraction(text: string, start: number, end: number): number {
  if (end === start) return 0;
  if (end === start + 1) return Number.NaN;
  const last = Math.min(end, start + 4);
  return number(text, start + 1, last) * 10 ** (start + 4 - last);
}

/** Minutes that the text's clock is ahead of UTC: `Z`, `+HH:MM`, `+HHMM` or `+HH`; NaN for anything else. */
function offsetMinutes(text: string, at: number): number {
  const mark = text.charCodeAt(at);
  const length = text.length - at;
  if (mark === 90 || mark === 122) return length === 1 ? 0 : Number.NaN;
  if (mark !== 43 && mark !== 45) return Number.NaN;
  const hours = number(text, at + 1, at + 3);
  let minutes: number;
  if (length === 3) minutes = 0;
  else if (length === 5) minutes = number(text, at + 3, at + 5);
  else if (length === 6 && text.charCodeAt(at + 3) === 58) minutes = number(text, at + 4, at + 6);
  else return Number.NaN;
  if (!(hours < 24 && minutes < 60)) return Number.NaN;
  return (hours * 60 + minutes) * (mark === 45 ? -1 : 1);
}

function isDigit(text: string, at: number): boolean {
  const digit = text.charCodeAt(at) - ZERO;
  return digit >= 0 && digit <= 9;
}

/** The digits of [from, to) as a number; NaN when one of them is none. */
function number(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  );
}
