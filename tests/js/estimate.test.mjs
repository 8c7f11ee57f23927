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

test("a chunk is one run, in the makespan, in the cost and among the past runs", async () => {
  const store = await storeOf([10, 10, 10, 10, 10]);
  const options = { chunk: { period: "P1M" }, maxParallelRuns: 1 };
  const preview = await previewOf(store, options);
  const asked = [];
  const { quantiles, cost } = await preview.estimate({
    from: "history",
    cost: (run, dates) => {
      asked.push([run.dataInterval, dates.length]);
      return 1;
    },
  });
  assert.deepEqual([quantiles["0.5"].makespan / MINUTE, cost, asked.length], [120, 12, 12]);
  assert.deepEqual(asked[1], [{ start: "2025-02-01T00:00:00Z", end: "2025-03-01T00:00:00Z" }, 28]);
  // The other dates of a chunk have its times, and are no samples of their own.
  const [{ runId }] = await store.listRuns({ dagId: "sales" });
  const others = (await store.listRuns({ dagId: "sales" })).slice(1);
  await store.apply(
    others.map((run) => ({ type: "update-run", dagId: "sales", runId: run.runId, change: { chunk: runId } })),
  );
  const few = await previewOf(store, options);
  await assert.rejects(few.estimate({ from: "history" }), { field: "from", details: { samples: 1 } });
});

test("the load is how many runs are in flight over time", async () => {
  const preview = await previewOf(await storeOf([10, 10, 10, 10, 10]), { endDate: "2025-01-08" });
  const { load, quantiles } = await preview.estimate({ from: "history" });
  // Eight runs in five lanes: ten minutes of five, and ten of three.
  assert.equal(quantiles["0.9"].makespan, 20 * MINUTE);
  assert.deepEqual(
    [load.length, load[0].at, load[25].at],
    [50, "2026-06-01T00:00:00Z", "2026-06-01T00:10:00Z"],
  );
  assert.deepEqual([load[0].runs, load[24].runs, load[25].runs, load[49].runs], [5, 5, 3, 3]);
});

test("a cost that is no number of at least 0 is refused with the run it is of", async () => {
  const preview = await previewOf(await storeOf([1, 1, 1, 1, 1]));
  const answers = [
    Number.NaN,
    -1,
    Number.POSITIVE_INFINITY,
    "1",
    undefined,
    null,
    Promise.resolve(1),
    {},
    1n,
  ];
  for (const answer of answers) {
    await assert.rejects(preview.estimate({ from: "history", cost: () => answer }), {
      code: "INVALID_OPTION",
      field: "cost",
      message: /^cost: expected a number of at least 0 for the run of 2025-01-01T00:00:00Z, got/,
    });
  }
  const broken = () => {
    throw new Error("no tariff");
  };
  await assert.rejects(preview.estimate({ from: "history", cost: broken }), {
    code: "INVALID_OPTION",
    field: "cost",
    message: /no tariff/,
  });
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

test("a run or task that ends before it starts is no sample", async () => {
  const runs = await previewOf(await storeOf([1, 1, 1, 1, -60]));
  await assert.rejects(runs.estimate({ from: "history" }), { field: "from", details: { samples: 4 } });
  const { quantiles, samples } = await (await previewOf(await storeOf([1, 1, 1, 1, 1, -60, -60]))).estimate({
    from: "history",
  });
  assert.deepEqual([samples, quantiles["0.5"].makespan / MINUTE], [5, 365 / 5]);
  const tasks = [{ taskId: "load", minutes: -5 }];
  const preview = await previewOf(await storeOf([1, 1, 1, 1, 1], tasks), { taskIds: ["load"] }, [
    { ...dag, tasks: [{ taskId: "load", command: "true" }] },
  ]);
  const found = await preview.estimate({ from: "history" });
  assert.deepEqual(found.quantiles["0.5"].makespan / MINUTE, 365 / 5);
});
