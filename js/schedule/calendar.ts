// Business calendars by name, and who uses them: exclusions and rolls.
import { DagfillError } from "../error.js";
import {
  type DateValue,
  date,
  fields,
  inside,
  list,
  name,
  oneOf,
  type Reader,
  reading,
  wrong,
} from "../options.js";
import { shown } from "../shown.js";
import { suggestion } from "../suggest.js";
import type { BusinessCalendar, TimetableOptions } from "./input.js";

const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;

/** A calendar as the core reads it. `weekend`: numbers of days, Sunday = 0. */
export type CalendarWire = { name: string; timeZone?: string; weekend?: number[]; holidays: DateValue[] };

/** Checked calendars by name. */
export type Calendars = NonNullable<TimetableOptions["calendars"]>;

const calendar: Reader<BusinessCalendar> = (value, path) => {
  const read = fields<BusinessCalendar>(value, path, {
    timeZone: name,
    weekend: list(oneOf(...WEEKDAYS)),
    holidays: list(date),
  });
  if (read.holidays === undefined) throw wrong(`${path}.holidays`, "a list of dates", undefined);
  return { ...read, holidays: read.holidays };
};

export const calendars: Reader<Calendars> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(path, "calendars by name", value);
  const read = new Map<string, BusinessCalendar>();
  for (const key of reading(path, () => Object.keys(value))) {
    const at = `${path}.${key}`;
    name(key, path);
    read.set(
      key,
      calendar(
        reading(at, () => (value as Record<string, unknown>)[key]),
        at,
      ),
    );
  }
  // Without a prototype: a calendar may be called "constructor".
  return Object.assign(Object.create(null), Object.fromEntries(read)) as Calendars;
};

/** The calendars of two places; where both have a name, `own` goes before. */
export function merged(shared: Calendars, own: Calendars | undefined): Calendars {
  return Object.assign(Object.create(null), shared, own) as Calendars;
}

/** Dates, `{ cron }` and `{ calendar }`, or a list of these. */
export const exclude: Reader<NonNullable<TimetableOptions["exclude"]>> = (value, path) => {
  if (!Array.isArray(value)) return rule(value, path);
  return list((item, at) => {
    const isRule = typeof item === "object" && item !== null && !(item instanceof Date);
    return isRule && Object.prototype.toString.call(item) === "[object Object]"
      ? rule(item, at)
      : date(item, at);
  })(value, path);
};

function rule(value: unknown, path: string): { cron: string } | { calendar: string } {
  const { cron, calendar } = fields(value, path, {
    cron: name,
    calendar: name,
  });
  if (cron !== undefined && calendar === undefined) return { cron };
  if (calendar !== undefined && cron === undefined) return { calendar };
  throw wrong(path, "dates, { cron } or { calendar }", value);
}

export const roll: Reader<NonNullable<TimetableOptions["roll"]>> = (value, path) => {
  const read = fields<NonNullable<TimetableOptions["roll"]>>(value, path, {
    calendar: name,
    to: oneOf("next", "previous", "modified", "skip"),
  });
  const { calendar, to } = read;
  if (calendar === undefined || to === undefined) throw wrong(path, "{ calendar, to }", value);
  return { calendar, to };
};

/** The exclusions and the roll of checked options as the core reads them, each with the calendar that it names. `path` is that of
 *  the options. INVALID_OPTION for a calendar that is not there. */
export function calendarWire(
  options: Pick<TimetableOptions, "exclude" | "roll" | "calendars">,
  path: string,
): Record<string, unknown> {
  const find = (wanted: string, at: string) => calendarOf(options.calendars ?? {}, wanted, inside(path, at));
  const item = (entry: unknown, at: string) => {
    const { calendar } = (typeof entry === "object" ? entry : {}) as { calendar?: string };
    return calendar === undefined ? entry : { calendar: find(calendar, `${at}.calendar`) };
  };
  const { exclude, roll } = options;
  const excluded =
    exclude === undefined
      ? {}
      : !Array.isArray(exclude)
        ? { exclude: item(exclude, "exclude") }
        : exclude.some((entry) => typeof entry === "object")
          ? { exclude: { list: exclude.map((entry, index) => item(entry, `exclude[${index}]`)) } }
          : { excludeDates: exclude };
  return {
    ...excluded,
    ...(roll === undefined ? {} : { roll: { calendar: find(roll.calendar, "roll.calendar"), to: roll.to } }),
  };
}

function calendarOf(calendars: Calendars, wanted: string, path: string): CalendarWire {
  const found = Object.hasOwn(calendars, wanted) ? calendars[wanted] : undefined;
  if (found === undefined) {
    const near = suggestion(wanted, Object.keys(calendars));
    const hint = near === undefined ? "Define it in calendars." : `Did you mean ${near}?`;
    throw new DagfillError("INVALID_OPTION", `${path}: there is no calendar ${shown(wanted)}`, {
      field: path,
      hint,
    });
  }
  const { timeZone, weekend, holidays } = found;
  return {
    name: wanted,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(weekend === undefined ? {} : { weekend: weekend.map((day) => WEEKDAYS.indexOf(day)) }),
    holidays: holidays as DateValue[],
  };
}
