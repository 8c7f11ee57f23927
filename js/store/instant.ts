// Execution dates arrive in the one form that dagfill writes, `YYYY-MM-DDTHH:MM:SSZ` with an optional fraction and,
// beyond the year 9999, a sign and more digits. Stores sort and search by epoch milliseconds, a million times in a large
// backfill, so this reads the fixed form digit by digit and leaves everything else to whoever wrote it.

const ZERO = 48;
const DAY_MS = 86_400_000;

/** Epoch milliseconds of such a text; undefined when it is anything else. */
export function executionMs(text: string): number | undefined {
  const signed = text.charCodeAt(0) === 43 || text.charCodeAt(0) === 45;
  const yearStart = signed ? 1 : 0;
  const yearEnd = text.indexOf("-", yearStart);
  const digits = yearEnd - yearStart;
  if (digits < 4 || digits > 6) return undefined;
  const at = yearEnd;
  if (
    text.charCodeAt(at + 3) !== 45 ||
    text.charCodeAt(at + 6) !== 84 ||
    text.charCodeAt(at + 9) !== 58 ||
    text.charCodeAt(at + 12) !== 58 ||
    text.charCodeAt(text.length - 1) !== 90
  ) {
    return undefined;
  }
  const year = number(text, yearStart, yearEnd) * (text.charCodeAt(0) === 45 ? -1 : 1);
  const month = number(text, at + 1, at + 3);
  const day = number(text, at + 4, at + 6);
  const hour = number(text, at + 7, at + 9);
  const minute = number(text, at + 10, at + 12);
  const second = number(text, at + 13, at + 15);
  const ms = fraction(text, at + 15);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined;
  if (!(hour < 24 && minute < 60 && second < 60 && ms >= 0)) return undefined;
  return daysSinceEpoch(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms;
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

/** Milliseconds between the seconds and the Z: nothing, or a point and one to three digits. */
function fraction(text: string, at: number): number {
  const digits = text.length - 2 - at;
  if (digits === -1) return 0;
  if (text.charCodeAt(at) !== 46 || digits < 1 || digits > 3) return Number.NaN;
  return number(text, at + 1, text.length - 1) * 10 ** (3 - digits);
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
