// Airflow's timetables.
import type { Arguments } from "./call.js";
import { Duration, Moment, Timetable, type Value, zoneOf } from "./value.js";

type Kind = Timetable["kind"];
type Make = (args: Arguments) => Timetable | undefined;

/** The function that makes the timetable of this name; `undefined` for one that is not known. */
export function timetable(name: string): Make | undefined {
  return Object.hasOwn(TIMETABLES, name) ? TIMETABLES[name] : undefined;
}

const intervalOf = ({ named }: Arguments): Duration | undefined => {
  const interval = named.get("interval");
  return interval instanceof Duration ? interval : undefined;
};

function cron(kind: Kind): Make {
  return (args) => {
    const [text = args.named.get("cron"), zone] = args.positional;
    if (typeof text !== "string") return undefined;
    return new Timetable(text, kind, zoneOf(args.named.get("timezone") ?? zone), intervalOf(args));
  };
}

function delta(kind: Kind): Make {
  return (args) => {
    const [period = args.named.get("delta")] = args.positional;
    if (!(period instanceof Duration) || (period.ms !== 0) === (period.months !== 0)) return undefined;
    return new Timetable(period, kind, undefined, intervalOf(args));
  };
}

function crons(args: Arguments): Timetable | undefined {
  const texts = args.positional;
  if (texts.length === 0 || !texts.every((text) => typeof text === "string")) return undefined;
  return new Timetable({ crons: texts }, "trigger", zoneOf(args.named.get("timezone")), intervalOf(args));
}

/** Dates of one zone; those without one are in UTC. */
function events({ positional: [first], named }: Arguments): Timetable | undefined {
  const dates = first ?? named.get("event_dates");
  if (!Array.isArray(dates) || dates.length === 0 || !dates.every(isMoment)) return undefined;
  const zones = new Set(dates.map(({ zone }) => zone ?? "UTC"));
  if (zones.size > 1) return undefined;
  return new Timetable({ dates: dates.map(({ text }) => text) }, "trigger", [...zones][0]);
}

function isMoment(value: Value): value is Moment {
  return value instanceof Moment;
}

const TIMETABLES: { readonly [name: string]: Make } = {
  CronTriggerTimetable: cron("trigger"),
  CronDataIntervalTimetable: cron("interval"),
  DeltaTriggerTimetable: delta("trigger"),
  DeltaDataIntervalTimetable: delta("interval"),
  MultipleCronTriggerTimetable: crons,
  EventsTimetable: events,
};
