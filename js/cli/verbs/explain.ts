// dagfill explain: what a schedule means, and why a date is, or is not, one of its dates.
import { expandRange, explainDate, explainSchedule, planBackfill, resolveDateMacros } from "../../face.js";
import { iso } from "../../time.js";
import { dateOf, spanNamed } from "../bounds.js";
import { flags } from "../flags.js";
import { exitCodes } from "../report_error.js";
import { subject } from "../subject.js";
import type { Verb } from "../verb.js";

export const explain: Verb = {
  summary: "print a schedule in words, its next dates, and why it has a date or not",
  positionals: ["FILE|SCHEDULE"],
  flags: [...flags.dag, ...flags.schedule, ...flags.date, ...flags.count, ...flags.json],
  async run(request) {
    const { values, terminal, json } = request;
    const {
      positionals: [text = ""],
    } = request;
    const { schedule, options } = await subject(text, request);
    const count = values.count === undefined ? {} : { count: values.count as number };
    const meaning = explainSchedule(schedule, { ...options, ...count });
    // A cron text may name its zone itself, as CRON_TZ=Asia/Tokyo.
    const { timeZone } = planBackfill(
      { dagId: "explain", ...options, schedule },
      { startDate: 0, endDate: 0 },
    );
    const day = typeof values.date === "string" ? values.date : undefined;
    const span = day === undefined ? undefined : spanNamed(day, "--date", timeZone);
    const within = span && Array.from(expandRange(schedule, span.start, span.end, options), iso);
    const asked =
      day === undefined ? undefined : (within?.[0] ?? dateOf(day, "--date", timeZone, request.notices));
    const date = asked === undefined ? undefined : explainDate(schedule, asked, options);
    if (json) {
      const found = { ...(date !== undefined && { date }), ...(within !== undefined && { dates: within }) };
      terminal.line(JSON.stringify({ ...meaning, ...found }));
      return exitCodes.ok;
    }
    terminal.line(meaning.text);
    for (const { code, message } of meaning.warnings) {
      terminal.line(`${terminal.paint("yellow", "warning")} ${code}: ${message}`);
    }
    for (const next of meaning.next) terminal.line(`  ${inBoth(next, timeZone)}`);
    if (within !== undefined && within.length > 1) {
      terminal.line();
      terminal.line(`${terminal.paint("green", "yes")}  ${within.length} dates in ${day}`);
      for (const one of within.slice(0, MOST_DATES)) terminal.line(`  ${inBoth(one, timeZone)}`);
      if (within.length > MOST_DATES) terminal.line(`  and ${within.length - MOST_DATES} more`);
    } else if (date !== undefined) {
      terminal.line();
      terminal.line(
        `${terminal.paint(date.included ? "green" : "red", date.included ? "yes" : "no")}  ${date.text}`,
      );
    }
    return exitCodes.ok;
  },
};

/** As many as an hourly schedule has in a day with a repeated hour. */
const MOST_DATES = 25;

/** An instant in UTC and, where that is another, on the clock of the schedule's zone. */
function inBoth(utc: string, timeZone: string): string {
  const local = resolveDateMacros("{{ ts }} {{ logical_date.timezone_name }}", utc, null, { timeZone });
  return local.endsWith(" UTC") ? utc : `${utc}  ${local}`;
}
