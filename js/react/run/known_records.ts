// Runs that a page knows of, as records of a store: previews and backfills then see them as they see their own.
import { type Dag, dataIntervals, type KnownRun, type RunRecord } from "../../face.js";

const instant = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");

/** One record a date; of several runs of a date the last one counts. Throws DagfillError for what is no date. */
export function knownRecords(dag: Dag, existing: Iterable<KnownRun>): RunRecord[] {
  const known = [...existing];
  if (known.length === 0 || dag.schedule === null) return [];
  const dates = known.map((run) => run.executionDate);
  // A trigger's interval is empty: where it starts is the date itself.
  const read = dataIntervals(dag.schedule, dates, { ...zone(dag), kind: "trigger" }).start;
  const given = dataIntervals(dag.schedule, read, timetable(dag));
  const records = new Map<number, RunRecord>();
  known.forEach((run, at) => {
    const ms = read[at] as number;
    const executionDate = instant(ms);
    const own = run as Partial<RunRecord>;
    records.set(ms, {
      runId: own.runId ?? `scheduled__${executionDate.replace("Z", "+00:00")}`,
      dagId: dag.dagId,
      executionDate,
      dataInterval: intervalOf(run) ?? {
        start: instant(given.start[at] as number),
        end: instant(given.end[at] as number),
      },
      runType: own.runType ?? "scheduled",
      state: run.state,
      conf: own.conf ?? {},
      attempt: own.attempt ?? 1,
      ...(own.startedAt !== undefined && { startedAt: own.startedAt }),
      ...(own.finishedAt !== undefined && { finishedAt: own.finishedAt }),
      ...(own.error !== undefined && { error: own.error }),
    });
  });
  return [...records.values()];
}

function zone({ timeZone }: Dag): { timeZone?: string } {
  return timeZone === undefined ? {} : { timeZone };
}

/** The fields of a DAG that shape its dates. */
function timetable({ timeZone, kind, dst, interval }: Dag) {
  return Object.fromEntries(
    Object.entries({ timeZone, kind, dst, interval }).filter(([, value]) => value !== undefined),
  );
}

/** An interval that was given, where it is plain instants. */
function intervalOf({ dataInterval }: KnownRun): RunRecord["dataInterval"] | undefined {
  const [start, end] = [dataInterval?.start, dataInterval?.end].map((at) =>
    typeof at === "number" || at instanceof Date ? +at : typeof at === "string" ? Date.parse(at) : Number.NaN,
  );
  if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end)) return undefined;
  return { start: instant(start), end: instant(end) };
}
