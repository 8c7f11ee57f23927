// Where each civil day stands. Years are strips of weeks on a wide page; on a narrow one months follow each other downwards in seven
// columns; days with many dates in a short range show their hours.
import { dayWords, type Locale, weekdays } from "../locale.js";
import { dayNumber, dayParts } from "../plan/days.js";
import type { Box } from "./draw_token.js";
import { hourLayout } from "./hour_layout.js";

export interface CalendarLayout {
  /** Of the whole sheet, which may be higher than what is seen of it. */
  readonly height: number;
  /** Days go from left to right, not downwards. */
  readonly daysAcross: boolean;
  /** The box of a day. */
  box(day: number): Box;
  /** The box of an hour of a day, where hours are shown. */
  readonly hourBox?: (day: number, hour: number) => Box;
  /** The day at a point. */
  hit(x: number, y: number): number | null;
  /** Days that may be seen between two heights. */
  between(top: number, bottom: number): { from: number; to: number };
  labels(top: number, bottom: number): Label[];
}

export interface Label {
  text: string;
  x: number;
  y: number;
  isStrong: boolean;
}

export interface Sheet {
  first: number;
  last: number;
  width: number;
  isNarrow: boolean;
  hasHours: boolean;
  locale: Locale;
}

export function calendarLayout(sheet: Sheet): CalendarLayout {
  if (sheet.hasHours) return hourLayout(sheet);
  return sheet.isNarrow ? months(sheet) : years(sheet);
}

const month = (locale: Locale, year: number, at: number, more: Intl.DateTimeFormatOptions = {}) =>
  dayWords(locale, dayNumber(year, at, 1), { month: "short", ...more });

const LEFT = 34;
const HEAD = 20;

/** Strips of weeks: one a year, or a larger one for a range within twelve months, also over a new year. */
function years({ first, last, width, locale }: Sheet): CalendarLayout {
  const [start, end] = [dayParts(first), dayParts(last)];
  const [from, to] = [start.year, end.year];
  const [firstMonth, lastMonth] = [from * 12 + start.month, to * 12 + end.month];
  const isPart = lastMonth - firstMonth < 12;
  const behind = dayNumber(to, end.month + 1, 1);
  const strips = (isPart ? [from] : Array.from({ length: to - from + 1 }, (_, at) => from + at)).map(
    (year, at) => {
      const one = dayNumber(year, isPart ? start.month : 0, 1);
      return { year, one, last: isPart ? behind - 1 : dayNumber(year, 11, 31), monday: mondayOf(one), at };
    },
  );
  type Strip = (typeof strips)[number];
  // A day beyond the range, which keys can reach, stands beside the first or the last strip.
  const stripOf = (year: number) => strips[isPart ? 0 : Math.min(to, Math.max(from, year)) - from] as Strip;
  const weeks = isPart ? Math.ceil((behind - stripOf(from).monday) / 7) : 54;
  const largest = !isPart ? 20 : weeks > 6 ? 26 : 34;
  const pitch = Math.max(8, Math.min(largest, Math.floor((width - LEFT - 4) / weeks)));
  const high = 7 * pitch + HEAD + 6;
  const top = ({ at }: Strip) => at * high + HEAD;
  const stripAt = (y: number) =>
    strips[Math.min(strips.length - 1, Math.max(0, Math.floor(y / high)))] as Strip;
  const names = weekdays(locale);
  return {
    height: strips.length * high,
    daysAcross: false,
    box(day) {
      const { year, weekday } = dayParts(day);
      const strip = stripOf(year);
      const week = Math.floor((day - strip.monday) / 7);
      return {
        x: LEFT + week * pitch,
        y: top(strip) + weekday * pitch,
        width: pitch - 2,
        height: pitch - 2,
      };
    },
    hit(x, y) {
      const strip = stripAt(y);
      const column = Math.floor((x - LEFT) / pitch);
      const row = Math.floor((y - top(strip)) / pitch);
      const day = strip.monday + column * 7 + row;
      return column < 0 || row < 0 || row > 6 || day < strip.one || day > strip.last ? null : day;
    },
    between: (y1, y2) => ({ from: stripAt(y1).one, to: stripAt(y2).last }),
    labels(y1, y2) {
      const labels: Label[] = [];
      for (const strip of strips.slice(stripAt(y1).at, stripAt(y2).at + 1)) {
        labels.push({ text: String(strip.year), x: 0, y: top(strip) - 7, isStrong: true });
        for (const row of [0, 2, 4, 6]) {
          const y = top(strip) + (row + 0.5) * pitch + 3;
          labels.push({ text: names[row] ?? "", x: 0, y, isStrong: false });
        }
        const [a, b] = isPart ? [firstMonth, lastMonth] : [strip.year * 12, strip.year * 12 + 11];
        for (let at = a; at <= b; at++) {
          const [year, inYear] = [Math.floor(at / 12), at % 12];
          const week = Math.floor((dayNumber(year, inYear, 1) - strip.monday) / 7);
          // A month's name stands over the first week that begins in it.
          const x = LEFT + (at === a ? week : week + 1) * pitch;
          const isNew = year !== strip.year && inYear === 0;
          const text = month(locale, year, inYear, isNew ? { year: "numeric" } : {});
          labels.push({ text, x, y: top(strip) - 7, isStrong: isNew });
        }
      }
      return labels;
    },
  };
}

