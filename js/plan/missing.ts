// Which dates have no successful run yet.
import { LACKS, type Lack } from "../codes.js";
import { type Dag, readDag } from "../dag/dag.js";
import { type DateValue, date, fields, oneOf, reading, wrong } from "../options.js";
import { call, EdgeCode, GapNumber } from "../raw.js";
import type { DateInput } from "../schedule/input.js";
import { readDate, timetableOf } from "../schedule/timetable.js";
import { checkedStore } from "../store/checked.js";
import { storeFailure } from "../store/failure.js";
import type { RunStore } from "../store/store.js";
import { iso } from "../time.js";
import type { Warning } from "../warning.js";
import { loadHistory } from "./history.js";
import {
  type KnownRun,
  type KnownRuns,
  named,
  oneRunADate,
  readKnownRuns,
  severalRuns,
} from "./known_runs.js";

export interface MissingOptions {
  /** Default "missing". Runs in flight count as present, canceled ones as missing. */
  treatFailedAs?: "missing" | "present";
  /** "interval": a date whose successful run covers the interval only in part is "partial". Default "date". */
  coverage?: "date" | "interval";
  /** Dates that are not due at this time are left out. */
  now?: DateInput;
}

export interface MissingDates {
  /** Neighbouring dates with one reason, oldest first; `start` and `end` are the first and the last of them, and can be the bounds of a
   *  backfill. */
  ranges: { start: string; end: string; count: number; reason: Lack }[];
  /** All dates in `ranges`. */
  count: number;
  /** Runs in the range that stand on no date of the schedule. */
  offGrid: number;
  /** Where there are any: a range that ends before it starts (`inverted_range`), what its calendars are warned of, dates with several runs
   *  (`several_runs`), and the first of the runs off the grid (`schedule_mismatch`). */
  warnings?: Warning[];
}

/** The dates of a range without a successful run, as coalesced ranges. Pure; `existing` is read once, in any order, and of several runs of
 *  one date the last success counts. A store instead of runs is asked for the history of the range, and the answer is a promise then. NO_SCHEDULE without a schedule, RANGE_TOO_LARGE beyond 10,000,000 dates.
 *
 *  ```js
 *  const dag = { dagId: "sales", schedule: "@daily" };
 *  const done = [{ executionDate: "2024-01-02", state: "success" }];
 *  missing(dag, done, { start: "2024-01-01", end: "2024-01-04" }).count; // 3
 *  ``` */
export function missing(
  dag: Dag,
  existing: Iterable<KnownRun>,
  range: { start: DateInput; end: DateInput },
  options?: MissingOptions,
): MissingDates;
export function missing(
  dag: Dag,
  store: RunStore,
  range: { start: DateInput; end: DateInput },
  options?: MissingOptions,
): Promise<MissingDates>;
export function missing(
  dag: Dag,
  existing: Iterable<KnownRun> | RunStore,
  range: { start: DateInput; end: DateInput },
  options: MissingOptions = {},
): MissingDates | Promise<MissingDates> {
  const checked = readDag(dag, "dag");
  const { start, end } = fields(range, "range", {
    start: date,
    end: date,
  });
  if (start === undefined) throw wrong("range.start", "a date", undefined);
  if (end === undefined) throw wrong("range.end", "a date", undefined);
  const read = fields(options, "options", {
    treatFailedAs: oneOf("missing", "present"),
    coverage: oneOf("date", "interval"),
    now: date,
  });
  const at = (value: DateValue, edge: EdgeCode, path: string) =>
    readDate(checked.timetable, value, edge, path);
  const [from, to] = [at(start, EdgeCode.Start, "range.start"), at(end, EdgeCode.End, "range.end")];
  const { startDate } = checked;
  const dagStart = startDate === undefined ? undefined : at(startDate, EdgeCode.Start, "dag.startDate");
  const now = read.now === undefined ? undefined : at(read.now, EdgeCode.Point, "now");
  const find = ({ dates, states, starts, ends, others }: KnownRuns) => {
    const warnings: Warning[] = call(() => timetableOf(checked.timetable).rangeWarnings(from, to));
    const found = told(
      call((wasm) =>
        wasm.planMissing(
          timetableOf(checked.timetable),
          from,
          to,
          dagStart,
          now,
          read.treatFailedAs !== "present",
          read.coverage === "interval",
          dates,
          states,
          starts,
          ends,
        ),
      ),
    );
    const all = [...severalRuns({ others }), ...found.warnings, ...warnings];
    return { ...found.dates, ...(all.length > 0 && { warnings: all }) };
  };
  if (!isStore(existing)) return find(readKnownRuns(() => timetableOf(checked.timetable), existing));
  return loadHistory(checkedStore(existing), checked.dagId, from, to).then(
    ({ runs: { executionMs, state, startMs, endMs } }) =>
      find(oneRunADate(executionMs, state, startMs, endMs)),
    (cause) => {
      throw storeFailure(cause);
    },
  );
}

function isStore(existing: Iterable<KnownRun> | RunStore): existing is RunStore {
  return reading(
    "existing",
    () =>
      typeof existing === "object" &&
      existing !== null &&
      typeof (existing as RunStore).listRuns === "function",
  );
}

function told([offGrid = 0, few = 0, ...rest]: Float64Array): { dates: MissingDates; warnings: Warning[] } {
  const gaps = rest.slice(few);
  const ranges: MissingDates["ranges"] = [];
  let total = 0;
  for (let gap = 0; gap < gaps.length; gap += GapNumber.Numbers) {
    const of = (place: GapNumber) => gaps[gap + place] as number;
    const count = of(GapNumber.Count);
    const reason = LACKS[of(GapNumber.Lack)] as Lack;
    ranges.push({ start: iso(of(GapNumber.First)), end: iso(of(GapNumber.Last)), count, reason });
    total += count;
  }
  const [first] = few > 0 ? rest : [];
  const warnings: Warning[] = [];
  if (first !== undefined) {
    const runs = offGrid === 1 ? "1 run of the range stands" : `${offGrid} runs of the range stand`;
    const message = `${runs} on no date of the schedule: ${named(rest.slice(0, few), offGrid)}`;
    warnings.push({ code: "schedule_mismatch", message, at: iso(first), count: offGrid });
  }
  return { dates: { ranges, count: total, offGrid }, warnings };
}
