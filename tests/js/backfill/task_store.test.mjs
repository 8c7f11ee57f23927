// A store that refuses a batch of tasks: no run fails or succeeds by it, what was not stored is told to nobody, and a resume goes on from
// what is stored.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, DagfillError, MemoryStore, Scheduler } from "dagfill";
import { settle } from "./scene.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => assert.deepEqual(unhandled.splice(0), []));

const chain = (more = {}) => ({
  dagId: "etl",
  schedule: "@daily",
  startDate: "2024-01-01",
  tasks: [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }, { taskId: "c", dependsOn: ["b"] }],
  ...more,
});

const dates = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-01", backfillId: "x" };

/** Refuses the first `times` batches that save the task in that state. */
class Flaky extends MemoryStore {
  constructor(taskId, state, times = 1, runId = undefined) {
    super();
    this.refuses = ({ type, instance }) =>
      type === "save-task-instance" &&
      instance.taskId === taskId &&
      instance.state === state &&
      (runId === undefined || instance.runId.startsWith(runId));
    this.times = times;
    this.refused = 0;
  }

  async apply(changes, fence) {
    if (this.refused < this.times && changes.some(this.refuses)) {
      this.refused += 1;
      await settle(3);
      throw new DagfillError("STORE_FAILED", "the server is away");
    }
    return super.apply(changes, fence);
  }
}

function working(more = {}) {
  const calls = [];
  const executeTask = async ({ taskId, executionDate }) => {
    calls.push(`${taskId} ${executionDate.slice(8, 10)}`);
    await more.wait?.(taskId, executionDate);
    return { v: taskId };
  };
  return { calls, executeTask };
}

const serviceOf = (store, executeTask, more = {}) =>
  new BackfillService({ dags: [chain(more.dag)], store, executeTask, ...more.host });

async function stands(store) {
  const told = [];
  for (const { runId, state, error, executionDate } of await store.listRuns({ dagId: "etl" })) {
    const tasks = (await store.listTaskInstances("etl", runId)).map(
      ({ taskId, state }) => `${taskId} ${state}`,
    );
    const xcom = Object.keys(await store.getXcom("etl", runId));
    told.push([
      executionDate.slice(8, 10),
      state,
      error?.message,
      tasks.toSorted().join(),
      xcom.toSorted().join(),
    ]);
  }
  return told;
}

const done = (day) => [day, "success", undefined, "a success,b success,c success", "a,b,c"];

const cases = [
  // The end is offered once more, as ends of runs are: what has ended is run by nobody again.
  { what: "the last task's end, once", at: ["c", "success", 1], left: done("01"), again: [] },
  {
    what: "the last task's end, for good",
    at: ["c", "success", 99],
    left: ["01", "running", undefined, "a success,b success,c running", "a,b"],
    again: ["c 01"],
  },
  {
    what: "a middle task's end, once",
    at: ["b", "success", 1],
    left: ["01", "running", undefined, "a success,b success", "a,b"],
    again: ["c 01"],
  },
  {
    what: "a middle task's end, for good",
    at: ["b", "success", 99],
    left: ["01", "running", undefined, "a success,b running", "a"],
    again: ["b 01", "c 01"],
  },
  {
    what: "the first task's start",
    at: ["a", "running", 1],
    left: ["01", "running", undefined, "", ""],
    again: ["a 01", "b 01", "c 01"],
  },
];