const mondayOf = (day: number) => day - dayParts(day).weekday;

function months({ first, last, width, locale }: Sheet): CalendarLayout {
  const left = 2;
  const pitch = Math.max(24, Math.min(44, Math.floor((width - left) / 7)));
  const head = 40;
  const blocks: { year: number; month: number; monday: number; top: number }[] = [];
  const [start, end] = [dayParts(first), dayParts(last)];
  const names = weekdays(locale);
  let height = 0;
  for (let at = start.year * 12 + start.month; at <= end.year * 12 + end.month; at++) {
    const [year, inYear] = [Math.floor(at / 12), at % 12];
    const one = dayNumber(year, inYear, 1);
    const monday = mondayOf(one);
    blocks.push({ year, month: inYear, monday, top: height + head });
    height += head + Math.ceil((dayNumber(year, inYear + 1, 1) - monday) / 7) * pitch + 6;
  }
  const blockAt = (y: number) => {
    let [low, high] = [0, blocks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((blocks[middle]?.top ?? 0) - head <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    height,
    daysAcross: true,
    box(day) {
      const { year, month: inYear, weekday } = dayParts(day);
      const block = blocks[year * 12 + inYear - (start.year * 12 + start.month)];
      const size = { width: pitch - 3, height: pitch - 3 };
      if (!block) return { x: -100, y: -100, ...size };
      return {
        x: left + weekday * pitch,
        y: block.top + Math.floor((day - block.monday) / 7) * pitch,
        ...size,
      };
    },
    hit(x, y) {
      const block = blocks[blockAt(y)];
      const [column, row] = [Math.floor((x - left) / pitch), Math.floor((y - (block?.top ?? 0)) / pitch)];
      if (!block || column < 0 || column > 6 || row < 0) return null;
      const day = block.monday + row * 7 + column;
      return dayParts(day).month === block.month ? day : null;
    },
    between(y1, y2) {
      const [a, b] = [blocks[blockAt(y1)], blocks[blockAt(y2)]];
      return {
        from: dayNumber(a?.year ?? 1970, a?.month ?? 0, 1),
        to: dayNumber(b?.year ?? 1970, (b?.month ?? 0) + 1, 0),
      };
    },
    labels: (y1, y2) =>
      blocks.slice(blockAt(y1), blockAt(y2) + 1).flatMap((block) => [
        {
          text: month(locale, block.year, block.month, { year: "numeric" }),
          x: 2,
          y: block.top - 22,
          isStrong: true,
        },
        ...names.map((name, at) => ({ text: name, x: at * pitch + 2, y: block.top - 6, isStrong: false })),
      ]),
  };
}
