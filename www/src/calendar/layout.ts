import { dayNumber, parts } from "../days";

/** Where each civil day stands. Years are strips of weeks on a wide page; on a narrow one months follow each other
 *  downwards in seven columns. */
export interface CalendarLayout {
  vertical: boolean;
  /** Distance from one day to the next, and the size of a cell. */
  pitch: number;
  cell: number;
  height: number;
  place(day: number): { x: number; y: number };
  hit(x: number, y: number): number | null;
  /** Days that may be seen between two heights. */
  between(top: number, bottom: number): { from: number; to: number };
  labels(top: number, bottom: number): { text: string; x: number; y: number; strong: boolean }[];
}

const LEFT = 34;
const HEAD = 20;
const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function calendarLayout(
  first: number,
  last: number,
  width: number,
  vertical: boolean,
): CalendarLayout {
  return vertical ? months(first, last, width) : years(first, last, width);
}

function years(first: number, last: number, width: number): CalendarLayout {
  const from = parts(first).year;
  const to = parts(last).year;
  const pitch = Math.max(8, Math.min(20, Math.floor((width - LEFT - 4) / 54)));
  const strip = 7 * pitch + HEAD + 6;
  const monday = (year: number) => {
    const january = dayNumber(year, 0, 1);
    return january - parts(january).weekday;
  };
  const top = (year: number) => (year - from) * strip + HEAD;
  const yearAt = (y: number) => Math.min(to, Math.max(from, from + Math.floor(y / strip)));
  return {
    vertical: false,
    pitch,
    cell: pitch - 2,
    height: (to - from + 1) * strip,
    place(day) {
      const { year, weekday } = parts(day);
      const week = Math.floor((day - monday(year)) / 7);
      return { x: LEFT + week * pitch, y: top(year) + weekday * pitch };
    },
    hit(x, y) {
      const year = yearAt(y);
      const column = Math.floor((x - LEFT) / pitch);
      const row = Math.floor((y - top(year)) / pitch);
      const day = monday(year) + column * 7 + row;
      return column < 0 || row < 0 || row > 6 || parts(day).year !== year ? null : day;
    },
    between: (y1, y2) => ({ from: dayNumber(yearAt(y1), 0, 1), to: dayNumber(yearAt(y2), 11, 31) }),
    labels(y1, y2) {
      const labels = [];
      for (let year = yearAt(y1); year <= yearAt(y2); year++) {
        labels.push({ text: String(year), x: 0, y: top(year) - 7, strong: true });
        for (const [row, text] of [
          [0, "Mon"],
          [2, "Wed"],
          [4, "Fri"],
          [6, "Sun"],
        ] as const)
          labels.push({ text, x: 0, y: top(year) + (row + 0.5) * pitch + 3, strong: false });
        for (let month = 0; month < 12; month++) {
          const week = Math.floor((dayNumber(year, month, 1) - monday(year)) / 7);
          // A month's name stands over the first week that begins in it.
          const x = LEFT + (month === 0 ? week : week + 1) * pitch;
          labels.push({ text: MONTH_NAMES[month] ?? "", x, y: top(year) - 7, strong: false });
        }
      }
      return labels;
    },
  };
}

function months(first: number, last: number, width: number): CalendarLayout {
  const pitch = Math.max(24, Math.min(32, Math.floor(width / 7)));
  const blocks: { year: number; month: number; monday: number; top: number }[] = [];
  const start = parts(first);
  const end = parts(last);
  let height = 0;
  for (let at = start.year * 12 + start.month; at <= end.year * 12 + end.month; at++) {
    const [year, month] = [Math.floor(at / 12), at % 12];
    const one = dayNumber(year, month, 1);
    const monday = one - parts(one).weekday;
    blocks.push({ year, month, monday, top: height + 26 });
    height += 26 + Math.ceil((dayNumber(year, month + 1, 1) - monday) / 7) * pitch + 6;
  }
  const blockAt = (y: number) => {
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((blocks[middle]?.top ?? 0) - 26 <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    vertical: true,
    pitch,
    cell: pitch - 3,
    height,
    place(day) {
      const { year, month, weekday } = parts(day);
      const block = blocks[year * 12 + month - (start.year * 12 + start.month)];
      if (!block) return { x: -100, y: -100 };
      return { x: weekday * pitch, y: block.top + Math.floor((day - block.monday) / 7) * pitch };
    },
    hit(x, y) {
      const block = blocks[blockAt(y)];
      const [column, row] = [Math.floor(x / pitch), Math.floor((y - (block?.top ?? 0)) / pitch)];
      if (!block || column < 0 || column > 6 || row < 0) return null;
      const day = block.monday + row * 7 + column;
      return parts(day).month === block.month ? day : null;
    },
    between(y1, y2) {
      const [a, b] = [blocks[blockAt(y1)], blocks[blockAt(y2)]];
      return {
        from: dayNumber(a?.year ?? 1970, a?.month ?? 0, 1),
        to: dayNumber(b?.year ?? 1970, (b?.month ?? 0) + 1, 0),
      };
    },
    labels: (y1, y2) =>
      blocks.slice(blockAt(y1), blockAt(y2) + 1).map((block) => ({
        text: `${MONTH_NAMES[block.month]} ${block.year}`,
        x: 2,
        y: block.top - 8,
        strong: true,
      })),
  };
}
