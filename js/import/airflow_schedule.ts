// The schedule of a DAG in Airflow's JSON.
import type { ScheduleInput } from "../schedule/input.js";
import { shown } from "../shown.js";
import { member, plain, relativeDelta } from "./airflow_values.js";
import { airflowCron } from "./cron.js";
import { coveredBefore, everyOf, intervalNote } from "./dags.js";
import { asNumber, asObject, asText, asTexts, type Fields } from "./json_values.js";

interface Rule {
  schedule: ScheduleInput;
  kind?: "interval" | "trigger";
  interval?: string;
  timeZone?: string | undefined;
}

export function scheduleOf(fields: Fields, note: (message: string) => void): Rule {
  const timetable = asObject(fields.timetable);
  if (timetable !== undefined) return timetableRule(timetable, note);
  const given =
    member(fields, "schedule_interval") ?? member(fields, "schedule") ?? member(fields, "timetable_summary");
  if (given === null || given === undefined || given === "None" || given === "Never, external triggers only")
    return { schedule: null };
  const value = asObject(given);
  const period = periodOf(value);
  if (period !== undefined) return { schedule: period };
  const text = asText(given) ?? asText(value?.value);
  if (text === "Dataset" || text === "Asset") {
    note("the schedule is a dataset: its dates are not known, imported without a schedule");
    return { schedule: null };
  }
  if (text === undefined) note(`the schedule ${shown(given)} is not understood: imported without a schedule`);
  return { schedule: text === undefined ? null : airflowCron(text, note) };
}

function timetableRule(timetable: Fields, note: (message: string) => void): Rule {
  const name = asText(timetable.__type) ?? "";
  const values = asObject(plain(timetable.__var)) ?? {};
  const timeZone = zoneName(asText(values.timezone));
  const expression = asText(values.expression);
  if (name.endsWith("CronDataIntervalTimetable") && expression !== undefined)
    return { schedule: airflowCron(expression, note), timeZone };
  const expressions = expression === undefined ? asTexts(values.expressions) : [expression];
  if (name.endsWith("CronTriggerTimetable") && expressions.length > 0) {
    const crons = expressions.map((text) => airflowCron(text, note));
    const schedule = expression === undefined ? crons : (crons[0] ?? null);
    return { schedule, kind: "trigger", timeZone, ...coveredBy(values.interval, timeZone, note) };
  }
  const dates = asTexts(values.event_dates).map((text) => text.replace(" ", "T"));
  if (name.endsWith("EventsTimetable") && dates.length > 0)
    return { schedule: { dates }, kind: "trigger", timeZone };
  if (name.endsWith("DeltaDataIntervalTimetable") || name.endsWith("DeltaTriggerTimetable")) {
    const period = periodOf(lengthOf(values.delta));
    if (period !== undefined)
      return {
        schedule: period,
        ...(name.endsWith("DeltaTriggerTimetable")
          ? { kind: "trigger" as const, ...coveredBy(values.interval, undefined, note) }
          : {}),
      };
  }
  if (name.endsWith("OnceTimetable")) return { schedule: "@once" };
  if (!name.endsWith("NullTimetable"))
    note(`the timetable ${name} is not known: imported without a schedule`);
  return { schedule: null };
}

/** The length of a timetable's period: seconds, or the parts of a relativedelta. */
function lengthOf(value: unknown): Fields {
  const seconds = asNumber(value);
  if (seconds !== undefined) return { ms: seconds * 1000 };
  const object = asObject(value) ?? {};
  return object.ms === undefined ? relativeDelta(object) : object;
}

/** How much before their tick the runs of a trigger timetable cover. */
function coveredBy(
  value: unknown,
  zone: string | undefined,
  note: (message: string) => void,
): { interval?: string } {
  const { ms, months } = lengthOf(value);
  const interval = coveredBefore({ ms: asNumber(ms), months: asNumber(months) }, zone);
  if (interval === undefined) return {};
  note(intervalNote(interval));
  return { interval };
}

/** "Timezone('Europe/Berlin')" as the REST API of Airflow 2 writes it, or the name alone. */
export function zoneName(text: string | undefined): string | undefined {
  const [open, close] = [text?.indexOf("'") ?? -1, text?.lastIndexOf("'") ?? -1];
  return open >= 0 && close > open ? text?.slice(open + 1, close) : text;
}

/** A period of fixed length, or of months. */
function periodOf(value: Fields | undefined): ScheduleInput | undefined {
  const [ms, months] = [asNumber(value?.ms), asNumber(value?.months)];
  if (ms !== undefined && ms > 0) return everyOf(ms);
  return months !== undefined && months > 0 ? { every: `P${months}M` } : undefined;
}
