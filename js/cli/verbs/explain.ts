// dagfill explain: what a schedule means, and why a date is, or is not, one of its dates.
import { existsSync } from "node:fs";
import { DagfillError } from "../../error.js";
import {
  explainDate,
  explainSchedule,
  resolveDateMacros,
  type ScheduleInput,
  type TimetableOptions,
} from "../../face.js";
import { flags } from "../flags.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { exitCodes } from "../report_error.js";
import type { Request, Verb } from "../verb.js";

export const explain: Verb = {
  summary: "what a schedule means in words, its next dates, and why a date is one of it or not",
  positionals: ["FILE|SCHEDULE"],
  flags: [...flags.dag, ...flags.schedule, ...flags.date, ...flags.count, ...flags.json],
  async run(request) {
    const { values, terminal, json } = request;
    const { schedule, options } = await subject(request);
    const count = values.count === undefined ? {} : { count: values.count as number };
    const meaning = explainSchedule(schedule, { ...options, ...count });
    const date = typeof values.date === "string" ? explainDate(schedule, values.date, options) : undefined;
    if (json) {
      terminal.line(JSON.stringify({ ...meaning, ...(date !== undefined && { date }) }));
      return exitCodes.ok;
    }
    terminal.line(meaning.text);
    for (const { code, message } of meaning.warnings) {
      terminal.line(`${terminal.paint("yellow", "warning")} ${code}: ${message}`);
    }
    for (const next of meaning.next) terminal.line(`  ${inBoth(next, options.timeZone)}`);
    if (date !== undefined) {
      terminal.line();
      terminal.line(
        `${terminal.paint(date.included ? "green" : "red", date.included ? "yes" : "no")}  ${date.text}`,
      );
    }
    return exitCodes.ok;
  },
};

/** An instant in UTC and, where that is another, on the clock of the schedule's zone. */
function inBoth(utc: string, timeZone = "UTC"): string {
  if (timeZone === "UTC") return utc;
  return `${utc}  ${resolveDateMacros("{{ ts }}", utc, null, { timeZone })} ${timeZone}`;
}

async function subject({ positionals: [text = ""], values }: Request): Promise<{
  schedule: ScheduleInput;
  options: TimetableOptions;
}> {
  const flagged = ["timeZone", "kind", "dst"].filter((name) => values[name] !== undefined);
  const own = Object.fromEntries(flagged.map((name) => [name, values[name]])) as TimetableOptions;
  if (!existsSync(text)) {
    // No cron text ends like a file: who wrote this meant one.
    if (/\.(m?[jt]s|c[jt]s|json|py|ya?ml|toml)$/.test(text)) await loadDagFile(text);
    return { schedule: text.startsWith("P") ? { every: text } : text, options: own };
  }
  const dag = chooseDag(await loadDagFile(text), values.dagId);
  if (dag.schedule === null) {
    throw new DagfillError(
      "NO_SCHEDULE",
      `expected a schedule of ${dag.dagId}, got null: it runs only by hand`,
    );
  }
  // A Dag is timetable options; the flags go before it.
  return { schedule: dag.schedule, options: { ...dag, ...own } };
}
