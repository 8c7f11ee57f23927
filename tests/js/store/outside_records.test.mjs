// Records that other programs write: their instants are the same instants, whatever they look like.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";
import { aRun } from "./contract.mjs";

const dags = [{ dagId: "sales", schedule: "@daily" }];
const days = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-04" };

test("a backfill runs over records with JavaScript's, Airflow's and local instants", async () => {
  const store = new MemoryStore();
  const states = { state: "failed", attempt: 1 };
  await store.apply([
    { type: "create-run", run: aRun(1, { ...states, executionDate: "2024-01-01T00:00:00.000Z" }) },
    { type: "create-run", run: aRun(2, { ...states, executionDate: "2024-01-02T00:00:00.000000+00:00" }) },
    { type: "create-run", run: aRun(3, { ...states, executionDate: "2024-01-03T05:30:00+05:30" }) },
  ]);
  const service = new BackfillService({ dags, store, executeRun: async () => {} });
  const preview = await service.preview({ ...days, resetDagRun: true });
  assert.deepEqual(
    preview.runs.map(({ action, existingState }) => [action, existingState]),
    [...Array(3).fill(["reset", "failed"]), ["create", undefined]],
  );
  const result = await service.backfill({ ...days, resetDagRun: true });
  assert.equal(result.state, "success");
  assert.deepEqual(
    (await store.listRuns({ dagId: "sales" })).map(({ state, attempt, executionDate }) => [
      state,
      attempt,
      executionDate.slice(10),
    ]),
    [2, 2, 2, 1].map((attempt) => ["success", attempt, "T00:00:00Z"]),
  );
});

test("a store of the host's may answer as its database writes", async () => {
  const memory = new MemoryStore();
  await memory.apply([{ type: "create-run", run: aRun(2, { state: "success" }) }]);
  const foreign = (text) => text.replace("Z", ".000000+00:00");
  const store = {
    durable: true,
    listRuns: async (query) =>
      (await memory.listRuns(query)).map((run) => ({ ...run, executionDate: foreign(run.executionDate) })),
    listTaskInstances: (...args) => memory.listTaskInstances(...args),
    getXcom: (...args) => memory.getXcom(...args),
    loadBackfill: (id) => memory.loadBackfill(id),
    listBackfills: (query) => memory.listBackfills(query),
    apply: (...args) => memory.apply(...args),
    acquireLease: (...args) => memory.acquireLease(...args),
    readLease: (name) => memory.readLease(name),
    close: () => memory.close(),
  };
  const service = new BackfillService({ dags, store, executeRun: async () => {} });
  const { existingRuns, runs } = await service.preview(days);
  assert.deepEqual(existingRuns, [aRun(2, { state: "success" })]);
  assert.equal(runs[1].reason, "exists_success");
});
