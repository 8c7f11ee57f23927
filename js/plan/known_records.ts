// Runs that somebody knows of, as records of a store: previews and backfills then see them as they see their own.
import type { Dag } from "../dag/dag.js";
import { dataIntervals } from "../schedule/schedule.js";
import type { RunRecord, RunState } from "../store/store.js";
import { iso } from "../time.js";
import type { Warning } from "../warning.js";
import type { KnownRun } from "./known_runs.js";
import { missing } from "./missing.js";

/** By how much a run says more of its date than another one. */
function weight(state: RunState): number {
  return state === "success" ? 2 : state === "running" || state === "queued" ? 1 : 0;
}

/** One record a date: of several runs of a date the last success counts, as `missing` and `planBackfill` have it, and a warning says so.
 *  Throws DagfillError with the place of what is wrong, such as `existing[1].state`. */
export function knownRecords(
  dag: Dag,
  known: readonly KnownRun[],
): { runs: RunRecord[]; warnings: readonly Warning[] } {
  const { dagId, schedule, timeZone, kind, dst, interval } = dag;
  const dates = { timeZone, kind, dst, interval } as Omit<Dag, "dagId" | "schedule">;
  if (schedule === null) return { runs: [], warnings: [] };
  const { warnings = [] } = missing({ dagId, schedule, ...dates }, known, { start: 0, end: 0 });
  // As the core reads them, in the zone of the schedule: a trigger's interval is empty, and starts where the date is.
  const read = dataIntervals(
    schedule,
    known.flatMap(({ executionDate: date, dataInterval: own }) => [
      date,
      own?.start ?? date,
      own?.end ?? date,
    ]),
    { ...(timeZone !== undefined && { timeZone }), kind: "trigger" },
  ).start;
  const instants = read.filter((_, at) => at % 3 === 0);
  const given = dataIntervals(schedule, instants, dates);
  const records = new Map<number, RunRecord>();
  known.forEach((run, at) => {
    const ms = instants[at] as number;
    const { state, dataInterval } = run;
    if (weight(records.get(ms)?.state ?? state) > weight(state)) return;
    const executionDate = iso(ms);
    const { startedAt, finishedAt, error, ...record } = run as Partial<RunRecord>;
    const [start, end] = dataInterval
      ? [read[3 * at + 1], read[3 * at + 2]]
      : [given.start[at], given.end[at]];
    records.set(ms, {
      runId: record.runId ?? `scheduled__${executionDate.replace("Z", "+00:00")}`,
      dagId,
      executionDate,
      dataInterval: { start: iso(start as number), end: iso(end as number) },
      runType: record.runType ?? "scheduled",
      state,
      conf: record.conf ?? {},
      attempt: record.attempt ?? 1,
      ...(startedAt !== undefined && { startedAt }),
      ...(finishedAt !== undefined && { finishedAt }),
      ...(error !== undefined && { error }),
    });
  });
  return { runs: [...records.values()], warnings: warnings.filter(({ code }) => code === "several_runs") };
}
