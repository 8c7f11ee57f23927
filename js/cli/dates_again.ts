// The dates that `retry` and `clear` run again, each with the backfill that it was last part of.
import { ACTIONS, SKIP_REASONS } from "../codes.js";
import { DagfillError } from "../error.js";
import {
  type BackfillOptions,
  BackfillService,
  type Dag,
  type RunRecord,
  type RunState,
  type RunStore,
} from "../face.js";
import { placeOn, stateAt } from "../plan/existing_runs.js";
import { abandonment, type History, loadHistory, unfinishedIds } from "../plan/history.js";
import { fromStored, type Snapshot } from "../run/backfill/snapshot.js";
import { iso } from "../time.js";
import type { Terminal } from "./terminal.js";
import { unchosenTasks } from "./unchosen_tasks.js";

export interface DateAgain {
  /** Epoch milliseconds. */
  date: number;
  /** Absent: its run was started by hand or by a scheduler, or was imported. */
  backfill?: StoredBackfill | undefined;
  /** The backfill was to clear the run, and has not begun to. */
  fromStart?: boolean;
  /** Tasks that run beside those that the backfill chose. */
  moreTasks?: readonly string[];
}

export interface StoredBackfill {
  id: string;
  /** As they can be given to another backfill. */
  options: BackfillOptions;
  snapshot: Snapshot;
}

export interface Place {
  dag: Dag;
  store: RunStore;
  /** Bounds in epoch milliseconds; those that nobody named are absent. */
  span: { from?: number; to?: number };
  notices: Pick<Terminal, "line" | "paint">;
}

const [SKIP, RESET] = [ACTIONS.indexOf("skip"), ACTIONS.indexOf("reset")];
const DEPENDS_ON_PAST = SKIP_REASONS.indexOf("depends_on_past");

/** The dates of the runs in these states, and of runs that a killed process left. */
export async function datesOfRuns(place: Place, states: readonly RunState[]): Promise<DateAgain[]> {
  const backfills = byId(await backfillsOf(place));
  return [...(await runsIn(place, states))].map(([date, { backfillId = "" }]) => ({
    date,
    backfill: backfills.get(backfillId),
  }));
}

/** The dates of failed and canceled runs, and those that ended backfills asked for and left without a success. A date is of the last backfill that
 *  asked for it. `leftOut`: dates that only a named range takes, because their backfill was canceled, or because it was to replace a run
 *  that has succeeded. */
export async function datesToRetry(
  place: Place,
  service: BackfillService,
): Promise<{ dates: DateAgain[]; leftOut: number[] }> {
  const { from, to } = place.span;
  const isNamed = from !== undefined || to !== undefined;
  const backfills = await backfillsOf(place);
  const runs = await runsIn(place, ["failed", "canceled"]);
  const found = new Map<number, DateAgain>();
  const leftOut = new Set<number>();
  for (const { date, backfill, isSuccess, ...how } of await datesLeft(place, service, backfills, runs)) {
    if (found.has(date)) continue;
    const run = runs.get(date);
    const isOwnFailure = run?.state === "failed" && run.backfillId === backfill.id;
    const isTaken = !isSuccess && (backfill.snapshot.state === "failed" || isOwnFailure);
    if (isNamed || isTaken) found.set(date, { date, backfill, ...how });
    else leftOut.add(date);
  }
  const known = byId(backfills);
  for (const [date, { state, backfillId = "" }] of runs) {
    if (found.has(date)) continue;
    const backfill = known.get(backfillId);
    if (!isNamed && state === "canceled" && backfill?.snapshot.state === "canceled") leftOut.add(date);
    else found.set(date, { date, backfill });
  }
  for (const again of found.values()) {
    const run = runs.get(again.date);
    const { options } = again.backfill ?? {};
    if (run === undefined || options === undefined || again.fromStart === true) continue;
    again.moreTasks = await unchosenTasks(place.dag, run, options, place.store);
  }
  return { dates: [...found.values()], leftOut: [...leftOut].filter((date) => !found.has(date)) };
}

interface DateLeft extends DateAgain {
  backfill: StoredBackfill;
  /** The run that stands there has succeeded. */
  isSuccess: boolean;
}

