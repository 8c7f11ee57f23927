// Tasks without a record in runs that have succeeded: a run of chosen tasks, or of a DAG that had fewer tasks, makes its date count as done.
import type { BackfillPreview, Dag, RunStore, Warning } from "../face.js";
import { shortened } from "../visible.js";
import { skippedBy } from "./calendar.js";
import type { DagFile } from "./load_dag.js";
import { localDate } from "./local_date.js";
import { dagFlag, passwordNote, quoted, serverFlags } from "./typed_line.js";
import type { Request } from "./verb.js";

/** So many skipped runs are read, the last ones first. */
const MOST = 1_000;

/** Adds a warning `unrecorded_tasks` to a plan that skips such runs. A run without any record, as an imported one, is none. */
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
  const seen = new Set<string>();
  const lacking = new Set<string>();
  const dates: string[] = [];
  for (let place = preview.counts.total - 1; place >= 0 && seen.size < Math.min(MOST, done); place -= 1) {
    const row = preview.run(place);
    if (row?.reason !== "exists_success" || seen.has(row.runId)) continue;
    seen.add(row.runId);
    const recorded = (await store.listTaskInstances(preview.dagId, row.runId)).map(({ taskId }) => taskId);
    const missing = recorded.length === 0 ? [] : wanted.filter((taskId) => !recorded.includes(taskId));
    if (missing.length === 0) continue;
    for (const taskId of missing) lacking.add(taskId);
    dates.push(row.executionDate);
  }
  if (dates.length === 0) return;
  const cut = done > MOST ? ` (of the last ${MOST} that have succeeded)` : "";
  preview.warnings.push({
    code: "unrecorded_tasks",
    message: `${message(dates.length, cut, [...lacking])}; ${hint(preview, ids, lacking, dates, request)}`,
    count: dates.length,
  });
}

/** Says how many runs of a plan that keeps the tasks which succeeded have none on record, as imported ones. Read before they start. */
export async function warningOfUnrecordedRuns(
  preview: BackfillPreview,
  { engine, executeRun, dags }: DagFile,
  store: Pick<RunStore, "listTaskInstances">,
): Promise<Warning | undefined> {
  const { tasks = [] } = dags.find(({ dagId }) => dagId === preview.dagId) ?? {};
  // Where runs are executed as a whole no task is ever recorded.
  if (tasks.length < 2 || engine !== undefined || executeRun !== undefined) return undefined;
  let [read, count] = [0, 0];
  for (let place = preview.counts.total - 1; place >= 0 && read < MOST; place -= 1) {
    const row = preview.counts.rerun === 0 ? undefined : preview.run(place);
    if (row?.action !== "rerun" || row.existingState !== "failed") continue;
    read += 1;
    if ((await store.listTaskInstances(preview.dagId, row.runId)).length === 0) count += 1;
  }
  if (count === 0) return undefined;
  const runs = count === 1 ? "1 failed run has" : `${count} failed runs have`;
  const cut = read === MOST ? ` (of the last ${MOST})` : "";
  const message = `${runs}${cut} no record of any task, as imported runs: all their tasks run again, also those that had succeeded`;
  return { code: "unrecorded_runs", message, count };
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
  return `to run ${lacking.size === 1 ? "it" : "them"}${passwordNote(values)}: dagfill clear ${which} --from ${from} --to ${to}${serverFlags(values)}`;
}
