// Days with their hours, for short ranges of many dates a day: days from left to right on a wide page, downwards on a narrow one.
import { dayWords } from "../locale.js";
import { dayParts } from "../plan/days.js";
import type { CalendarLayout, Label, Sheet } from "./calendar_layout.js";

const LEFT = 48;
const HEAD = 34;
const HOURS = 24;

export function hourLayout({ first, last, width, isNarrow, locale }: Sheet): CalendarLayout {
  const days = last - first + 1;
  const along = isNarrow ? HOURS : days;
  const pitch = Math.max(10, Math.min(26, Math.floor((width - LEFT - 2) / along)));
  const across = isNarrow ? 20 : 12;
  const boxOf = (day: number, hour: number, hours: number) => {
    const at = day - first;
    return isNarrow
      ? { x: LEFT + hour * pitch, y: HEAD + at * across, width: hours * pitch - 1, height: across - 2 }
      : { x: LEFT + at * pitch, y: HEAD + hour * across, width: pitch - 2, height: hours * across - 1 };
  };
  const dayAt = (along: number) => Math.max(first, Math.min(last, first + along));
  const hourLabels = (): Label[] =>
    [0, 6, 12, 18].map((hour) => ({
      text: `${String(hour).padStart(2, "0")}:00`,
      x: isNarrow ? LEFT + hour * pitch : 2,
      y: isNarrow ? HEAD - 6 : HEAD + hour * across + 10,
      isStrong: false,
    }));
  const dayLabels = (from: number, to: number): Label[] => {
    const labels: Label[] = [];
    const step = isNarrow ? 1 : Math.ceil(22 / pitch);
    for (let day = from; day <= to; day++) {
      const { date, weekday } = dayParts(day);
      const isStrong = day === first || date === 1;
      if (isNarrow) {
        const text = dayWords(locale, day, { day: "numeric", month: "short" });
        labels.push({ text, x: 0, y: HEAD + (day - first) * across + across - 7, isStrong: weekday === 0 });
        continue;
      }
      const x = LEFT + (day - first) * pitch;
      if (isStrong) labels.push({ text: dayWords(locale, day, { month: "short" }), x, y: 11, isStrong });
      if ((day - first) % step === 0) labels.push({ text: String(date), x, y: HEAD - 6, isStrong: false });
    }
    return labels;
  };
  return {
    height: HEAD + (isNarrow ? days : HOURS) * across + 4,
    daysAcross: !isNarrow,
    box: (day) => boxOf(day, 0, HOURS),
    hourBox: (day, hour) => boxOf(day, hour, 1),
    hit(x, y) {
      const at = isNarrow ? Math.floor((y - HEAD) / across) : Math.floor((x - LEFT) / pitch);
      const isInside = x >= LEFT && y >= HEAD && at >= 0 && at < days;
      return isInside ? first + at : null;
    },
    between: (top, bottom) =>
      isNarrow
        ? {
            from: dayAt(Math.floor((top - HEAD) / across)),
            to: dayAt(Math.floor((bottom - HEAD) / across)),
          }
        : { from: first, to: last },
    labels(top, bottom) {
      const seen = this.between(top, bottom);
      return [...hourLabels(), ...dayLabels(seen.from, seen.to)];
    },
  };
}