/** What backfills that have ended asked for and left without a success, the last backfill first. */
async function datesLeft(
  place: Place,
  service: BackfillService,
  backfills: readonly StoredBackfill[],
  runs: ReadonlyMap<number, RunRecord>,
): Promise<DateLeft[]> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = place.span;
  const left: DateLeft[] = [];
  for (const backfill of [...backfills].reverse()) {
    const { state, plan } = backfill.snapshot;
    if (state !== "failed" && state !== "canceled") continue;
    const rows = askedRows(plan).filter(({ date }) => date >= from && date <= to);
    const history = await historyOf(place, rows);
    const absent: DateLeft[] = [];
    for (const { row, date } of rows) {
      const at = placeOn(history.runs, date);
      if (at < 0) {
        absent.push({ date, backfill, isSuccess: false });
        continue;
      }
      const isSuccess = stateAt(history.runs, at) === "success";
      const before = plan.existing.attempt[placeOn(plan.existing, date)];
      const fromStart = plan.action[row] === RESET && history.runs.attempt[at] === before;
      if (isSuccess ? fromStart : runs.has(date)) left.push({ date, backfill, isSuccess, fromStart });
    }
    left.push(...(await scheduled(place, service, backfill, absent)));
  }
  return left;
}

/** The rows whose dates a plan was to run, also those that waited for the date before them. */
function askedRows({ action, reason, executionDate }: Snapshot["plan"]): { row: number; date: number }[] {
  return Array.from(executionDate, (date, row) => ({ row, date })).filter(
    ({ row }) => action[row] !== SKIP || reason[row] === DEPENDS_ON_PAST,
  );
}

async function historyOf(
  { store, dag: { dagId } }: Place,
  rows: readonly { date: number }[],
): Promise<History> {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { date } of rows) [first, last] = [Math.min(first, date), Math.max(last, date)];
  return loadHistory(store, dagId, first, last);
}

/** Those dates without a run that the DAG's schedule has still. */
async function scheduled(
  { dag: { dagId }, notices }: Place,
  service: BackfillService,
  { id, options: { maxRuns }, snapshot: { plan } }: StoredBackfill,
  left: readonly DateLeft[],
): Promise<DateLeft[]> {
  if (left.length === 0) return [];
  const dates = plan.executionDate.slice().sort();
  const [startDate, endDate] = [iso(dates[0] as number), iso(dates.at(-1) as number)];
  try {
    const now = await service.preview({
      dagId,
      startDate,
      endDate,
      ...(maxRuns !== undefined && { maxRuns }),
      includeNotDue: true,
    });
    const known = new Set(now.columns().executionDate);
    const kept = left.filter(({ date }) => known.has(date));
    const gone = left.length - kept.length;
    if (gone > 0)
      warn(notices, id, `the schedule no longer has ${gone === 1 ? "1 of them" : `${gone} of them`}`);
    return kept;
  } catch (error) {
    if (!(error instanceof DagfillError)) throw error;
    warn(notices, id, error.message);
    return [];
  }
}

/** The backfills of the DAG, the first one first. */
async function backfillsOf({ store, dag: { dagId } }: Place): Promise<StoredBackfill[]> {
  const snapshots = new Map((await store.listBackfills({ dagId })).map((one) => [one.id, one.snapshot]));
  return (await BackfillService.listOf(store, { dagId })).map(({ backfillId: id, options }) => ({
    ...{ id, options },
    snapshot: fromStored(id, snapshots.get(id) ?? null),
  }));
}

function byId(backfills: readonly StoredBackfill[]): ReadonlyMap<string, StoredBackfill> {
  return new Map(backfills.map((one) => [one.id, one]));
}

/** The runs in these states, and those that a killed process left, by date. Runs of an interrupted backfill that have not ended are not among
 *  them: a resume continues those. */
async function runsIn(
  { store, dag: { dagId }, span }: Place,
  states: readonly RunState[],
): Promise<Map<number, RunRecord>> {
  const isAbandoned = abandonment(store);
  const unfinished = await unfinishedIds(store, dagId);
  const runs = new Map<number, RunRecord>();
  for (const run of await store.listRuns({ dagId, states: [...states, "queued", "running"], ...span })) {
    const isOpen = !states.includes(run.state);
    if (isOpen && (unfinished.has(run.backfillId ?? "") || !(await isAbandoned(run)))) continue;
    runs.set(Date.parse(run.executionDate), run);
  }
  return runs;
}

function warn(notices: Place["notices"], id: string, why: string): void {
  notices.line(`${notices.paint("yellow", "warning")} dates that ${id} left are not run: ${why}`);
}
