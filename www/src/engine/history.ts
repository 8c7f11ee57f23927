import {
  ACTIONS,
  type BackfillPreview,
  BackfillService,
  type RunRecord,
  type RunStore,
  type StoreChange,
} from "dagfill";
import type { Draft } from "../model";
import { dagOf, HARD_LIMIT, optionsOf } from "../request";
import { chance } from "./simulate";

const BATCH = 2000;

/** The mark of a record that is made up. */
const SAMPLE = { sample_history: true };
export const isSample = ({ conf }: RunRecord) => conf.sample_history === true;

/** Writes made-up records of scheduled runs over the first part of the range: most succeeded, a few failed. They make
 *  the page's first plan one with something to keep and something to run again. */
export async function fillHistory(draft: Draft, store: RunStore, now: number): Promise<number> {
  const preview = await previewOf(draft, store, now);
  const { executionDate, action } = preview.columns();
  const end = Math.floor(executionDate.length * 0.25);
  let changes: StoreChange[] = [];
  let count = 0;
  for (let at = 0; at < end; at++) {
    const run = preview.run(at);
    if (ACTIONS[action[at] ?? 0] !== "create" || !run) continue;
    const state = chance(draft.simulation.seed, run.executionDate, "history") < 0.1 ? "failed" : "success";
    const startedAt = run.runAfter;
    const took = (60 + 120 * chance(run.executionDate, "took")) * 1000;
    const finishedAt = `${new Date(Date.parse(startedAt) + took).toISOString().slice(0, 19)}Z`;
    const { executionDate: date, dataInterval } = run;
    changes.push({
      type: "create-run",
      run: {
        runId: `scheduled__${date.slice(0, 19)}+00:00`,
        dagId: draft.dagId,
        executionDate: date,
        dataInterval,
        runType: "scheduled",
        state,
        conf: SAMPLE,
        attempt: 1,
        startedAt,
        finishedAt,
        ...(state === "failed" ? { error: { name: "Error", message: "exit code 1 (sample history)" } } : {}),
      },
    });
    count++;
    if (changes.length === BATCH) {
      await store.apply(changes);
      changes = [];
    }
  }
  if (changes.length) await store.apply(changes);
  return count;
}

function previewOf(draft: Draft, store: RunStore, now: number): Promise<BackfillPreview> {
  const service = new BackfillService({ dags: [dagOf(draft)], store });
  const { dagId, startDate, endDate } = optionsOf(draft, now);
  return service.preview({ dagId, startDate, endDate, maxRuns: HARD_LIMIT });
}
