// Estimates from the history of a store.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore, previewFrom } from "../../dist/index.js";

const MINUTE = 60_000;
const iso = (ms) => new Date(ms).toISOString();

async function storeOf(minutes, tasks = []) {
  const store = new MemoryStore();
  const changes = minutes.flatMap((took, index) => {
    const at = Date.UTC(2024, 0, 1 + index);
    const run = {
      runId: `run ${index}`,
      dagId: "sales",
      executionDate: iso(at),
      dataInterval: { start: iso(at), end: iso(at) },
      runType: "scheduled",
      state: "success",
      conf: {},
      attempt: 1,
      startedAt: iso(at),
      finishedAt: iso(at + took * MINUTE),
    };
    const instances = tasks.map(({ taskId, minutes }) => ({
      type: "save-task-instance",
      instance: {
        dagId: "sales",
        runId: run.runId,
        taskId,
        state: "success",
        attempt: 1,
        startedAt: iso(at),
        finishedAt: iso(at + minutes * MINUTE),
      },
    }));
    return [{ type: "create-run", run }, ...instances];
  });
  await store.apply(changes);
  return store;
}

const dag = { dagId: "sales", schedule: "@daily" };
const year = { dagId: "sales", startDate: "2025-01-01", endDate: "2025-12-31", maxParallelRuns: 5 };
const previewOf = (store, options = {}, dags = [dag]) =>
  new BackfillService({ dags, store, now: () => Date.UTC(2026, 5, 1) }).preview({ ...year, ...options });

test("quantiles of the makespan, from the runs that succeeded", async () => {
  const preview = await previewOf(await storeOf([1, 2, 3, 4, 5, 6]));
  const found = await preview.estimate({ from: "history", quantiles: [0.1, 0.5, 0.9] });
  const [early, median, late] = ["0.1", "0.5", "0.9"].map(
    (share) => found.quantiles[share].makespan / MINUTE,
  );
  assert.ok(early < median && median < late, `${early} ${median} ${late}`);
  // 365 runs of 3.5 minutes in five lanes.
  assert.ok(Math.abs(median - (365 * 3.5) / 5) < 10, String(median));
  assert.equal(
    found.quantiles["0.5"].finishAt,
    iso(Date.UTC(2026, 5, 1) + median * MINUTE).replace(".000Z", "Z"),
  );
  assert.deepEqual([found.peak, found.samples], [5, 6]);
  assert.deepEqual(await preview.estimate({ from: "history", quantiles: [0.1, 0.5, 0.9] }), found);
  assert.deepEqual(Object.keys((await preview.estimate({ from: "history" })).quantiles), ["0.5", "0.9"]);
});

test("cost is summed over the runs that start", async () => {
  const preview = await previewOf(await storeOf([1, 1, 1, 1, 1]), { excludeDates: ["2025-05-01"] });
  const { cost } = await preview.estimate({
    from: "history",
    cost: ({ action }) => (action === "create" ? 0.5 : 99),
  });
  assert.equal(cost, 364 / 2);
});

test("some of the tasks take as long as these", async () => {
  const tasks = [
    { taskId: "extract" },
    { taskId: "load", dependsOn: ["extract"] },
    { taskId: "report", dependsOn: ["load"] },
  ];
  const store = await storeOf(
    [60, 60, 60, 60, 60],
    [
      { taskId: "extract", minutes: 10 },
      { taskId: "load", minutes: 5 },
      { taskId: "report", minutes: 45 },
    ],
  );
  const makespan = async (options) => {
    const preview = await previewOf(store, options, [{ ...dag, tasks }]);
    return (
      (await preview.estimate({ from: "history", maxParallelRuns: 1 })).quantiles["0.5"].makespan / MINUTE
    );
  };
  assert.equal(await makespan({}), 365 * 60);
  assert.equal(await makespan({ taskIds: ["load"] }), 365 * 15);
  assert.equal(await makespan({ taskIds: ["report"], withUpstream: false }), 365 * 45);
});

test("too few runs, no store and wrong options are refused", async () => {
  const few = await previewOf(await storeOf([1, 2, 3, 4]));
  await assert.rejects(few.estimate({ from: "history" }), {
    code: "INVALID_OPTION",
    field: "from",
    details: { samples: 4 },
  });
  await assert.rejects(previewFrom(few.toTransferable()).estimate({ from: "history" }), {
    code: "INVALID_OPTION",
    field: "from",
  });
  const enough = await previewOf(await storeOf([1, 2, 3, 4, 5]));
  await assert.rejects(enough.estimate({ from: "history", quantiles: [2] }), { code: "INVALID_OPTION" });
  await assert.rejects(enough.estimate({ from: "nowhere" }), { code: "INVALID_OPTION" });
  await assert.rejects(enough.estimate({ from: "history", runDuration: 1 }), { code: "INVALID_OPTION" });
});
