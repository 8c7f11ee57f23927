// What a backfill promises, in the words it was first asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";

const week = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-07" };
const daily = { dagId: "etl", schedule: "@daily" };

/** A service whose runs take a turn or two; `seen` are the execution dates in the order of their starts. */
function service({ dag = daily, store = new MemoryStore(), fail = () => false, run } = {}) {
  const seen = [];
  let [inFlight, most] = [0, 0];
  const executeRun = async (context) => {
    seen.push(context.executionDate);
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise((resolve) => setTimeout(resolve, 1));
    inFlight -= 1;
    if (fail(context)) throw new Error(`failed ${context.executionDate}`);
    return run?.(context);
  };
  const backfills = new BackfillService({ dags: [dag], store, executeRun });
  return { backfills, store, seen, most: () => most };
}

/** A store that nobody may write to. */
class Sealed extends MemoryStore {
  async apply() {
    throw new Error("somebody wrote");
  }
  async acquireLease() {
    throw new Error("somebody took a lease");
  }
}

test("a daily schedule over a range of 7 days makes 7 runs", async () => {
  const { backfills, seen } = service();
  const result = await backfills.backfill(week);
  assert.equal(result.totalDates, 7);
  assert.equal(result.completed, 7);
  assert.equal(result.state, "success");
  assert.deepEqual(seen, (await backfills.preview(week)).dates);
});

test("maxParallelRuns 3 is reached and never exceeded", async () => {
  const { backfills, most } = service();
  const ahead = [];
  await backfills.backfill(
    { ...week, maxParallelRuns: 3 },
    { onProgress: (progress) => ahead.push(progress.running) },
  );
  assert.equal(most(), 3);
  assert.equal(Math.max(...ahead), 3);
});

test("dryRun executes nothing and writes nothing", async () => {
  const { backfills, seen } = service({ store: new Sealed() });
  const preview = await backfills.backfill({ ...week, dryRun: true });
  assert.deepEqual(seen, []);
  assert.equal(preview.newRuns.length, 7);
  assert.equal(preview.dates.length, 7);
  assert.deepEqual(preview.existingRuns, []);
});

test("rerunFailed runs only the failed ones again", async () => {
  let broken = true;
  const { backfills, seen } = service({
    fail: (run) => broken && run.executionDate.startsWith("2024-01-03"),
  });
  const first = await backfills.backfill(week);
  assert.deepEqual([first.state, first.completed, first.failed], ["failed", 6, 1]);
  broken = false;
  seen.length = 0;
  const second = await backfills.backfill({ ...week, rerunFailed: true });
  assert.deepEqual(seen, ["2024-01-03T00:00:00Z"]);
  assert.deepEqual([second.completed, second.skipped], [1, 6]);
  assert.equal(second.results[2].action, "rerun");
  assert.equal(second.results[0].reason, "not_failed");
});

test("resetDagRun clears the state of existing runs before they run again", async () => {
  const store = new MemoryStore();
  const { backfills } = service({ store });
  await backfills.backfill(week);
  const [run] = await store.listRuns({ dagId: "etl" });
  const { dagId, runId } = run;
  await store.apply([
    { type: "set-xcom", dagId, runId, taskId: "t", key: "k", value: 1 },
    { type: "save-task-instance", instance: { dagId, runId, taskId: "t", state: "success", attempt: 1 } },
  ]);
  const left = [];
  const again = service({
    store,
    run: async (context) =>
      left.push([
        context.action,
        await store.getXcom(dagId, context.runId),
        await store.listTaskInstances(dagId, context.runId),
      ]),
  });
  const result = await again.backfills.backfill({ ...week, resetDagRun: true });
  assert.equal(result.completed, 7);
  assert.equal(left.length, 7);
  for (const [action, xcom, tasks] of left) assert.deepEqual([action, { ...xcom }, tasks], ["reset", {}, []]);
});

test("an hourly schedule makes one run an hour", async () => {
  const { backfills } = service({ dag: { dagId: "etl", schedule: "@hourly" } });
  const hours = await backfills.preview({ dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-02" });
  assert.equal(hours.counts.create, 48);
  const part = { dagId: "etl", startDate: "2024-01-01T06:00:00Z", endDate: "2024-01-01T12:00:00Z" };
  assert.equal((await backfills.preview(part)).counts.create, 7);
});

test("an empty range makes no runs and says so", async () => {
  const { backfills, seen } = service();
  for (const [startDate, endDate, code] of [
    ["2024-01-02", "2024-01-01", "inverted_range"],
    ["2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z", "empty_range"],
  ]) {
    const result = await backfills.backfill({ dagId: "etl", startDate, endDate });
    assert.deepEqual([result.totalDates, result.state, result.results], [0, "success", []]);
    const { warnings } = await backfills.preview({ dagId: "etl", startDate, endDate });
    assert.deepEqual(
      warnings.map((warning) => warning.code),
      [code],
    );
  }
  assert.deepEqual(seen, []);
});

test("the plan that was shown is the plan that runs, or the backfill is refused", async () => {
  const { backfills, seen } = service();
  const { planHash } = await backfills.preview(week);
  await backfills.backfill({ ...week, planHash });
  assert.equal(seen.length, 7);
  await assert.rejects(backfills.backfill({ ...week, planHash }), (error) => {
    assert.ok(error instanceof DagfillError);
    assert.equal(error.code, "PLAN_CHANGED");
    return true;
  });
  assert.equal(seen.length, 7);
});

test("an option that is not known is refused with the one that was meant", async () => {
  const { backfills } = service();
  await assert.rejects(backfills.preview({ ...week, maxParallelRun: 2 }), {
    code: "INVALID_OPTION",
    field: "maxParallelRun",
    hint: "Did you mean maxParallelRuns?",
  });
  for (const maxParallelRuns of [0, -1, 1.5, Number.NaN, "2", null, Number.POSITIVE_INFINITY]) {
    await assert.rejects(backfills.preview({ ...week, maxParallelRuns }), {
      code: "INVALID_OPTION",
      field: "maxParallelRuns",
    });
  }
  await assert.rejects(backfills.preview({ ...week, dagId: "etll" }), {
    code: "UNKNOWN_DAG",
    hint: "Did you mean etl?",
  });
});