for (const { what, at, left, again } of cases) {
  for (const inFlight of ["restart", "attach"]) {
    test(`${what} (${inFlight}): STORE_FAILED, the run is left as stored, and a resume runs what is not`, async () => {
      const store = new Flaky(...at);
      const { calls, executeTask } = working();
      const told = [];
      const onEvent = ({ type, taskId, run }) => told.push(`${type} ${taskId ?? run?.state ?? ""}`.trim());
      const backfill = await serviceOf(store, executeTask).start(dates, { onEvent });
      await assert.rejects(backfill.result, { code: "STORE_FAILED", message: "the server is away" });
      assert.deepEqual(await stands(store), [left]);
      // Nobody was told of what is not stored.
      for (const event of told.filter((one) => one.startsWith("task-succeeded")))
        assert.ok(left[3].includes(`${event.split(" ")[1]} success`), event);
      assert.equal(told.includes("run-failed failed"), false);
      assert.equal(told.includes("run-succeeded success"), left[1] === "success");
      assert.equal(await store.readLease("dag:etl"), null);
      store.times = 0;
      const before = calls.length;
      const service = serviceOf(store, executeTask, { host: { inFlight } });
      const result = await (await service.resume("x")).result;
      assert.deepEqual([result.state, result.completed, result.failed], ["success", 1, 0]);
      assert.deepEqual(calls.slice(before), again);
      assert.deepEqual(await stands(store), [done("01")]);
    });
  }
}

test("tasks at work beside it come to their end, which is stored, and nothing starts", async () => {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  const tasks = ["a", "b", "c"].map((taskId) => ({ taskId })).concat({ taskId: "d", dependsOn: ["b"] });
  const store = new Flaky("a", "success", 2);
  const { calls, executeTask } = working({ wait: (taskId) => (taskId === "b" ? held : undefined) });
  const backfill = await serviceOf(store, executeTask, { dag: { tasks, maxActiveTasks: 2 } }).start(dates);
  let ended = false;
  backfill.result
    .catch(() => {})
    .finally(() => {
      ended = true;
    });
  await settle(60);
  // `c` has no slot, since `a` gave it up in a batch that was refused.
  assert.deepEqual([calls, ended, store.refused], [["a 01", "b 01"], false, 2]);
  release();
  await assert.rejects(backfill.result, { code: "STORE_FAILED" });
  assert.deepEqual(await stands(store), [["01", "running", undefined, "a success,b success", "a,b"]]);
  const result = await (await serviceOf(store, executeTask, { dag: { tasks } }).resume("x")).result;
  assert.equal(result.state, "success");
  assert.deepEqual(calls.toSorted(), ["a 01", "b 01", "c 01", "d 01"]);
});

test("other runs in flight come to their end; those that wait for a task of the run before are left with it", async () => {
  const tasks = chain().tasks.map((task) => ({
    ...task,
    ...(task.taskId === "c" && { dependsOnPast: true }),
  }));
  const store = new Flaky("b", "success", 99, "backfill__2024-01-01");
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  const wait = (taskId, at) => (taskId === "b" && at.includes("-01T") ? held : undefined);
  const { calls, executeTask } = working({ wait });
  const options = { ...dates, endDate: "2024-01-03", maxParallelRuns: 3 };
  const backfill = await serviceOf(store, executeTask, { dag: { tasks } }).start(options);
  // The others wait for the last task of the first.
  await settle(60);
  release();
  await assert.rejects(backfill.result, { code: "STORE_FAILED" });
  const [first, ...behind] = await stands(store);
  assert.deepEqual(first, ["01", "running", undefined, "a success,b running", "a"]);
  const waits = ["running", undefined, "a success,b success", "a,b"];
  assert.deepEqual(
    behind,
    ["02", "03"].map((day) => [day, ...waits]),
  );
  store.times = 0;
  const result = await (await serviceOf(store, executeTask, { dag: { tasks } }).resume("x")).result;
  assert.deepEqual([result.state, result.completed], ["success", 3]);
  assert.deepEqual(await stands(store), [done("01"), done("02"), done("03")]);
  // Only what is not stored has run twice.
  const often = calls.filter((call, at) => calls.indexOf(call) !== at);
  assert.deepEqual(often, ["b 01"]);
});

