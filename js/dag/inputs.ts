// The inputs of a DAG: whose runs it reads, and which of their dates one of its own needs.
import { type Duration, duration } from "../duration.js";
import { fields, name, oneOf, placed, wrong } from "../options.js";
import { call } from "../raw.js";
import { timetableOf } from "../schedule/timetable.js";

/** Which dates of the input one of our dates needs. "identity": the same date. "containing": the one whose data interval contains ours.
 *  "contained": all whose data intervals lie in ours. `window`: all whose data intervals end in so much time before the end of ours.
 *  `offset`: the date that lies so much before ours. Days and longer are steps on the calendar of our schedule's zone. */
export type InputMap = "identity" | "containing" | "contained" | { window: Duration } | { offset: Duration };

export interface DagInput {
  dagId: string;
  map: InputMap;
}

/** An input as it was checked: durations are ISO 8601 texts. */
export interface CheckedInput {
  dagId: string;
  map: "identity" | "containing" | "contained" | { window: string } | { offset: string };
}

/** The duration as text for the core, which counts its days on the calendar. */
function durationText(value: unknown, path: string): string {
  if (typeof value !== "string") return `PT${(duration(value, path) / 1_000).toFixed(3)}S`;
  try {
    call(() => timetableOf({ cron: ["@daily"], interval: value }));
    return value;
  } catch (error) {
    throw placed(error, path);
  }
}

function map(value: unknown, path: string): CheckedInput["map"] {
  if (typeof value !== "object" || value === null)
    return oneOf("identity", "containing", "contained")(value, path);
  const { window, offset } = fields(value, path, {
    window: durationText,
    offset: durationText,
  });
  if (window !== undefined && offset === undefined) return { window };
  if (offset !== undefined && window === undefined) return { offset };
  throw wrong(path, "identity, containing, contained, { window } or { offset }", value);
}

export function dagInput(value: unknown, path: string): CheckedInput {
  const read = fields<CheckedInput>(value, path, { dagId: name, map });
  if (read.dagId === undefined || read.map === undefined) throw wrong(path, "both dagId and map", value);
  return { dagId: read.dagId, map: read.map };
}
