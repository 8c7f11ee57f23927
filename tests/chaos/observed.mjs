// What the store of a scene says, read while nobody can be in the way.
import { existsSync } from "node:fs";
import { openSqliteStore } from "dagfill/store/sqlite";
import { readJournal, unitOf } from "./journal.mjs";

export async function withStore(scene, work) {
  if (!existsSync(scene.store)) return undefined;
  const store = await openSqliteStore(scene.store);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The records of a DAG by date, each with its tasks. */
export async function readRuns(scene, { dagId, tasks }) {
  const read = async (store) => {
    const runs = new Map();
    for (const run of await store.listRuns({ dagId })) {
      const instances = tasks === undefined ? [] : await store.listTaskInstances(dagId, run.runId);
      runs.set(run.executionDate, { ...run, instances });
    }
    return runs;
  };
  return (await withStore(scene, read)) ?? new Map();
}

/** How long the journal was, and the units of that DAG that the store says have succeeded: runs of `backfillId`, and their tasks. */
export async function observe(scene, dag, backfillId) {
  const length = readJournal(scene).length;
  const succeeded = new Set();
  for (const [date, run] of await readRuns(scene, dag)) {
    if (run.backfillId !== backfillId) continue;
    if (run.state === "success") succeeded.add(date);
    for (const { taskId, state } of run.instances) {
      if (state === "success") succeeded.add(unitOf({ date, task: taskId }));
    }
  }
  return { length, succeeded };
}
