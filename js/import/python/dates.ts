// Dates and durations of datetime, dateutil and pendulum.
import type { Arguments } from "./call.js";
import { timetable } from "./timetables.js";
import { Duration, Moment, numberOf, type Value, zoneOf } from "./value.js";

type Make = (args: Arguments) => Value | undefined;

/** Modules whose functions these are: `parse` and `local` of others are something else. */
const MODULES = [
  "airflow",
  "datetime",
  "dateutil",
  "dt",
  "parser",
  "pendulum",
  "pytz",
  "timezone",
  "tz",
  "zoneinfo",
];

/** The function that makes a date, a duration, a zone or a timetable under this dotted name. */
export function dateMaker(path: string): Make | undefined {
  const names = path.split(".");
  const name = names.at(-1) as string;
  if (names.length > 1 && !MODULES.includes(names[0] as string)) return undefined;
  return Object.hasOwn(MAKERS, name) ? MAKERS[name] : timetable(name);
}

const UNITS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
};
const POSITIONS = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"];

function duration({ positional, named }: Arguments): Value | undefined {
  const given = new Map(named);
  for (const [at, value] of positional.entries()) given.set(POSITIONS[at] ?? "", value);
  let [ms, months] = [0, 0];
  for (const [unit, value] of given) {
    const count = numberOf(value);
    if (count === undefined) return undefined;
    if (Object.hasOwn(UNITS, unit)) ms += count * UNITS[unit as keyof typeof UNITS];
    else if (unit === "microseconds") ms += count / 1000;
    else if (unit === "months") months += count;
    else if (unit === "years") months += count * 12;
    else return undefined;
  }
  return new Duration(ms, months);
}

function moment({ positional, named }: Arguments): Value | undefined {
  const names = ["year", "month", "day", "hour", "minute", "second"];
  const numbers = names.map((name, at) => positional[at] ?? named.get(name) ?? (at < 3 ? 1 : 0));
  if (!numbers.every((number) => typeof number === "number")) return undefined;
  const [year, month, day, hour, minute, second] = numbers.map((number, at) =>
    String(number).padStart(at === 0 ? 4 : 2, "0"),
  );
  const zone = zoneOf(named.get("tz") ?? named.get("tzinfo") ?? named.get("timezone") ?? positional[7]);
  const date = `${year}-${month}-${day}`;
  const isMidnight = [hour, minute, second].every((part) => part === "00");
  return new Moment(isMidnight ? date : `${date}T${hour}:${minute}:${second}`, zone);
}

const zone: Make = ({ positional: [name] }) => name;

const MAKERS: { readonly [name: string]: Make } = {
  timedelta: duration,
  relativedelta: duration,
  duration,
  datetime: moment,
  DateTime: moment,
  date: moment,
  local: moment,
  parse: ({ positional: [text], named }) =>
    typeof text === "string" ? new Moment(text, zoneOf(named.get("tz"))) : undefined,
  fromisoformat: ({ positional: [text] }) => (typeof text === "string" ? new Moment(text) : undefined),
  timezone: zone,
  Timezone: zone,
  ZoneInfo: zone,
  gettz: zone,
};
