import { dayNumber, dayParts, dayText, zoneText } from "dagfill/planning";

/** Relative words for a bound, turned into a civil date; every other text goes to the engine as it was typed.
 *  `today`, `yesterday`, `tomorrow`, `-30d`, `+2w`, `-3m`, `-1y`, `2026-W12`, `2026-03`, `2026`. */
export function readBound(text: string, side: "start" | "end", today: number): string {
  const word = text.trim();
  switch (word.toLowerCase()) {
    case "today":
    case "now":
      return dayText(today);
    case "yesterday":
      return dayText(today - 1);
    case "tomorrow":
      return dayText(today + 1);
  }
  return relative(word, today) ?? week(word, side) ?? month(word, side) ?? word;
}

function whole(text: string): number | null {
  if (text === "") return null;
  for (const character of text) if (character < "0" || character > "9") return null;
  return Number(text);
}

function relative(word: string, today: number): string | null {
  const sign = word[0] === "-" ? -1 : word[0] === "+" ? 1 : 0;
  const amount = whole(word.slice(1, -1));
  if (sign === 0 || amount === null || amount > 100_000) return null;
  const { year, month: at, date } = dayParts(today);
  switch (word.at(-1)?.toLowerCase()) {
    case "d":
      return dayText(today + sign * amount);
    case "w":
      return dayText(today + sign * amount * 7);
    case "m":
      return dayText(clamped(year, at + sign * amount, date));
    case "y":
      return dayText(clamped(year + sign * amount, at, date));
  }
  return null;
}

/** The same day of another month, or that month's last one. */
function clamped(year: number, at: number, date: number): number {
  return Math.min(dayNumber(year, at, date), dayNumber(year, at + 1, 0));
}

function week(word: string, side: "start" | "end"): string | null {
  const year = whole(word.slice(0, 4));
  const count = whole(word.slice(6));
  if (word.length > 8 || word[4] !== "-" || word[5]?.toUpperCase() !== "W") return null;
  if (year === null || count === null || count < 1 || count > 53) return null;
  // ISO 8601: week 1 holds 4 January.
  const fourth = dayNumber(year, 0, 4);
  const monday = fourth - dayParts(fourth).weekday + (count - 1) * 7;
  return dayText(side === "start" ? monday : monday + 6);
}

function month(word: string, side: "start" | "end"): string | null {
  const year = whole(word.slice(0, 4));
  if (year === null || year < 1) return null;
  if (word.length === 4) return side === "start" ? `${word}-01-01` : `${word}-12-31`;
  const at = whole(word.slice(5));
  if (word.length !== 7 || word[4] !== "-" || at === null || at < 1 || at > 12) return null;
  return dayText(side === "start" ? dayNumber(year, at - 1, 1) : dayNumber(year, at, 0));
}

/** A time without an offset as the form writes it: `2026-10-31T02:30:00` is `2026-10-31 02:30`, and a midnight as a start is its day. As an end a
 *  day reaches to the next midnight, so that there the time stays. Every other text is as it was. */
export function writtenBound(text: string, side: "start" | "end"): string {
  const [, day, minute, second = ":00"] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?$/.exec(text) ?? [];
  if (day === undefined) return text;
  const time = minute + (second === ":00" ? "" : second);
  return side === "start" && time === "00:00" ? day : `${day} ${time}`;
}

/** An instant as the zone's clock shows it, as `2026-03-29T02:30`; for reading, never for planning. */
export function localOf(instant: string, timeZone: string): string {
  return zoneText(Date.parse(instant), timeZone.trim())?.slice(0, 16).replace(" ", "T") ?? instant;
}
