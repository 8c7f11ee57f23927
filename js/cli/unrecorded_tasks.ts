// Tasks without a record in runs that have succeeded: a run of chosen tasks, or of a DAG that had fewer tasks, makes its date count as done.
import type { BackfillOptions, BackfillPreview, Dag, PlannedRun, RunStore, Warning } from "../face.js";
import { shortened } from "../visible.js";
import { skippedBy } from "./calendar.js";
import type { DagFile } from "./load_dag.js";
import { localDate } from "./local_date.js";
import { dagFlag, quoted, typedLine } from "./typed_line.js";
import type { Request } from "./verb.js";

/** The records of so many runs are read, the last runs first. */
const MOST = 1_000;

/** Adds a warning `unrecorded_tasks` to a plan that skips such runs. Runs without the record of any task, such as imported ones, are not counted. */
export async function warnOfUnrecordedTasks(
  preview: BackfillPreview,
  dag: Dag | undefined,
  store: Pick<RunStore, "listTaskInstances">,
  request: Request,
): Promise<void> {
  const chosen = request.values.taskIds as string[] | undefined;
  const ids = (dag?.tasks ?? []).map(({ taskId }) => taskId);
  const wanted = ids.filter((taskId) => chosen?.includes(taskId) ?? true);
  const done = skippedBy(preview).get("exists_success") ?? 0;
  if (ids.length < 2 || done === 0) return;
  const lacking = new Set<string>();
  const dates: string[] = [];
  for await (const { run, recorded } of lastRuns(preview, store, done, isSkippedSuccess)) {
    const missing = recorded.length === 0 ? [] : wanted.filter((taskId) => !recorded.includes(taskId));
    if (missing.length === 0) continue;
    for (const taskId of missing) lacking.add(taskId);
    dates.push(run.executionDate);
  }
  if (dates.length === 0) return;
  const cut = done > MOST ? ` (of the last ${MOST} that have succeeded)` : "";
  preview.warnings.push({
    code: "unrecorded_tasks",
    message: `${message(dates.length, cut, [...lacking])}; ${hint(preview, ids, lacking, dates, request)}`,
    count: dates.length,
  });
}

/** Whether a backfill runs failed runs again and keeps their tasks that succeeded. */
export function keepsTasks({ reprocess, rerunFailed }: BackfillOptions): boolean {
  return reprocess === "failed" || rerunFailed === true;
}

/** A warning `unrecorded_runs` if failed runs of such a plan have no record of any task, as imported ones. It has to be read before the runs start. */
export async function warningsOfUnrecordedRuns(
  preview: BackfillPreview,
  options: BackfillOptions,
  { engine, executeRun, dags }: DagFile,
  store: Pick<RunStore, "listTaskInstances">,
): Promise<Warning[]> {
  const { tasks = [] } = dags.find(({ dagId }) => dagId === preview.dagId) ?? {};
  // An engine and `executeRun` execute runs as a whole, and no task is ever recorded.
  if (!keepsTasks(options) || tasks.length < 2 || engine !== undefined || executeRun !== undefined) return [];
  let [read, count] = [0, 0];
  for await (const { recorded } of lastRuns(preview, store, preview.counts.rerun, isFailedRerun)) {
    read += 1;
    if (recorded.length === 0) count += 1;
  }
  if (count === 0) return [];
  const runs = count === 1 ? "1 failed run has" : `${count} failed runs have`;
  const cut = read === MOST ? ` (of the last ${MOST})` : "";
  const message = `${runs}${cut} no record of any task, as imported runs: all their tasks run again, also those that had succeeded`;
  return [{ code: "unrecorded_runs", message, count }];
}

const isSkippedSuccess = ({ reason }: PlannedRun) => reason === "exists_success";
/** The later dates of a chunk are left out: the run of its first date has their tasks. */
const isFailedRerun = ({ action, existingState, chunk }: PlannedRun) =>
  action === "rerun" && existingState === "failed" && chunk === undefined;

/** Runs of a plan, the last ones first, with the ids of the tasks that the store has records of. There are at most `count` of them. */
async function* lastRuns(
  preview: BackfillPreview,
  store: Pick<RunStore, "listTaskInstances">,
  count: number,
  isMeant: (run: PlannedRun) => boolean,
): AsyncGenerator<{ run: PlannedRun; recorded: string[] }> {
  let left = Math.min(count, MOST);
  for (let place = preview.counts.total - 1; place >= 0 && left > 0; place -= 1) {
    const run = preview.run(place);
    if (run === undefined || !isMeant(run)) continue;
    left -= 1;
    const tasks = await store.listTaskInstances(preview.dagId, run.runId);
    yield { run, recorded: tasks.map(({ taskId }) => taskId) };
  }
}

function message(count: number, cut: string, lacking: readonly string[]): string {
  const runs = count === 1 ? "1 successful run has" : `${count} successful runs have`;
  const [tasks, they] = lacking.length === 1 ? ["task", "it is"] : ["tasks", "they are"];
  return `${runs}${cut} no record of ${tasks} ${shortened(lacking.join(", "), 200)}: ${they} not run there`;
}

/** The line that runs these tasks alone, in the DAG's order. */
function hint(
  { dagId, timeZone }: BackfillPreview,
  ids: readonly string[],
  lacking: ReadonlySet<string>,
  dates: readonly string[],
  { positionals, values }: Request,
): string {
  const names = quoted(ids.filter((taskId) => lacking.has(taskId)).join(","));
  const sorted = [...dates].sort((one, other) => Date.parse(one) - Date.parse(other));
  const [from, to] = [sorted[0], sorted.at(-1)].map((date) => localDate(date ?? "", timeZone));
  const which = `${quoted(positionals[0] ?? "")}${dagFlag(dagId)} -t ${names} --no-upstream`;
  const purpose = `to run ${lacking.size === 1 ? "it" : "them"}`;
  return typedLine(purpose, `clear ${which} --from ${from} --to ${to}`, values);
}
