// The schedule of a DAG in a DAG file, and whether it catches up: what the file says, else the default of its Airflow.
import { airflowCron } from "../cron.js";
import { coveredBefore, everyOf, intervalNote } from "../dags.js";
import type { AirflowVersion } from "./airflow_version.js";
import { type ArgumentReader, unknownZone } from "./arguments.js";
import { Duration, Name, Timetable, Unknown } from "./value.js";

/** Arguments that hold a schedule. */
export const SCHEDULE_ARGUMENTS = ["schedule", "schedule_interval", "timetable"];

type Note = (message: string) => void;

interface Rule {
  schedule: unknown;
  options?: { kind?: "interval" | "trigger"; interval?: string };
  timeZone?: string | undefined;
  /** Whether the version of Airflow decides the kind. */
  isDefault?: boolean;
}

/** The schedule with its kind and zone, and `catchup` where it is not dagfill's default. */
export function scheduleOf(
  args: ArgumentReader,
  version: AirflowVersion,
  note: Note,
): Rule & { catchup: boolean | undefined } {
  const rule = ruleOf(args, note);
  const given = args.flag("catchup");
  const isTrigger = rule.isDefault === true && version.number === 3;
  const catchup = given ?? (rule.schedule !== null && version.number === 2 ? true : undefined);
  if (rule.schedule !== null) noteDefaults(given === undefined, rule.isDefault === true, version, note);
  return { ...rule, ...(isTrigger && { options: { kind: "trigger" as const } }), catchup };
}

/** The defaults of each version. */
const DEFAULTS = {
  2: { catchup: "catchup true", kind: "kind interval (a run covers the interval that ends when it is due)" },
  3: {
    catchup: "catchup false",
    kind: "kind trigger (a run is due at its date, its data interval is empty)",
  },
} as const;

/** Tells what is taken from the version and not from the file. */
function noteDefaults(
  isCatchup: boolean,
  isKind: boolean,
  { number, isSure }: AirflowVersion,
  note: Note,
): void {
  if (!isSure && (isCatchup || isKind)) {
    const other = number === 2 ? 3 : 2;
    const of = (version: 2 | 3) =>
      [...(isCatchup ? [DEFAULTS[version].catchup] : []), ...(isKind ? [DEFAULTS[version].kind] : [])].join(
        " and ",
      );
    note(
      `the file runs in Airflow 2 and 3, whose defaults differ: imported as of Airflow ${number}, with ${of(number)}; for Airflow ${other} write ${of(other)}`,
    );
    return;
  }
  if (isCatchup && number === 2)
    note(
      "catchup is not given: Airflow 2 takes True, Airflow 3 False; this file is of Airflow 2, imported as true",
    );
  if (isKind && number === 3)
    note(
      "Airflow 3 runs a cron text or a timedelta at its date, with an empty data interval: imported as kind trigger; with create_cron_data_intervals or create_delta_data_intervals delete the kind",
    );
}

function ruleOf(args: ArgumentReader, note: Note): Rule {
  const name = SCHEDULE_ARGUMENTS.find((one) => args.get(one) !== undefined);
  const value = name === undefined ? undefined : args.get(name);
  if (value instanceof Unknown || value instanceof Name) {
    const text = value instanceof Name ? value.path : value.text;
    note(`${name} is not known: ${text}: imported without a schedule`);
    return { schedule: null };
  }
  if (value === null || value === "None") return { schedule: null };
  if (typeof value === "string") return { schedule: airflowCron(value, note), isDefault: value !== "@once" };
  if (value instanceof Duration && isPeriod(value)) return { schedule: periodOf(value), isDefault: true };
  if (value instanceof Timetable) return timetableRule(value, note);
  if (value !== undefined)
    note(
      "the schedule has no dates of its own (a dataset, or a custom timetable): imported without a schedule",
    );
  else note("no schedule is given: Airflow 2 takes a day, Airflow 3 none; imported without a schedule");
  return { schedule: null };
}

function isPeriod({ ms, months }: Duration): boolean {
  return ms === 0 || months === 0;
}

function periodOf({ ms, months }: Duration): { every: string } {
  return months === 0 ? everyOf(ms) : { every: `P${months}M` };
}

function timetableRule({ ticks, kind, zone: given, interval }: Timetable, note: Note): Rule {
  if (given === null) note(unknownZone("the timetable"));
  const zone = given ?? undefined;
  const covers = interval === undefined ? undefined : coveredBefore(interval, zone);
  if (covers !== undefined) note(intervalNote(covers));
  return {
    schedule: ticksOf(ticks, note),
    options: { kind, ...(covers !== undefined && { interval: covers }) },
    timeZone: zone,
  };
}

function ticksOf(ticks: Timetable["ticks"], note: Note): unknown {
  if (ticks instanceof Duration) return periodOf(ticks);
  if (typeof ticks === "string") return airflowCron(ticks, note);
  if ("dates" in ticks) return ticks;
  return ticks.crons.map((cron) => airflowCron(cron, note));
}
