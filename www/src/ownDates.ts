import type { Dag } from "dagfill";
import { dayText, parseDay } from "dagfill/planning";
import { writtenBound } from "./bounds";
import { DEFAULT_DRAFT } from "./examples";
import type { Draft, PlanView } from "./model";
import { fixedRange } from "./request";

type Range = Partial<Pick<Draft, "from" | "to">>;
type OwnDates = Pick<Dag, "startDate" | "endDate">;

/** The length of the range in days, where a DAG has one own date and the page's other bound would leave nothing of the range. */
const DAYS = 30;

/** The range of a DAG that has just come: its own dates, and the page's bounds where it has none. Empty without own dates. */
export function rangeOfDag(dag: OwnDates, draft: Draft, now: number): Range {
  const { start, end } = textsOf(dag);
  if (start === null && end === null) return {};
  const shown = fixedRange({ ...draft, to: DEFAULT_DRAFT.to }, now);
  const [from, to] = [start ?? shown.from, end ?? shown.to];
  if (from.slice(0, 10) <= to.slice(0, 10)) return { from: start ?? draft.from, to: end ?? DEFAULT_DRAFT.to };
  return start === null ? { from: moved(to, -DAYS), to } : { from, to: end ?? moved(from, DAYS) };
}

/** The range of the draft without what is outside of the DAG's own dates. */
export function keptRange(draft: Draft, now: number): Range {
  const { start, end } = textsOf(draft.rest ?? {});
  const { from, to } = fixedRange(draft, now);
  return {
    ...(start !== null && comparable(from, "") < comparable(start, "") ? { from: start } : {}),
    ...(end !== null && comparable(to, "T24") > comparable(end, "T24") ? { to: end } : {}),
  };
}

/** Own dates as the form writes bounds. */
function textsOf({ startDate, endDate }: OwnDates) {
  return { start: textOf(startDate, "start"), end: textOf(endDate, "end") };
}

function textOf(date: OwnDates["startDate"], side: "start" | "end"): string | null {
  if (typeof date === "string") return writtenBound(date, side);
  return typeof date === "number" ? new Date(date).toISOString() : null;
}

/** A bound that sorts by its time: a day as an end reaches to its midnight. */
function comparable(bound: string, ofDay: string): string {
  return bound.length === 10 ? bound + ofDay : bound.replace(" ", "T");
}

/** The day so many days from that of a bound. */
function moved(bound: string, days: number): string {
  const day = parseDay(bound);
  return day === null ? bound : dayText(day + days);
}

/** How many dates of a plan are outside of the DAG's own ones. */
export function outsideOf({ warnings }: PlanView): number {
  return warnings.find(({ code }) => code === "outside_dag_dates")?.count ?? 0;
}
