// The options of the functions over schedules. A Dag has them too, among its other fields.
import { type DateValue, date, fields, type OpenFields, reading, type Spec } from "../options.js";
import { call, EdgeCode } from "../raw.js";
import type { TimetableOptions } from "./input.js";
import { type RawTimetable, timetableOf, timetableSpec, wireOf } from "./timetable.js";

/** The fields that a Dag has beside its timetable. */
export const dagFields = [
  "dagId",
  "schedule",
  "startDate",
  "endDate",
  "catchup",
  "maxActiveRuns",
  "maxActiveTasks",
  "dependsOnPast",
  "params",
  "inputs",
  "tasks",
  "taskDefaults",
  "description",
  "tags",
  "owner",
  "position",
  "$schema",
  "meta",
  "macroTimeZone",
  "onUnknown",
  "variables",
  "connections",
  "macros",
] as const;

const unread = new Set<string>(dagFields);

/** A Dag in the place of options: its other fields are for `validateDag` to check. */
export const dagsOwn: OpenFields = (name, value) =>
  isDag(value) && (unread.has(name) || name.startsWith("x-")) ? (field) => field : undefined;

function isDag(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "dagId") && Object.hasOwn(value, "schedule");
}

/** The timetable options of a call, with those that only this function has. `startDate` is a Dag's: a period without an
 *  anchor counts from it. */
export function scheduleOptions<T extends object = object>(
  options: unknown,
  more: Spec<T> = {} as Spec<T>,
  path = "options",
): Partial<TimetableOptions & T & { startDate: DateValue }> {
  const ofDag = reading(path, () => isDag(options)) ? { startDate: date } : {};
  const spec = { ...timetableSpec, ...more, ...ofDag } as Spec<
    TimetableOptions & T & { startDate: DateValue }
  >;
  return fields(options, path, spec, dagsOwn);
}

/** The timetable of a schedule as its user wrote it, with options that `scheduleOptions` has read. */
export function timetable(
  schedule: unknown,
  { startDate, ...options }: TimetableOptions & { startDate?: DateValue },
): RawTimetable {
  const wire = wireOf(schedule, options);
  if (startDate === undefined) return timetableOf(wire);
  const origin = call(() => timetableOf(wire).read(startDate, EdgeCode.Start));
  return timetableOf({ ...wire, origin });
}
