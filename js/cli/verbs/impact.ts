// dagfill impact: the effect on the dates of a range when one schedule replaces another.
import { compareSchedules, type ScheduleChange } from "../../face.js";
import { rangeOf, zoneOf } from "../bounds.js";
import { flags } from "../flags.js";
import { localDate, withLocalDates } from "../local_date.js";
import { exitCodes } from "../report_error.js";
import { subject } from "../subject.js";
import { type Column, table } from "../table.js";
import type { Style } from "../terminal.js";
import type { Verb } from "../verb.js";

const styles: Record<ScheduleChange["kind"], Style> = {
  kept: "dim",
  moved: "yellow",
  orphaned: "red",
  missing: "green",
  split: "magenta",
  merged: "magenta",
};

/** The number of rows that are printed at most. */
const MOST_ROWS = 40;

const columnsIn = (old: string | undefined, current: string | undefined): Column<ScheduleChange>[] => [
  { title: "change", text: ({ kind }) => kind, style: ({ kind }) => styles[kind] },
  { title: "before", text: ({ before }) => dates(before, old) },
  { title: "after", text: ({ after }) => dates(after, current) },
  { title: "twice", text: ({ overlapSeconds }) => seconds(overlapSeconds), optional: 1 },
  { title: "uncovered", text: ({ uncoveredSeconds }) => seconds(uncoveredSeconds), optional: 2 },
];

export const impact: Verb = {
  summary: "show what a change of schedule does to the dates of a range",
  positionals: ["OLD", "NEW"],
  flags: [...flags.span, ...flags.dag, ...flags.schedule, ...flags.all, ...flags.json],
  async run(request) {
    const { positionals, values, terminal, json } = request;
    const [old = "", current = ""] = positionals;
    const [before, after] = [await subject(old, request), await subject(current, request)];
    const zone = ({ schedule, options: { timeZone } }: typeof before) => zoneOf({ schedule, timeZone });
    const [oldZone, newZone] = [zone(before), zone(after)];
    const comparison = compareSchedules(before.schedule, after.schedule, {
      ...rangeOf(values, oldZone),
      before: before.options,
      after: after.options,
    });
    const { rows, counts, text, warnings } = comparison;
    if (json) {
      terminal.line(JSON.stringify({ text, counts, warnings, rows }));
      return exitCodes.ok;
    }
    terminal.line(text);
    for (const { code, message } of warnings) {
      terminal.line(`${terminal.paint("yellow", "warning")} ${code}: ${withLocalDates(message, oldZone)}`);
    }
    const changed = rows.filter(({ kind }) => values.all === true || kind !== "kept");
    const shown = values.all === true ? changed : changed.slice(0, MOST_ROWS);
    if (shown.length > 0) terminal.line();
    for (const line of table(columnsIn(oldZone, newZone), shown, terminal)) terminal.line(line);
    const left = changed.length - shown.length;
    if (left > 0) terminal.line(terminal.paint("dim", `${left} more rows: --all shows them`));
    return exitCodes.ok;
  },
};

function dates(list: readonly string[], timeZone: string | undefined): string {
  const [date = "", second] = list;
  const first = localDate(date, timeZone);
  return second === undefined ? first : `${first} and ${list.length - 1} more`;
}

function seconds(count: number): string {
  return count === 0 ? "" : `${count} s`;
}
