// Which dates of a DAG read dates of its inputs that are run again.
import type { CheckedDag } from "../dag/dag.js";
import type { CheckedInput } from "../dag/inputs.js";
import { call, EdgeCode, RowColumn } from "../raw.js";
import { timetableOf } from "../schedule/timetable.js";
import type { TimetableWire } from "../schedule/wire.js";

/** Dates, ascending, and what their runs cover. */
export interface Covered {
  dates: Float64Array;
  starts: Float64Array;
  ends: Float64Array;
  /** The dates of the schedule before them. */
  before: Float64Array;
}

/** Dates of an input that are run again. */
export interface Rerun extends Covered {
  dagId: string;
}

/** For each touched date the places of its input's dates, from `from` to `to`, `to` excluded. */
export interface Cause {
  dagId: string;
  dates: Float64Array;
  from: Uint32Array;
  to: Uint32Array;
}

export interface Touched {
  dates: Float64Array;
  causes: Cause[];
}

const DAY_MS = 86_400_000;

export function covered(timetable: TimetableWire, dates: Float64Array): Covered {
  const columns = call((wasm) => wasm.planRows(timetableOf(timetable), dates));
  const column = (at: RowColumn) => columns.subarray(at * dates.length, (at + 1) * dates.length);
  const [starts, ends] = [column(RowColumn.IntervalStart), column(RowColumn.IntervalEnd)];
  return { dates, starts, ends, before: column(RowColumn.Previous) };
}

/** So much before each of the dates, counted on the calendar of the zone: a window of a schedule covers just that. */
function before(dates: Float64Array, duration: string, timeZone: string): Float64Array {
  return covered({ cron: ["@daily"], timeZone, interval: duration }, dates).starts;
}

/** The first place whose value is not below `value`, or with `after` above it. */
function place(values: Float64Array, value: number, after: boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = values[middle] as number;
    if (at < value || (after && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The places of the input's dates that one date needs. `earlier`: the window's start, or the date behind the offset. */
function needed(
  map: CheckedInput["map"],
  { dates, starts, ends }: Covered,
  date: number,
  start: number,
  end: number,
  earlier: number,
): [number, number] {
  if (map === "contained") {
    const from = place(starts, start, false);
    let to = place(ends, end, true);
    // An interval does not contain its end, unless it is empty itself.
    while (start < end && to > from && starts[to - 1] === end) to -= 1;
    return [from, to];
  }
  if (map === "containing") {
    let from = place(ends, end, false);
    while (start === end && ends[from] === end && (starts[from] as number) < end) from += 1;
    return [from, place(starts, start, true)];
  }
  if (typeof map === "object" && "window" in map) return [place(ends, earlier, true), place(ends, end, true)];
  const wanted = map === "identity" ? date : earlier;
  return [place(dates, wanted, false), place(dates, wanted, true)];
}

/** The dates of `dag` that need one of those that its inputs run again. */
export function touchedDates(dag: CheckedDag, inputs: readonly Rerun[]): Touched {
  const found = new Map<number, { input: number; from: number; to: number }[]>();
  const links = dag.inputs.flatMap(({ dagId, map }) => {
    const input = inputs.findIndex((one) => one.dagId === dagId);
    return input < 0 || inputs[input]?.dates.length === 0 ? [] : [{ input, map }];
  });
  for (const { input, map } of links) {
    const rerun = inputs[input] as Rerun;
    const own = candidates(dag, rerun, map);
    const zone = call(() => timetableOf(dag.timetable).timeZone());
    let earlier = own.dates;
    if (typeof map === "object") {
      earlier = "window" in map ? before(own.ends, map.window, zone) : before(own.dates, map.offset, zone);
    }
    for (const [row, date] of own.dates.entries()) {
      const [start, end] = [own.starts[row] as number, own.ends[row] as number];
      const [from, to] = needed(map, rerun, date, start, end, earlier[row] as number);
      if (from >= to) continue;
      const causes = found.get(date) ?? [];
      causes.push({ input, from, to });
      found.set(date, causes);
    }
  }
  const dates = Float64Array.from(found.keys()).sort();
  return { dates, causes: causesOf(dates, found, inputs) };
}

/** A date that needs an input in two ways, such as two windows, needs all from the first to the last of both. */
function causesOf(
  dates: Float64Array,
  found: ReadonlyMap<number, { input: number; from: number; to: number }[]>,
  inputs: readonly Rerun[],
): Cause[] {
  return inputs.map(({ dagId, dates: theirs }, index) => {
    const [from, to] = [new Uint32Array(dates.length), new Uint32Array(dates.length)];
    for (const [row, date] of dates.entries()) {
      const own = (found.get(date) ?? []).filter(({ input }) => input === index);
      if (own.length === 0) continue;
      from[row] = Math.min(...own.map((cause) => cause.from));
      to[row] = Math.max(...own.map((cause) => cause.to));
    }
    return { dagId, dates: theirs, from, to };
  });
}

/** All dates that could need one of the input's, and some beside them. */
function candidates(dag: CheckedDag, { dates, starts, ends }: Rerun, map: CheckedInput["map"]): Covered {
  const none = new Float64Array(0);
  if (!dag.hasSchedule) return { dates: none, starts: none, ends: none, before: none };
  const bound = (value: CheckedDag["startDate"], edge: EdgeCode) =>
    value === undefined ? undefined : call(() => timetableOf(dag.timetable).read(value, edge));
  const [first, last] = [bound(dag.startDate, EdgeCode.Start), bound(dag.endDate, EdgeCode.End)];
  const [low, high] = [
    Math.min(starts[0] as number, dates[0] as number),
    Math.max(ends.at(-1) as number, dates.at(-1) as number),
  ];
  const timetable = { ...dag.timetable, origin: dag.timetable.origin ?? first ?? low };
  const raw = timetableOf(timetable);
  const zone = call(() => raw.timeZone());
  const length = typeof map === "string" ? undefined : "window" in map ? map.window : map.offset;
  const reach = length === undefined ? 0 : high - (before(Float64Array.of(high), length, zone)[0] as number);
  return call(() => {
    const at = covered(timetable, Float64Array.of(low, high));
    const own = Math.max(
      ...at.dates.map((_, row) => Math.abs((at.ends[row] as number) - (at.starts[row] as number))),
    );
    const margin = own + reach + 2 * DAY_MS;
    const from = raw.previous(low - margin, 1)[0] ?? low - margin;
    const to = raw.next(high + margin, 1)[0] ?? high + margin;
    const within = raw.expand(Math.max(from, first ?? from), Math.min(to, last ?? to), undefined);
    return covered(timetable, within);
  });
}
