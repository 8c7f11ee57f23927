// Runs that a page knows of, as records of a store: previews and backfills then see them as they see their own.
import {
  type Dag,
  type DateInput,
  dataIntervals,
  type KnownRun,
  missing,
  type RunRecord,
} from "../../face.js";

import { defined } from "../plan/defined.js";

const instant = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");

/** One record a date; of several runs of a date the last one counts. Throws DagfillError with the place of what is wrong, such as
 *  `existing[1].state`. */
export function knownRecords(dag: Dag, existing: Iterable<KnownRun>): RunRecord[] {
  // A value that is no list passes here: missing() refuses it with its place.
  const known = typeof existing?.[Symbol.iterator] === "function" ? [...existing] : existing;
  const dates = { dagId: dag.dagId, schedule: dag.schedule, ...timetable(dag) };
  if (dag.schedule !== null) missing(dates, known, { start: 0, end: 0 });
  if (!Array.isArray(known) || known.length === 0 || dag.schedule === null) return [];
  const read = instantsOf(
    dag,
    known.map((run) => run.executionDate),
  );
  const given = dataIntervals(dag.schedule, read, timetable(dag));
  const own = known.flatMap(({ dataInterval }) => dataInterval ?? []);
  const ends = instantsOf(
    dag,
    own.flatMap(({ start, end }) => [start, end]),
  );
  let next = 0;
  const records = new Map<number, RunRecord>();
  known.forEach((run, at) => {
    const ms = read[at] as number;
    const executionDate = instant(ms);
    const record = run as Partial<RunRecord>;
    const { startedAt, finishedAt, error } = record;
    const interval =
      run.dataInterval === undefined ? [given.start[at], given.end[at]] : ends.slice(next, next + 2);
    if (run.dataInterval !== undefined) next += 2;
    const [start, end] = Array.from(interval, (edge) => instant(edge as number)) as [string, string];
    records.set(ms, {
      runId: record.runId ?? `scheduled__${executionDate.replace("Z", "+00:00")}`,
      dagId: dag.dagId,
      executionDate,
      dataInterval: { start, end },
      runType: record.runType ?? "scheduled",
      state: run.state,
      conf: record.conf ?? {},
      attempt: record.attempt ?? 1,
      ...defined({ startedAt, finishedAt, error }),
    });
  });
  return [...records.values()];
}

/** Dates as the core reads them, in the zone of the schedule. A trigger's interval is empty: where it starts is the date itself. */
function instantsOf({ schedule, timeZone }: Dag, dates: readonly DateInput[]): Float64Array {
  const zone = timeZone === undefined ? {} : { timeZone };
  return dataIntervals(schedule, dates, { ...zone, kind: "trigger" }).start;
}

/** The fields of a DAG that shape its dates. */
function timetable({ timeZone, kind, dst, interval }: Dag) {
  return defined({ timeZone, kind, dst, interval });
}
