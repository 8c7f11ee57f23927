import { dayOf, dayText } from "dagfill/planning";
import type { PlanView } from "./model";

/** The members of a plan that its ranges are made of. */
export type Rows = Pick<PlanView, "start" | "end" | "dates" | "offsets" | "reasons" | "reasonNames">;

/** Instants as Airflow writes them, both of them in the range. */
export interface Range {
  from: string;
  to: string;
}

/** A plan as ranges without a gap, in its order, and the days between them whose dates are taken out. */
export interface Ranges {
  /** From the start of the plan to its end, over all gaps. */
  whole: Range;
  ranges: Range[];
  without: string[];
}

export function rangesOf({ start, end, dates, offsets, reasons, reasonNames }: Rows): Ranges {
  const excluded = reasonNames.indexOf("excluded");
  const without = new Set<string>();
  /** First and last row of each stretch. */
  const stretches: [number, number][] = [];
  let open: [number, number] | null = null;
  for (const [row, date] of dates.entries()) {
    if (reasons[row] === excluded) {
      without.add(dayText(dayOf(date, offsets[row] ?? 0)));
      open = null;
    } else if (open === null) {
      open = [row, row];
      stretches.push(open);
    } else open[1] = row;
  }
  const whole = { from: second(start), to: second(end) };
  if (without.size === 0) return { whole, ranges: [whole], without: [] };
  const last = dates.length - 1;
  const isDescending = last > 0 && (dates[0] as number) > (dates[1] as number);
  const [oldest, newest] = isDescending ? [last, 0] : [0, last];
  const at = (row: number) => instant(dates[row] as number);
  const ranges = stretches.map((rows) => {
    const [from, to] = isDescending ? [rows[1], rows[0]] : rows;
    return { from: from === oldest ? whole.from : at(from), to: to === newest ? whole.to : at(to) };
  });
  return { whole, ranges, without: [...without].sort() };
}

/** An edge of the plan to the second. */
const second = (edge: string) => `${edge.slice(0, 19)}+00:00`;

/** A date of the plan; a fraction of a second stays, since it would be before its own second otherwise. */
function instant(date: number): string {
  return `${new Date(date).toISOString().slice(0, date % 1000 === 0 ? 19 : 23)}+00:00`;
}
