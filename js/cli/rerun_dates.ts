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
import { unselectedTasks } from "./unselected_tasks.js";

export interface RerunDate {
  /** Epoch milliseconds. */
  date: number;
  /** Absent: its run was started by hand or by a scheduler, or was imported. */
  backfill?: StoredBackfill | undefined;
  /** The backfill was to clear the run, and has not begun to. */
  fromStart?: boolean;
  /** Tasks that run in addition to the `taskIds` of the backfill. */
  addedTaskIds?: readonly string[];
}

export interface StoredBackfill {
  id: string;
  /** In the form in which another backfill takes them. */
  options: BackfillOptions;
  snapshot: Snapshot;
}

interface RerunScope {
  dag: Dag;
  store: RunStore;
  /** Bounds in epoch milliseconds; those that nobody named are absent. */
  span: { from?: number; to?: number };
  notices: Pick<Terminal, "line" | "paint">;
}

const [SKIP, RESET] = [ACTIONS.indexOf("skip"), ACTIONS.indexOf("reset")];
const DEPENDS_ON_PAST = SKIP_REASONS.indexOf("depends_on_past");

/** The dates of the runs in these states, and of runs that a killed process left. */
export async function datesOfRuns(scope: RerunScope, states: readonly RunState[]): Promise<RerunDate[]> {
  const backfills = byId(await backfillsOf(scope));
  return [...(await runsIn(scope, states))].map(([date, { backfillId = "" }]) => ({
    date,
    backfill: backfills.get(backfillId),
  }));
}

/** The dates of failed and canceled runs, and those that ended backfills requested and left without a success. A date belongs to the last
 *  backfill that requested it. `leftOut`: dates that only a named range takes, because their backfill was canceled, or because it was to replace a run
 *  that has succeeded. */
export async function datesToRetry(
  scope: RerunScope,
  service: BackfillService,
): Promise<{ dates: RerunDate[]; leftOut: number[] }> {
  const { from, to } = scope.span;
  const isNamed = from !== undefined || to !== undefined;
  const backfills = await backfillsOf(scope);
  const runs = await runsIn(scope, ["failed", "canceled"]);
  const found = new Map<number, RerunDate>();
  const leftOut = new Set<number>();
  for (const { date, backfill, isSuccess, ...how } of await unfinishedDates(
    scope,
    service,
    backfills,
    runs,
  )) {
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
  for (const rerun of found.values()) {
    const run = runs.get(rerun.date);
    const { options } = rerun.backfill ?? {};
    if (run === undefined || options === undefined || rerun.fromStart === true) continue;
    rerun.addedTaskIds = await unselectedTasks(scope.dag, run, options, scope.store);
  }
  return { dates: [...found.values()], leftOut: [...leftOut].filter((date) => !found.has(date)) };
}

interface UnfinishedDate extends RerunDate {
  backfill: StoredBackfill;
  /** The date has a run that succeeded. */
  isSuccess: boolean;
}

/** The dates that ended backfills requested and left without a success, the last backfill first. */
async function unfinishedDates(
  scope: RerunScope,
  service: BackfillService,
  backfills: readonly StoredBackfill[],
  runs: ReadonlyMap<number, RunRecord>,
): Promise<UnfinishedDate[]> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = scope.span;
  const left: UnfinishedDate[] = [];
  for (const backfill of [...backfills].reverse()) {
    const { state, plan } = backfill.snapshot;
    if (state !== "failed" && state !== "canceled") continue;
    const rows = requestedRows(plan).filter(({ date }) => date >= from && date <= to);
    const history = await historyOf(scope, rows);
    const absent: UnfinishedDate[] = [];
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
    left.push(...(await stillScheduled(scope, service, backfill, absent)));
  }
  return left;
}

/** The rows whose dates a plan was to run, and those that waited for the date before them. */
function requestedRows({ action, reason, executionDate }: Snapshot["plan"]): { row: number; date: number }[] {
  return Array.from(executionDate, (date, row) => ({ row, date })).filter(
    ({ row }) => action[row] !== SKIP || reason[row] === DEPENDS_ON_PAST,
  );
}

async function historyOf(
  { store, dag: { dagId } }: RerunScope,
  rows: readonly { date: number }[],
): Promise<History> {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { date } of rows) [first, last] = [Math.min(first, date), Math.max(last, date)];
  return loadHistory(store, dagId, first, last);
}

/** The dates without a run that the DAG's schedule still has. */
async function stillScheduled(
  { dag: { dagId }, notices }: RerunScope,
  service: BackfillService,
  { id, options: { maxRuns }, snapshot: { plan } }: StoredBackfill,
  left: readonly UnfinishedDate[],
): Promise<UnfinishedDate[]> {
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
async function backfillsOf({ store, dag: { dagId } }: RerunScope): Promise<StoredBackfill[]> {
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
  { store, dag: { dagId }, span }: RerunScope,
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

function warn(notices: RerunScope["notices"], id: string, why: string): void {
  notices.line(`${notices.paint("yellow", "warning")} dates that ${id} left are not run: ${why}`);
}
