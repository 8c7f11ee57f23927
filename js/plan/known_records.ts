// Known runs as records of a store: previews and backfills then see them as they see their own. Only the components use this; it is here since
// their bundle takes from the package's entry what the core has.
import { RUN_STATES } from "../codes.js";
import type { Dag } from "../dag/dag.js";
import type { DateInput } from "../schedule/input.js";
import { dataIntervals } from "../schedule/schedule.js";
import type { MemoryStore } from "../store/memory.js";
import { runIdOf } from "../store/run_id.js";
import type { RunRecord, RunState, StoreChange } from "../store/store.js";
import { iso } from "../time.js";
import type { Warning } from "../warning.js";
import { type KnownRun, weight } from "./known_runs.js";
import { missing } from "./missing.js";

function isList(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === "object" &&
    typeof (value as Partial<Iterable<unknown>>)?.[Symbol.iterator] === "function"
  );
}

const lists = new WeakMap<Iterable<KnownRun>, KnownRun[]>();

/** The runs of a history. One that can be read only once, such as a generator, is read once. */
function listOf(history: Iterable<KnownRun>): KnownRun[] {
  if (Array.isArray(history)) return history;
  const list = lists.get(history) ?? [...history];
  lists.set(history, list);
  return list;
}

/** Whether two histories say the same, element by element. */
export function isSameHistory(a: Iterable<KnownRun> | undefined, b: Iterable<KnownRun> | undefined): boolean {
  if (a === b) return true;
  if (!isList(a) || !isList(b)) return false;
  const [list, others] = [listOf(a), listOf(b)];
  return (
    list.length === others.length &&
    list.every((run: KnownRun | null, at) => {
      const other = others[at] as KnownRun | null;
      return (
        run === other || (run?.state === other?.state && isSameDate(run?.executionDate, other?.executionDate))
      );
    })
  );
}

function isSameDate(a: DateInput | undefined, b: DateInput | undefined): boolean {
  return Object.is(a instanceof Date ? +a : a, b instanceof Date ? +b : b);
}

function weightOf(state: RunState): number {
  return weight(RUN_STATES.indexOf(state));
}

/** One record a date: of several runs of a date the last success counts, as `missing` and `planBackfill` have it, and a warning says so.
 *  Throws DagfillError with the place of what is wrong, such as `existing[1].state`. */
function knownRecords(
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
    if (weightOf(records.get(ms)?.state ?? state) > weightOf(state)) return;
    const executionDate = iso(ms);
    const { startedAt, finishedAt, error, ...record } = run as Partial<RunRecord>;
    const [start, end] = dataInterval
      ? [read[3 * at + 1], read[3 * at + 2]]
      : [given.start[at], given.end[at]];
    records.set(ms, {
      runId: record.runId ?? runIdOf("scheduled", executionDate),
      dagId,
      executionDate,
      dataInterval: { start: iso(start as number), end: iso(end as number) },
      runType: record.runType ?? "scheduled",
      state,
      conf: record.conf ?? {},
      attempt: record.attempt ?? 1,
      startedAt,
      finishedAt,
      error,
    } as RunRecord);
  });
  return { runs: [...records.values()], warnings: warnings.filter(({ code }) => code === "several_runs") };
}

/** Puts known runs in place of earlier ones into memory, beside what ran there: of a date that ran, a success counts more than what
 *  stands there. */
export function keepKnown(
  memory: MemoryStore,
  dag: Dag,
  existing: Iterable<KnownRun>,
): { kept: Promise<void>; warnings: readonly Warning[] } {
  const { runs, warnings } = knownRecords(dag, listOf(existing));
  const { dagId } = dag;
  const own = new Map(memory.forget(dagId).map((row) => [row.executionMs, row]));
  const changes = runs.flatMap((run): StoreChange[] => {
    const { state, executionDate } = run;
    const ours = own.get(Date.parse(executionDate));
    if (ours === undefined) return [{ type: "create-run", run }];
    if (state !== "success" || ours.state === state) return [];
    return [{ type: "update-run", dagId, runId: ours.runId, change: { state } }];
  });
  return { kept: memory.apply(changes), warnings };
}
