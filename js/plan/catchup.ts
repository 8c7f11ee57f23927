// Which runs are due, which missed ones are left out, and when the next one comes.
import { type Dag, readDag } from "../dag/dag.js";
import { DagfillError } from "../error.js";
import { date, fields, type Reader, wrong } from "../options.js";
import { CatchupNumber, call } from "../raw.js";
import type { DateInput } from "../schedule/input.js";
import { timetableOf } from "../schedule/timetable.js";
import { iso } from "../time.js";
import type { Warning } from "../warning.js";
import { noRuns } from "./existing_runs.js";
import type { PlannedRun } from "./plan_data.js";
import { plannedRuns } from "./plan_rows.js";

/** The runs that are due at one instant. */
export interface CatchupPlan {
  /** To run now, oldest first; action "create", run type "scheduled". */
  due: PlannedRun[];
  /** Missed dates that the policy leaves out; null where there is none, or where neither a start nor a last run says since
   *  when dates could be missed. */
  skipped: { count: number; from: string; to: string } | null;
  /** When the first run after `now` is due; null where no more will come. */
  nextRunAt: string | null;
  /** Where there are any: what the schedule's calendars are warned of, from the first due run to the next one. */
  warnings?: Warning[];
}

/** Each due run becomes an object: more of them would take seconds. */
const MOST_DUE = 1_000_000;

const orNull =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === null ? null : reader(value, path);

/** Which runs are due at `now`, and which missed ones the policy of the DAG leaves out. `lastRun` is the newest date with a
 *  scheduled run: it and everything before it is settled. Pure: no store is asked and nothing is run.
 *  More than 1,000,000 due dates are refused with RANGE_TOO_LARGE (`details.count`). */
export function planCatchup(dag: Dag, options: { now: DateInput; lastRun?: DateInput | null }): CatchupPlan {
  const { timetable, startDate, endDate, catchup } = readDag(dag, "dag");
  const { now, lastRun } = fields(options, "options", {
    now: date,
    lastRun: orNull(date),
  });
  if (now === undefined) throw wrong("now", "a date", undefined);
  const [policy, amount] =
    typeof catchup === "string" ? [catchup, 0] : (Object.entries(catchup)[0] as [string, number]);
  const facts = call((wasm) =>
    wasm.planCatchup(timetableOf(timetable), startDate, endDate, now, lastRun ?? undefined, policy, amount),
  );
  const fact = (place: CatchupNumber) => facts[place] as number;
  const dates = facts.subarray(CatchupNumber.Dates);
  const runs = dates.length / 2;
  if (runs > MOST_DUE) {
    throw new DagfillError("RANGE_TOO_LARGE", `${runs} runs are due: expected at most ${MOST_DUE}`, {
      hint: 'a later lastRun or startDate, or the catchup policy "latest" or { last }, leaves fewer',
      details: { count: runs },
    });
  }
  const data = {
    timetable: { ...timetable, origin: fact(CatchupNumber.Origin) },
    executionDate: dates.subarray(0, runs),
    offsetSeconds: Int32Array.from(dates.subarray(runs)),
    action: new Uint8Array(runs),
    reason: new Uint8Array(runs),
    existing: noRuns(),
  };
  const count = fact(CatchupNumber.Skipped);
  const [from, to] = [fact(CatchupNumber.SkippedFrom), fact(CatchupNumber.SkippedTo)];
  const next = fact(CatchupNumber.NextRunAt);
  const first = runs > 0 ? (dates[0] as number) : next;
  const last = Number.isNaN(next) ? (dates[runs - 1] ?? next) : next;
  const warnings: Warning[] = call(() => timetableOf(timetable).rangeWarnings(first, last));
  return {
    due: plannedRuns(data, 0, runs, "scheduled"),
    skipped: count === 0 ? null : { count, from: iso(from), to: iso(to) },
    nextRunAt: Number.isNaN(next) ? null : iso(next),
    ...(warnings.length > 0 && { warnings }),
  };
}
