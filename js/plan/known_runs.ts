// Runs that somebody knows of without a store, as columns: oldest first, and one a date.
import { RUN_STATES } from "../codes.js";
import { type DateValue, date, fields, oneOf, placed, reading, wrong } from "../options.js";
import { call, EdgeCode } from "../raw.js";
import type { DateInput } from "../schedule/input.js";
import { instantMs } from "../store/instant.js";
import type { RunState } from "../store/store.js";
import { iso } from "../time.js";
import type { Warning } from "../warning.js";

/** A run of a history that is in no store. */
export interface KnownRun {
  executionDate: DateInput;
  state: RunState;
  /** Default: what the schedule gives the date. */
  dataInterval?: { start: DateInput; end: DateInput };
}

export interface KnownRuns {
  dates: Float64Array;
  states: Uint8Array;
  /** NaN where no interval was given. */
  starts: Float64Array;
  ends: Float64Array;
  /** Dates of the runs beside another one of theirs: of several the last success counts, else the last in flight, else the last. */
  others: number[];
}

type Interval = { start: DateValue; end: DateValue };

const SPEC = {
  executionDate: date,
  state: oneOf(...RUN_STATES),
  dataInterval: (value: unknown, path: string) => {
    const { start, end } = fields<Interval>(value, path, { start: date, end: date });
    if (start === undefined || end === undefined) throw wrong(path, "both start and end", value);
    return { start, end };
  },
};

/** The states after this one are those of runs that ended without success. */
export const SUCCESS = RUN_STATES.indexOf("success");
const RUNNING = RUN_STATES.indexOf("running");

/** By how much a run says more of its date than another one. */
export function weight(state: number): number {
  return state === SUCCESS ? 2 : state <= RUNNING ? 1 : 0;
}

/** Reads dates in the schedule's zone. */
interface DateReader {
  read(date: DateValue, edge: number): number;
}

/** Reads the runs once, in whatever order they come. Names the place of what is wrong: `existing[3].state`. */
export function readKnownRuns(timetable: () => DateReader, existing: Iterable<KnownRun>): KnownRuns {
  const iterator = reading("existing", () => (existing as Iterable<KnownRun> | null)?.[Symbol.iterator]);
  if (typeof iterator !== "function") throw wrong("existing", "an iterable of runs", existing);
  const [dates, states, starts, ends]: [number[], number[], number[], number[]] = [[], [], [], []];
  let place = 0;
  // Texts with an offset are read here, all others by the core in the schedule's zone.
  const at = (value: DateValue, path: string) => {
    // Numbers of about now are instants; the core knows which of the others are none.
    const ms = typeof value === "number" ? (Math.abs(value) < 1e13 ? value : undefined) : instantMs(value);
    if (ms !== undefined) return ms;
    try {
      return call(() => timetable().read(value, EdgeCode.Point));
    } catch (error) {
      throw placed(error, path);
    }
  };
  const read = (run: unknown) => {
    const path = `existing[${place}]`;
    const { executionDate, state, dataInterval } = knownFields(run, path);
    if (executionDate === undefined) throw wrong(`${path}.executionDate`, "a date", undefined);
    if (state === undefined) throw wrong(`${path}.state`, "the state of a run", undefined);
    const ms = at(executionDate, `${path}.executionDate`);
    dates.push(ms);
    states.push(RUN_STATES.indexOf(state));
    const [start, end] =
      dataInterval === undefined
        ? [Number.NaN, Number.NaN]
        : [
            at(dataInterval.start, `${path}.dataInterval.start`),
            at(dataInterval.end, `${path}.dataInterval.end`),
          ];
    if (end < start)
      throw wrong(`${path}.dataInterval.end`, "an end that is not before the start", dataInterval?.end);
    starts.push(start);
    ends.push(end);
    place += 1;
  };
  try {
    for (const run of existing) read(run);
  } catch (cause) {
    // The error of a getter or of the iterator is reported with the place in the list.
    reading(`existing[${place}]`, () => {
      throw cause;
    });
  }
  return oneRunADate(dates, states, starts, ends);
}

type Column = number[] | Float64Array | Uint8Array;

/** The columns of runs in any order as those of the runs that count: oldest first, and one a date. */
export function oneRunADate(dates: Column, states: Column, starts: Column, ends: Column): KnownRuns {
  const others: number[] = [];
  let isSorted = true;
  for (let at = 1; at < dates.length && isSorted; at += 1)
    isSorted = (dates[at - 1] as number) < (dates[at] as number);
  const kept = isSorted ? undefined : onePerDate(dates, states, others);
  const column = (values: Column) =>
    kept === undefined ? values : kept.map((index) => values[index] as number);
  return {
    dates: Float64Array.from(column(dates)),
    states: Uint8Array.from(column(states)),
    starts: Float64Array.from(column(starts)),
    ends: Float64Array.from(column(ends)),
    others,
  };
}

function knownFields(run: unknown, path: string) {
  // Records of a store, and rows of other systems, have more fields than these.
  if (typeof run !== "object" || run === null) throw wrong(path, "a run", run);
  const { executionDate, state, dataInterval } = run as KnownRun;
  return fields<{
    executionDate: DateValue;
    state: RunState;
    dataInterval: Interval;
  }>({ executionDate, state, dataInterval }, path, SPEC);
}

/** The places of the runs that count, oldest date first. */
function onePerDate(dates: Column, states: Column, others: number[]): number[] {
  const order = Array.from(dates.keys()).sort((a, b) => (dates[a] as number) - (dates[b] as number) || a - b);
  const kept: number[] = [];
  for (const place of order) {
    const last = kept.at(-1);
    if (last === undefined || dates[last] !== dates[place]) {
      kept.push(place);
      continue;
    }
    others.push(dates[place] as number);
    if (weight(states[place] as number) >= weight(states[last] as number)) kept[kept.length - 1] = place;
  }
  return kept;
}

/** The warning that runs share their date with others. */
export function severalRuns({ others }: Pick<KnownRuns, "others">): Warning[] {
  const count = others.length;
  if (count === 0) return [];
  const message = `${count} runs stand beside another one of their date, ${named([...new Set(others)])}: of each date the last success counts, else the last run`;
  return [{ code: "several_runs", message, at: iso(others[0] as number), count }];
}

/** The first of many instants, in words. */
export function named(instants: readonly number[], count = instants.length): string {
  return instants.slice(0, 3).map(iso).join(", ") + (count > 3 ? ", ..." : "");
}
