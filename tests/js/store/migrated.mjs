// Checks of a store that dagfill 0.1.0 wrote (see v1/scenes.mjs) and a later version has opened, whatever kind of store it is.
// Runs in Node and in a page, so that the host hands in the package and `assert`.
import { dagIds, dags } from "./v1/scenes.mjs";

const day = (n) => `2024-01-0${n}T00:00:00Z`;
const idOf = (n, type = "backfill") => `${type}__2024-01-0${n}T00:00:00+00:00`;

export async function checkMigrated(store, { BackfillService, warnings, assert }) {
  const done = [];
  const service = new BackfillService({
    dags,
    store,
    executeRun: (run) => void done.push([run.dagId, Number(run.executionDate.slice(8, 10)), run.attempt]),
    executeTask: (task) => {
      done.push([task.taskId, Number(task.executionDate.slice(8, 10)), task.xcomPull("extract", "rows")]);
      return "loaded";
    },
  });
  const states = async (dagId) =>
    (await store.listRuns({ dagId })).map(({ state, attempt }) => `${state} ${attempt}`).join(", ");
  const summary = async (filter) =>
    (await service.list(filter)).map(({ backfillId, state, progress }) => [
      backfillId,
      state,
      progress.completed,
    ]);

  // ---- everything is there, in today's form
  assert.deepEqual(await summary(), [
    ["finished", "failed", 4],
    ["paused", "interrupted", 2],
    ["interrupted", "interrupted", 2],
    ["canceling", "interrupted", 1],
    ["again 1", "success", 4],
    ["again 2", "interrupted", 1],
  ]);
  assert.equal(await states("finished"), "success 1, success 1, failed 2, success 2, success 1");
  const [first, , third] = await store.listRuns({ dagId: "finished" });
  assert.deepEqual(
    { ...first, startedAt: "", finishedAt: "" },
    {
      runId: idOf(1),
      dagId: "finished",
      executionDate: day(1),
      dataInterval: { start: day(1), end: day(2) },
      runType: "backfill",
      state: "success",
      conf: { region: "eu" },
      backfillId: "finished",
      owner: "dag:finished",
      attempt: 1,
      startedAt: "",
      finishedAt: "",
      output: { rows: 1 },
    },
  );
  assert.ok(first.startedAt.startsWith("2024-02-01T12:00:0") && first.finishedAt > first.startedAt);
  assert.equal(third.error.message, "no data for 2024-01-03T00:00:00Z");
  const tasks = await store.listTaskInstances("interrupted", idOf(3));
  assert.deepEqual(
    tasks.map(({ taskId, state, attempt }) => [taskId, state, attempt]),
    [
      ["extract", "success", 1],
      ["load", "running", 1],
    ],
  );
  assert.deepEqual(await store.getXcom("interrupted", idOf(3)), {
    extract: { rows: 3, return_value: { path: "2024-01-03" } },
  });
  const singles = await store.listRuns({ dagId: "single" });
  assert.deepEqual(
    singles.map(({ runType, state }) => `${runType} ${state}`),
    ["manual success", "scheduled success", "scheduled success"],
  );
  assert.deepEqual(singles[0].conf, { n: 1 });
  const outside = await store.listRuns({ dagId: "outside" });
  assert.deepEqual(
    outside.map(({ executionDate, dataInterval, startedAt, finishedAt }) => [
      executionDate,
      dataInterval.end,
      startedAt,
      finishedAt,
    ]),
    [
      [day(1), day(9), undefined, undefined],
      [day(2), day(9), "2024-01-02T00:00:00.123Z", "2024-01-02T00:00:01Z"],
      ["2024-01-03T00:00:00.500Z", day(9), undefined, undefined],
    ],
  );
  assert.deepEqual(
    warnings.map(({ code, count }) => [code, count]),
    [["instants_unreadable", 1]],
  );

  // ---- what was interrupted goes on; nothing that had succeeded is run again
  const resumed = async (id) => (await (await service.resume(id)).result).state;
  const paused = await service.resume("paused");
  paused.resume();
  assert.equal((await paused.result).state, "success");
  assert.deepEqual(
    done.splice(0).map(([, date]) => date),
    [3, 4, 5, 6],
  );
  assert.equal(await resumed("interrupted"), "success");
  assert.deepEqual(
    done.splice(0).sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)),
    [
      ["load", 3, 3],
      ["load", 4, 4],
      ["extract", 5, undefined],
      ["load", 5, undefined],
      ["extract", 6, undefined],
      ["load", 6, undefined],
    ],
  );
  assert.equal(await resumed("canceling"), "canceled");
  assert.deepEqual(done.splice(0), []);
  assert.equal(await states("canceling"), "success 1, canceled 1");
  // (runId, attempt) is not used twice: the reset's second run had been started as the second attempt of its run.
  assert.equal(await states("again"), "success 2, running 2, success 1, success 1");
  assert.equal(await resumed("again 2"), "success");
  assert.deepEqual(done.splice(0), [
    ["again", 2, 3],
    ["again", 3, 2],
    ["again", 4, 2],
  ]);
  assert.deepEqual(
    (await store.listRuns({ dagId: "again" })).map(({ conf }) => conf),
    Array(4).fill({ kept: true }),
  );
  assert.deepEqual(
    (await summary({ unfinished: true })).map(([id]) => id),
    [],
  );
  // ---- and every DAG can be backfilled again
  for (const dagId of dagIds) {
    const result = await service.backfill({
      dagId,
      startDate: "2024-01-01",
      endDate: "2024-01-09",
      resetDagRun: true,
    });
    assert.equal(result.state, "success", dagId);
    assert.equal(result.completed, 9, dagId);
  }
}

/** An interrupted backfill of version 1 can be discarded, and stands against a new one until then. */
export async function checkDiscard(store, { BackfillService, assert }) {
  const service = new BackfillService({ dags, store, executeRun: () => {}, executeTask: () => {} });
  const range = { dagId: "interrupted", startDate: "2024-01-05", endDate: "2024-01-05" };
  await service.start(range).then(
    () => assert.ok(false, "expected BACKFILL_EXISTS"),
    (error) =>
      assert.deepEqual([error.code, error.details], ["BACKFILL_EXISTS", { backfillId: "interrupted" }]),
  );
  for (const id of ["interrupted", "paused", "canceling", "again 2"]) await service.discard(id);
  assert.deepEqual(
    (await service.list()).map(({ state }) => state),
    ["failed", "canceled", "canceled", "canceled", "success", "canceled"],
  );
  assert.equal((await service.backfill(range)).completed, 1);
}
