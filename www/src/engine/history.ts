import { dataIntervals, type RunRecord, type RunStore, type StoreChange } from "dagfill";
import { CREATE } from "dagfill/planning";
import type { Draft, PlanView, Samples } from "../model";
import { dagOf } from "../request";
import { NO_SAMPLES } from "../samples";
import { chance } from "./simulate";

const BATCH = 2000;
/** The most records of a range that are searched for made-up ones. */
const MOST_SAMPLES = 2000;

/** The mark of a record that is made up. */
const SAMPLE = { sample_history: true };
export const isSample = ({ conf }: { conf: unknown }) =>
  (conf as Partial<typeof SAMPLE> | null)?.sample_history === true;

/** Whether the store has any record of the DAG, and which records of the plan's range are made up. */
export async function recordsOf(
  store: RunStore,
  plan: PlanView,
): Promise<{ hasHistory: boolean; samples: Samples }> {
  const { dagId, counts, start, end } = plan;
  const hasHistory = (await store.listRuns({ dagId, limit: 1 })).length > 0;
  if (!hasHistory || counts.create === counts.total) return { hasHistory, samples: NO_SAMPLES };
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const known = await store.listRuns({ dagId, from, to, limit: MOST_SAMPLES });
  const dates = known.filter(isSample).map(({ executionDate }) => Date.parse(executionDate));
  return { hasHistory, samples: { dates: new Set(dates), isWhole: known.length < MOST_SAMPLES } };
}

/** Writes made-up records of scheduled runs over the first part of a plan: most succeeded, a few failed. They make
 *  the page's first plan one with something to keep and something to run again. */
export async function fillHistory(draft: Draft, store: RunStore, plan: PlanView): Promise<void> {
  const isDescending = plan.total > 1 && (plan.dates[0] as number) > (plan.dates[1] as number);
  const rows = Array.from({ length: Math.floor(plan.total * 0.25) }, (_, at) =>
    isDescending ? plan.total - 1 - at : at,
  ).filter((row) => plan.tokens[row] === CREATE);
  const { schedule, ...dag } = dagOf(draft);
  const { timeZone, kind, dst, interval } = dag;
  const timetable = Object.entries({ timeZone, kind, dst, interval }).filter(
    ([, value]) => value !== undefined,
  );
  const dates = Float64Array.from(rows, (row) => plan.dates[row] as number);
  const { start, end } = dataIntervals(schedule, dates, Object.fromEntries(timetable));
  for (let from = 0; from < rows.length; from += BATCH) {
    const changes: StoreChange[] = [];
    for (let at = from; at < Math.min(rows.length, from + BATCH); at++)
      changes.push({
        type: "create-run",
        run: sampleOf(draft, dates[at] as number, start[at] as number, end[at] as number),
      });
    await store.apply(changes);
  }
}

const instant = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function sampleOf(draft: Draft, date: number, start: number, end: number): RunRecord {
  const executionDate = instant(date);
  const state = chance(draft.simulation.seed, executionDate, "history") < 0.1 ? "failed" : "success";
  const took = (60 + 120 * chance(executionDate, "took")) * 1000;
  return {
    runId: `scheduled__${executionDate.slice(0, 19)}+00:00`,
    dagId: draft.dagId,
    executionDate,
    dataInterval: { start: instant(start), end: instant(end) },
    runType: "scheduled",
    state,
    conf: SAMPLE,
    attempt: 1,
    startedAt: instant(end),
    finishedAt: instant(end + took),
    ...(state === "failed" && { error: { name: "Error", message: "exit code 1 (sample history)" } }),
  };
}
