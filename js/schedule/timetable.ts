// Schedules on their way to the core, and the timetables that the core made of those used lately.
import { LruCache } from "../lru_cache.js";
import {
  type DateValue,
  date,
  fields,
  inside,
  list,
  name,
  oneOf,
  placed,
  reading,
  type Spec,
  text,
  wrong,
} from "../options.js";
import { call, type EdgeCode, instance, type Raw } from "../raw.js";
import { calendars, calendarWire, exclude, roll } from "./calendar.js";
import type { DstRule, TimetableOptions } from "./input.js";
import type { TimetableWire } from "./wire.js";

export type RawTimetable = InstanceType<Raw["RawTimetable"]>;

const dstPreset = oneOf("airflow", "java", "kubernetes", "vixie", "earlier", "later", "skip", "both");

/** The name of a clock-change rule, or the rule itself. */
function dstRule(value: unknown, path: string): NonNullable<TimetableOptions["dst"]> {
  if (typeof value !== "object" || value === null) return dstPreset(value, path);
  const { gap, fold, wildcard } = fields<DstRule>(value, path, {
    gap: oneOf("forward", "backward", "skip", "end"),
    fold: oneOf("first", "second", "both"),
    wildcard: oneOf("real_time", "wall"),
  });
  if (gap === undefined || fold === undefined) throw wrong(path, "a preset, or both gap and fold", value);
  return { gap, fold, ...(wildcard === undefined ? {} : { wildcard }) };
}

/** The options of a timetable, for the objects that contain them. */
export const timetableSpec: Spec<TimetableOptions> = {
  timeZone: name,
  kind: oneOf("interval", "trigger"),
  dst: dstRule,
  exclude,
  calendars,
  roll,
  interval: (value, path) => {
    // The core reads the text.
    if (typeof value === "string") return value;
    if (typeof value === "number" && value >= 0 && value <= LONGEST) return value;
    throw wrong(path, 'milliseconds or an ISO 8601 duration such as "P1D"', value, "INVALID_DURATION");
  },
};

/** 9,999 years. */
const LONGEST = 9_999 * 366 * 86_400_000;

/** Unions deeper than this are no schedule of anybody; one that contains itself would never end. */
const DEEPEST = 20;

/** A schedule as the core reads it. */
function scheduleWire(schedule: unknown, path = "schedule"): TimetableWire {
  return reading(path, () => wire(schedule, path, 0));
}

function wire(schedule: unknown, path: string, depth: number): TimetableWire {
  if (schedule === null) return {};
  if (typeof schedule === "string") return { cron: [schedule] };
  if (Array.isArray(schedule)) return { cron: list(text)(schedule, path) };
  const read = fields<{
    cron: string[];
    dialect: string;
    dayMatch: string;
    every: string;
    anchor: DateValue;
    dates: DateValue[];
    union: TimetableWire[];
  }>(schedule, path, {
    cron: (value, at) => (Array.isArray(value) ? list(text)(value, at) : [text(value, at)]),
    dialect: oneOf("unix", "quartz", "aws"),
    dayMatch: oneOf("or", "and", "vixie"),
    every: text,
    anchor: date,
    dates: list(date),
    union: list((member, at) => {
      if (member === null) throw wrong(at, "a schedule", member);
      if (depth === DEEPEST) throw wrong(at, `unions at most ${DEEPEST} levels deep`, member);
      return wire(member, at, depth + 1);
    }),
  });
  const kinds = (["cron", "every", "dates", "union"] as const).filter((kind) => read[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    throw wrong(path, "exactly one of cron, every, dates and union", schedule);
  if (read.union?.length === 0) throw wrong(`${path}.union`, "at least one schedule", read.union);
  for (const name of ["dialect", "dayMatch"] as const) {
    if (read[name] !== undefined && kind !== "cron")
      throw wrong(`${path}.${name}`, "cron beside it", read[name]);
  }
  if (read.anchor !== undefined && kind !== "every")
    throw wrong(`${path}.anchor`, "every beside it", read.anchor);
  return read;
}

/** Timetables used lately, by what they were made of. They die with their instance. */
const cache = new LruCache<string, { made: number; timetable: RawTimetable }>(64, (old) => {
  if (old.made === instance()) old.timetable.free();
});

/** A schedule and its checked options, ready for `timetableOf`. `path`: where both are. */
export function wireOf(schedule: unknown, options: TimetableOptions, path = "options"): TimetableWire {
  return {
    ...scheduleWire(schedule, inside(path, "schedule")),
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
    ...(options.kind === undefined ? {} : { kind: options.kind }),
    ...(options.dst === undefined ? {} : { dst: options.dst }),
    ...calendarWire(options, path),
    ...(options.interval === undefined ? {} : { interval: isoDuration(options.interval) }),
  };
}

function isoDuration(interval: number | string): string {
  return typeof interval === "string" ? interval : `PT${(interval / 1000).toFixed(3)}S`;
}

/** The timetable of a schedule. It belongs to this module: use it now, do not keep or free it. */
export function timetableOf(wire: TimetableWire): RawTimetable {
  const key = JSON.stringify(wire);
  const known = cache.get(key);
  if (known !== undefined && known.made === instance()) return known.timetable;
  const made = call((wasm) => new wasm.RawTimetable(wire));
  cache.set(key, { made: instance(), timetable: made });
  return made;
}

/** A date in the zone of a timetable, as epoch milliseconds; an error names its place. */
export function readDate(wire: TimetableWire, value: DateValue, edge: EdgeCode, path: string): number {
  try {
    return call(() => timetableOf(wire).read(value, edge));
  } catch (error) {
    throw placed(error, path);
  }
}
