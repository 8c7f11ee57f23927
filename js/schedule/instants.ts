// Lists of dates as epoch milliseconds.
import { date, list, placed, reading } from "../options.js";
import { call, EdgeCode } from "../raw.js";
import type { DateInput } from "./input.js";
import type { RawTimetable } from "./timetable.js";

/** Dates as instants; a text without an offset is wall-clock time in the timetable's zone. An error names its place in the list. */
export function instantsOf(
  timetable: RawTimetable,
  dates: Float64Array | readonly DateInput[],
): Float64Array {
  // A copy, which fails where the array's buffer was transferred to somebody else.
  const columns = reading("dates", () => (dates instanceof Float64Array ? dates.slice() : undefined));
  if (columns !== undefined) return columns;
  return Float64Array.from(list(date)(dates, "dates"), (at, index) => {
    try {
      return call(() => timetable.read(at, EdgeCode.Point));
    } catch (error) {
      throw placed(error, `dates[${index}]`);
    }
  });
}
