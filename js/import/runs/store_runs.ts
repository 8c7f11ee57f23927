// Imported records on their way into a store: what is new is created, what changed elsewhere is updated.
import { DagfillError, type RunRecord, type RunStore, type StoreChange } from "../../face.js";
import { shown } from "../../shown.js";

/** Changes in one transaction. */
const BATCH = 5_000;

/** The number of records by what became of them. `kept`: dates that dagfill itself ran, which an import never touches. */
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
  checkStore(store);
  const dagId = dagOf(runs);
  if (dagId === undefined) return counts;
  const known = new Map<string, RunRecord>();
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

function checkStore(store: unknown): void {
  const { listRuns, apply } = (store ?? {}) as Partial<RunStore>;
  if (typeof listRuns === "function" && typeof apply === "function") return;
  throw new DagfillError("INVALID_OPTION", `store: expected a RunStore, got ${typeof store}`, {
    field: "store",
  });
}

/** The one DAG of the records; undefined where there are none. */
function dagOf(runs: unknown): string | undefined {
  if (!Array.isArray(runs)) {
    throw new DagfillError("INVALID_OPTION", `runs: expected a list of runs, got ${typeof runs}`, {
      field: "runs",
      hint: "importRuns returns { runs, left }: pass its runs",
    });
  }
  const byId = new Map<string, RunRecord>();
  for (const [place, run] of runs.entries()) {
    const { dagId, executionDate } = (run ?? {}) as Partial<RunRecord>;
    const field = typeof dagId !== "string" ? "dagId" : "executionDate";
    if (typeof dagId !== "string" || typeof executionDate !== "string") {
      throw new DagfillError("INVALID_OPTION", `runs[${place}].${field}: expected a text, got none`, {
        field: `runs[${place}].${field}`,
      });
    }
    if (dagId !== runs[0].dagId) {
      throw new DagfillError(
        "INVALID_OPTION",
        `runs[${place}].dagId: expected runs of one DAG, got ${JSON.stringify(dagId)} beside ${JSON.stringify(runs[0].dagId)}`,
        { field: `runs[${place}].dagId`, hint: "store the runs of each DAG by themselves" },
      );
    }
    if (typeof run.runId === "string") refuseSameId(run, byId);
  }
  return runs[0]?.dagId;
}

/** A run id belongs to one date. */
function refuseSameId(run: RunRecord, byId: Map<string, RunRecord>): void {
  const other = byId.get(run.runId);
  byId.set(run.runId, run);
  if (other === undefined || other.executionDate === run.executionDate) return;
  throw new DagfillError(
    "RUN_EXISTS",
    `run id ${shown(run.runId)}: expected one date, got ${other.executionDate} and ${run.executionDate}`,
    { field: "runId", input: run.runId, hint: "remove one of the two rows, or give it an id of its own" },
  );
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
