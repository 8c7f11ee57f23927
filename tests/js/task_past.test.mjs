// Which run a task with dependsOnPast asks: the one on the date before it that has, or will have, a run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";

const dags = [{ dagId: "etl", schedule: "@daily", tasks: [{ taskId: "load", dependsOnPast: true }] }];

function setup() {
  const store = new MemoryStore();
  const failing = new Set();
  const executeTask = ({ executionDate }) => {
    if (failing.has(Number(executionDate.slice(8, 10)))) throw new Error("no data");
  };
  const service = new BackfillService({ dags, store, executeTask });
  const range = (first, last, more) => ({
    dagId: "etl",
    startDate: `2024-01-0${first}`,
    endDate: `2024-01-0${last}`,
    ...more,
  });
  const run = (...asked) => service.backfill(range(...asked));
  const preview = (...asked) => service.preview(range(...asked));
  return { store, failing, run, preview, states: (result) => result.results.map(({ state }) => state) };
}

/** Else a load would go on over the gap that a failure left, and nobody would see it. */
test("a date that the plan leaves alone stops the date behind it when it had failed", async () => {
  const { failing, run, states } = setup();
  failing.add(2);
  assert.deepEqual(states(await run(1, 2)), ["success", "failed"]);
  failing.clear();
  const plain = await run(1, 3);
  assert.deepEqual(
    plain.results.map(({ action, state }) => [action, state]),
    [
      ["skip", "skipped"],
      ["skip", "skipped"],
      ["create", "failed"],
    ],
  );
  // Mended, the way is free.
  assert.deepEqual(states(await run(1, 3, { rerunFailed: true })), ["skipped", "success", "success"]);
});

test("a date of the same backfill stops the date behind it; one that has no run is passed over", async () => {
  const { failing, run, states } = setup();
  failing.add(2);
  assert.deepEqual(states(await run(1, 4)), ["success", "failed", "failed", "failed"]);
  const other = setup();
  const result = await other.run(1, 4, { excludeDates: ["2024-01-02"] });
  assert.deepEqual(other.states(result), ["success", "skipped", "success", "success"]);
  const third = setup();
  third.failing.add(1);
  const over = await third.run(1, 4, { excludeDates: ["2024-01-02"] });
  assert.deepEqual(third.states(over), ["failed", "skipped", "failed", "failed"]);
});

test("the preview warns of the dates that a failure left alone would stop", async () => {
  const { failing, run, preview } = setup();
  failing.add(1);
  await run(1, 1);
  failing.clear();
  const told = (plan) => plan.warnings.filter(({ code }) => code === "task_depends_on_past");
  const [warning, ...others] = told(await preview(1, 4));
  assert.deepEqual([warning.at, warning.count, others], ["2024-01-02T00:00:00Z", 3, []]);
  assert.deepEqual(told(await preview(1, 4, { reprocess: "failed" })), []);
  assert.deepEqual(told(await preview(2, 4)), [], "the first row is let through");
  const result = await run(1, 4);
  assert.equal(result.failed, 3, "as many as the warning says");
});

/** Records of an import have no tasks: a load that waits for them would never run again. */
test("a task runs behind a run that succeeded and has no record of it, and not behind one that failed", async () => {
  for (const [state, ended] of [
    ["success", ["success", "success"]],
    ["failed", ["failed", "failed"]],
  ]) {
    const { store, run, states } = setup();
    const executionDate = "2024-01-01T00:00:00Z";
    const dataInterval = { start: executionDate, end: "2024-01-02T00:00:00Z" };
    const imported = { dagId: "etl", runId: "imported", executionDate, dataInterval, runType: "scheduled" };
    await store.apply([{ type: "create-run", run: { ...imported, state, conf: {}, attempt: 1 } }]);
    const result = await run(1, 3);
    assert.deepEqual(states(result).slice(1), ended, state);
    const [, second] = result.results;
    if (state === "failed")
      assert.equal(
        second.error.message,
        "task load did not run: it has dependsOnPast, and did not succeed on the date before",
      );
  }
});

/** A last task with all_done makes the run a success: nothing else says that the load is missing on each later date. */
test("a run that succeeds says which of its tasks did not run for the date before", async () => {
  const tasks = [
    { taskId: "load", dependsOnPast: true },
    { taskId: "sum", dependsOn: ["load"], dependsOnPast: true },
    { taskId: "end", dependsOn: ["sum"], triggerRule: "all_done" },
  ];
  const executeTask = ({ taskId, executionDate }) => {
    if (taskId === "load" && executionDate.startsWith("2024-01-02")) throw new Error("no data");
  };
  const store = new MemoryStore();
  const service = new BackfillService({ dags: [{ ...dags[0], tasks }], store, executeTask });
  const options = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-04" };
  const told = [];
  const onEvent = ({ type, warning }) => type === "warning" && told.push(warning);
  const result = await service.backfill(options, { onEvent });
  assert.deepEqual([result.state, result.completed, result.failedTasks], ["success", 4, 3]);
  const past = "did not run, since it has dependsOnPast and did not succeed on the date before";
  assert.deepEqual(
    told.filter(({ code }) => code === "tasks_failed").map(({ message, count }) => [message, count]),
    [
      ["backfill__2024-01-02T00:00:00+00:00 succeeded although its task load failed", 1],
      [`backfill__2024-01-03T00:00:00+00:00 succeeded although its task load ${past}`, 1],
      [`backfill__2024-01-04T00:00:00+00:00 succeeded although its task load ${past}`, 1],
    ],
  );
});