test("the end of a run that waits behind the refused end of its last task is not stored without it", async () => {
  for (const times of [1, 99]) {
    const store = new Flaky("c", "success", times, "backfill__2024-01-01");
    let release;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    // The first run's last task ends while the store has the driver's batch, so that the end of the run comes in a later one.
    const { apply } = store;
    store.apply = async (changes, fence) => {
      if (changes.some(({ type, runId }) => type === "update-run" && runId.includes("2024-01-02"))) release();
      await settle(8);
      return apply.call(store, changes, fence);
    };
    const wait = (taskId, at) => (taskId === "c" && at.includes("-01T") ? held : undefined);
    const { executeTask } = working({ wait });
    const options = { ...dates, endDate: "2024-01-02", maxParallelRuns: 2 };
    await assert.rejects(serviceOf(store, executeTask).backfill(options), { code: "STORE_FAILED" });
    const left = ["01", "running", undefined, "a success,b success,c running", "a,b"];
    assert.deepEqual(await stands(store), [times === 1 ? done("01") : left, done("02")]);
  }
});

test("tasks of a run that the store cannot read: STORE_FAILED, and the run does not fail", async () => {
  const store = new Flaky("b", "success", 99);
  const { calls, executeTask } = working();
  await assert.rejects(serviceOf(store, executeTask).backfill(dates), { code: "STORE_FAILED" });
  store.times = 0;
  const { listTaskInstances } = store;
  store.listTaskInstances = async () => {
    throw new Error("the server is away");
  };
  const broken = await serviceOf(store, executeTask).resume("x");
  await assert.rejects(broken.result, { code: "STORE_FAILED", message: /the server is away/ });
  store.listTaskInstances = listTaskInstances;
  assert.equal((await stands(store))[0][1], "running");
  const result = await (await serviceOf(store, executeTask).resume("x")).result;
  assert.equal(result.state, "success");
  assert.deepEqual(calls, ["a 01", "b 01", "b 01", "c 01"]);
});

for (const [taskId, state, left] of [
  ["c", "success", "a success,b success,c running"],
  ["b", "success", "a success,b running"],
  ["a", "running", ""],
]) {
  test(`a run by hand whose task ${taskId} is not stored as ${state} rejects, and is on record as it stands`, async () => {
    const store = new Flaky(taskId, state, 99);
    const { calls, executeTask } = working();
    const by = { dagId: "etl", executionDate: "2024-01-01" };
    await assert.rejects(serviceOf(store, executeTask).trigger(by), { code: "STORE_FAILED" });
    const [run] = await stands(store);
    assert.deepEqual(run.slice(1, 4), ["running", undefined, left]);
    store.times = 0;
    const before = calls.length;
    const result = await serviceOf(store, executeTask).backfill({ ...dates, rerunFailed: true });
    assert.equal(result.state, "success");
    const stored = left.split(",").filter((task) => task.endsWith(" success")).length;
    assert.deepEqual(calls.slice(before), ["a 01", "b 01", "c 01"].slice(stored));
    assert.deepEqual(await stands(store), [done("01")]);
  });

  test(`a scheduled run whose task ${taskId} is not stored as ${state}: an error event, and the next tick goes on`, async () => {
    const store = new Flaky(taskId, state, 3, "scheduled__2024-01-02");
    // The batches of the two runs come one after the other.
    const { calls, executeTask } = working({ wait: (_, at) => settle(at.includes("-02T") ? 25 : 0) });
    const dag = chain({ catchup: true, maxActiveRuns: 2 });
    let now = Date.UTC(2024, 0, 3, 12);
    const scheduler = new Scheduler({ dags: [dag], store, executeTask, now: () => now });
    const events = [];
    scheduler.onEvent((event) => events.push(event));
    await scheduler.tick();
    const errors = () => events.filter(({ type }) => type === "error").map(({ error }) => error.code);
    assert.ok(errors().length > 0);
    assert.deepEqual(new Set(errors()), new Set(["STORE_FAILED"]));
    assert.equal(events.filter(({ type }) => type === "run-failed").length, 0);
    store.times = 0;
    const before = calls.length;
    now += 60_000;
    await scheduler.tick();
    assert.deepEqual(await stands(store), [done("01"), done("02")]);
    // The other run has not been run again.
    assert.equal(calls.filter((call) => call.endsWith(" 01")).length, 3);
    assert.ok(
      calls.slice(before).every((call) => call >= taskId),
      calls.slice(before).join(),
    );
    await scheduler.stop();
  });
}
