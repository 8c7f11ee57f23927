// Imported records on their way into a store: what is new is created, what changed elsewhere is updated.
import type { RunRecord, RunStore, StoreChange } from "../../face.js";

/** Changes in one transaction. */
const BATCH = 5_000;

/** What became of the records. `kept`: dates that dagfill itself ran, which an import never touches. */
export interface StoredRuns {
  created: number;
  updated: number;
  unchanged: number;
  kept: number;
}

/** Writes imported records of one DAG. Doing it again with the same records changes nothing; a run that has another state by now is
 *  updated, unless dagfill ran that date itself.
 *
 *  ```js
 *  const { runs } = importRuns(text, { dag });
 *  console.log(await storeRuns(store, runs)); // { created: 365, updated: 0, unchanged: 0, kept: 0 }
 *  ``` */
export async function storeRuns(store: RunStore, runs: readonly RunRecord[]): Promise<StoredRuns> {
  const counts: StoredRuns = { created: 0, updated: 0, unchanged: 0, kept: 0 };
  const [dagId, known] = [runs[0]?.dagId, new Map<string, RunRecord>()];
  if (dagId === undefined) return counts;
  for (const run of await store.listRuns({ dagId })) known.set(run.executionDate, run);
  const changes: StoreChange[] = [];
  for (const run of runs) {
    const change = changeOf(run, known.get(run.executionDate), counts);
    if (change !== undefined) changes.push(change);
  }
  for (let from = 0; from < changes.length; from += BATCH)
    await store.apply(changes.slice(from, from + BATCH));
  return counts;
}

function changeOf(run: RunRecord, known: RunRecord | undefined, counts: StoredRuns): StoreChange | undefined {
  if (known === undefined) {
    counts.created += 1;
    return { type: "create-run", run };
  }
  if (known.backfillId !== undefined || known.owner !== undefined) {
    counts.kept += 1;
    return undefined;
  }
  const { state, attempt, startedAt, finishedAt } = run;
  if (known.state === state && known.startedAt === startedAt && known.finishedAt === finishedAt) {
    counts.unchanged += 1;
    return undefined;
  }
  counts.updated += 1;
  const change = { state, attempt, startedAt, finishedAt };
  return { type: "update-run", dagId: known.dagId, runId: known.runId, change };
}
