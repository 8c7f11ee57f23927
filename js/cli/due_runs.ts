// The work that `schedule` would begin now for a DAG, and the due dates that it leaves alone: by the rules of the scheduler, which looks at
// the store's runs of every type.
import {
  type CatchupPlan,
  type Dag,
  type PlannedRun,
  planCatchup,
  type RunRecord,
  type RunStore,
} from "../face.js";
import { abandonedBut } from "../run/scheduler/left_runs.js";

/** A run that is there already. */
export type StandingRun = Pick<RunRecord, "executionDate" | "runId" | "state">;

/** `due` has only the dates whose run would be started. */
export interface DueRuns extends CatchupPlan {
  /** Scheduled runs that a dead process left: they are started again. */
  restarted: StandingRun[];
  /** Due dates that have a run, such as one by hand or of a backfill: they are left alone. */
  taken: StandingRun[];
  /** With `dependsOnPast`: the due dates that wait for a run that has not succeeded. */
  waiting: { dates: string[]; behind: StandingRun } | null;
  /** Of the dates that the policy leaves out: how many have a run. */
  skippedWithRun: number;
}

export async function dueRuns(store: RunStore, dag: Dag, now: number): Promise<DueRuns> {
  const { dagId, dependsOnPast = false } = dag;
  const query = { dagId, runTypes: ["scheduled" as const] };
  // The scheduler has settled everything up to the newest date with a scheduled run.
  const [newest] = await store.listRuns({ ...query, order: "desc", limit: 1 });
  const plan = planCatchup(dag, { now, lastRun: newest?.executionDate ?? null });
  const isLeft = abandonedBut(store, "");
  const left: RunRecord[] = [];
  for (const run of await store.listRuns({ ...query, states: ["queued", "running"] }))
    if (await isLeft(run)) left.push(run);
  const skippedWithRun = plan.skipped === null ? 0 : await countIn(store, dagId, plan.skipped);
  const answer: DueRuns = {
    ...plan,
    due: [],
    restarted: left.map(standing),
    taken: [],
    waiting: null,
    skippedWithRun,
  };
  const [first, last] = [plan.due[0], plan.due.at(-1)];
  if (first === undefined || last === undefined) return answer;
  const [from, to] = [dateOf(first), dateOf(last)];
  const before = dependsOnPast ? await store.listRuns({ dagId, to: from - 1, order: "desc", limit: 1 }) : [];
  const runs = [...before, ...(await store.listRuns({ dagId, from, to }))];
  const restarted = new Set(left.map(({ runId }) => runId));
  let past: RunRecord | undefined;
  let at = 0;
  for (const [place, planned] of plan.due.entries()) {
    for (; at < runs.length && dateOf(runs[at] as RunRecord) < dateOf(planned); at += 1) past = runs[at];
    const isMet = past === undefined || past.state === "success" || restarted.has(past.runId);
    if (dependsOnPast && past !== undefined && !isMet) {
      const dates = plan.due.slice(place).map(({ executionDate }) => executionDate);
      return { ...answer, waiting: { dates, behind: standing(past) } };
    }
    const run = runs[at];
    if (run !== undefined && dateOf(run) === dateOf(planned)) answer.taken.push(standing(run));
    else {
      answer.due.push(planned);
      // The run before the next date is this one, which may succeed.
      past = undefined;
    }
  }
  return answer;
}

/** Dates of the span that have a run; runs by hand between two dates make it no larger than the span's count. */
async function countIn(
  store: RunStore,
  dagId: string,
  { from, to, count }: NonNullable<CatchupPlan["skipped"]>,
): Promise<number> {
  const query = { dagId, from: Date.parse(from), to: Date.parse(to) };
  const counts = await store.countRuns?.(query);
  const runs =
    counts === undefined
      ? (await store.listRuns(query)).length
      : Object.values(counts).reduce((sum, ofState) => sum + ofState, 0);
  return Math.min(runs, count);
}

const dateOf = ({ executionDate }: Pick<PlannedRun, "executionDate">): number => Date.parse(executionDate);

const standing = ({ executionDate, runId, state }: RunRecord): StandingRun => ({
  executionDate,
  runId,
  state,
});
