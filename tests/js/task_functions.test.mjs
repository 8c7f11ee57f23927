// Tasks that carry their own functions, defaults of tasks, and tasks that skip themselves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, defineDag, MemoryStore, previewFrom, Scheduler, TaskSkipped } from "dagfill";
import { defineEngine } from "dagfill/engine";
import { CommandError, shellTasks } from "dagfill/shell";

const one = { dagId: "d", startDate: "2024-01-01", endDate: "2024-01-01" };
const runId = "backfill__2024-01-01T00:00:00+00:00";
const dagOf = (tasks, more) => ({ dagId: "d", schedule: "@daily", tasks, ...more });

async function states(store) {
  const instances = await store.listTaskInstances("d", runId);
  return Object.fromEntries(instances.map(({ taskId, state }) => [taskId, state]));
}

test("functions of tasks need no callback of the service; what one returns is the XCom of the next", async () => {
  const store = new MemoryStore();
  const seen = [];
  const dag = defineDag({
    ...dagOf(),
    tasks: [
      { taskId: "extract", params: { day: "{{ ds }}" }, run: ({ params }) => ({ rows: 3, ...params }) },
      { taskId: "nothing", dependsOn: ["extract"] },
      { taskId: "load", dependsOn: ["nothing"], run: async (task) => seen.push(task.xcomPull("extract")) },
    ],
  });
  const { state } = await new BackfillService({ dags: [dag], store }).backfill(one);
  assert.equal(state, "success");
  assert.deepEqual(seen, [{ rows: 3, day: "2024-01-01" }]);
  assert.deepEqual(await states(store), { extract: "success", nothing: "success", load: "success" });
});

test("methods of a context work when a function takes them out by name", async () => {
  const seen = [];
  const tasks = [
    { taskId: "extract", run: ({ xcomPush, render }) => xcomPush("day", render("{{ ds }}")) },
    {
      taskId: "load",
      dependsOn: ["extract"],
      run: ({ xcomPull, render }) => seen.push(xcomPull("extract", "day"), render("{{ task.task_id }}")),
    },
  ];
  const { state } = await new BackfillService({ dags: [dagOf(tasks)] }).backfill(one);
  assert.equal(state, "success");
  const executeRun = ({ render }) => seen.push(render("{{ ds_nodash }}"));
  await new BackfillService({ dags: [dagOf()], executeRun }).backfill(one);
  assert.deepEqual(seen, ["2024-01-01", "load", "20240101"]);
});

test("functions and commands mix; executeTask receives only what has no function", async () => {
  const seen = [];
  const tasks = [
    { taskId: "count", run: () => 42 },
    { taskId: "print", dependsOn: ["count"], command: "echo {{ xcom.count.return_value }} {{ ds }}" },
    { taskId: "other", dependsOn: ["print"] },
  ];
  const lines = [];
  const shell = shellTasks({ onLine: ({ text }) => lines.push(text) });
  const executeTask = (task) => {
    seen.push(task.taskId);
    return shell(task);
  };
  const { state } = await new BackfillService({ dags: [dagOf(tasks)], executeTask }).backfill(one);
  assert.equal(state, "success");
  assert.deepEqual(seen, ["print", "other"]);
  assert.deepEqual(lines, ["42 2024-01-01"]);
});

test("a command that nothing runs is refused before anything starts", async () => {
  let starts = 0;
  const tasks = [
    { taskId: "a", run: () => (starts += 1) },
    { taskId: "b", command: "true" },
  ];
  const service = new BackfillService({ dags: [dagOf(tasks)] });
  await assert.rejects(service.backfill(one), {
    code: "INVALID_OPTION",
    field: "executeTask",
    message: "DAG d, task b: expected executeTask to run its command, got none",
  });
  assert.equal(starts, 0);
  assert.equal((await service.preview(one)).counts.create, 1);
});

test("executeRun alone runs a DAG as a whole, and the preview warns of functions that nothing runs", async () => {
  const runs = [];
  const tasks = [{ taskId: "a", run: () => runs.push("task") }];
  const service = new BackfillService({ dags: [dagOf(tasks)], executeRun: () => runs.push("run") });
  const { warnings } = await service.preview(one);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["tasks_not_run"],
  );
  await service.backfill(one);
  assert.deepEqual(runs, ["run"]);
});

test("taskDefaults fill what a task does not say; its own work displaces theirs", async () => {
  const ran = [];
  const store = new MemoryStore();
  const tasks = [
    { taskId: "a" },
    { taskId: "b", params: { n: 1 }, retries: 0 },
    { taskId: "c", command: "own" },
  ];
  const failing = new Set(["a", "b"]);
  const taskDefaults = {
    retries: 1,
    params: { n: 0 },
    run: ({ taskId, attempt, params }) => {
      ran.push(`${taskId} ${attempt} ${params.n}`);
      if (failing.has(taskId)) throw new Error("no");
    },
  };
  const executeTask = ({ taskId, command }) => ran.push(`${taskId} ${command}`);
  const service = new BackfillService({ dags: [dagOf(tasks, { taskDefaults })], store, executeTask });
  await service.backfill(one);
  assert.deepEqual(ran.sort(), ["a 1 0", "a 2 0", "b 1 1", "c own"]);
  assert.deepEqual(await states(store), { a: "failed", b: "failed", c: "success" });
});

test("wrong defaults and functions are refused by path", () => {
  const make = (dag) => () => new BackfillService({ dags: [dag] });
  assert.throws(make(dagOf([], { taskDefaults: { retrys: 1 } })), {
    code: "INVALID_OPTION",
    field: "dags[0].taskDefaults.retrys",
    hint: "Did you mean retries?",
  });
  assert.throws(make(dagOf([], { taskDefaults: { taskId: "a" } })), {
    code: "INVALID_OPTION",
    field: "dags[0].taskDefaults.taskId",
  });
  assert.throws(make(dagOf([{ taskId: "a", run: "x" }])), {
    code: "INVALID_OPTION",
    field: "dags[0].tasks[0].run",
  });
});

test("TaskSkipped skips without a retry, and what depends on it", async () => {
  const store = new MemoryStore();
  let calls = 0;
  const run = () => {
    calls += 1;
    throw new TaskSkipped("no rows");
  };
  const tasks = [
    { taskId: "a", retries: 3, run },
    { taskId: "b", dependsOn: ["a"], run: () => {} },
  ];
  const { state } = await new BackfillService({ dags: [dagOf(tasks)], store }).backfill(one);
  assert.equal(state, "success");
  assert.equal(calls, 1);
  assert.deepEqual(await states(store), { a: "skipped", b: "skipped" });
});

test("a command that ends with exit code 99 skips its task", {
  skip: process.platform === "win32",
}, async () => {
  const store = new MemoryStore();
  const tasks = [{ taskId: "a", command: "exit 99" }];
  await new BackfillService({ dags: [dagOf(tasks)], store, executeTask: shellTasks() }).backfill(one);
  assert.deepEqual(await states(store), { a: "skipped" });
});

test("the plan's hash covers whether a task has a function", async () => {
  const hash = async (tasks) => (await new BackfillService({ dags: [dagOf(tasks)] }).preview(one)).planHash;
  const [without, first, second] = [
    await hash([{ taskId: "a" }]),
    await hash([{ taskId: "a", run: () => 1 }]),
    await hash([{ taskId: "a", run: () => 2 }]),
  ];
  assert.notEqual(without, first);
  assert.equal(first, second);
});

test("a scheduler runs functions of tasks, and trigger does", async () => {
  const ran = [];
  const dag = dagOf(
    [{ taskId: "a", run: ({ executionDate, runType }) => ran.push([executionDate, runType]) }],
    {
      startDate: "2024-01-01",
    },
  );
  let now = Date.parse("2024-01-02T00:00:01Z");
  const store = new MemoryStore();
  const scheduler = new Scheduler({ dags: [dag], store, now: () => now });
  await scheduler.tick();
  await scheduler.stop();
  now += 1000;
  await new BackfillService({ dags: [dag], store, now: () => now }).trigger({
    dagId: "d",
    executionDate: "2023-12-01",
  });
  assert.deepEqual(ran, [
    ["2024-01-01T00:00:00Z", "scheduled"],
    ["2023-12-01T00:00:00Z", "manual"],
  ]);
});

test("a run's error names the task that failed, not one that was skipped before it", async () => {
  const store = new MemoryStore();
  const skips = () => {
    throw new TaskSkipped("skip");
  };
  const fails = async () => {
    throw new TypeError("bad");
  };
  const tasks = [
    { taskId: "c", run: skips },
    { taskId: "a", run: fails },
  ];
  await new BackfillService({ dags: [dagOf(tasks)], store }).backfill(one);
  const [{ error }] = await store.listRuns({ dagId: "d" });
  assert.equal(error.message, "task a failed: bad");
});

test("the preview says what a start says of a command beside functions", async () => {
  const tasks = [
    { taskId: "a", command: "x {{ ds }}" },
    { taskId: "b", run() {} },
  ];
  const service = new BackfillService({ dags: [dagOf(tasks)] });
  const { warnings } = await service.preview(one);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["tasks_not_run"],
  );
  await assert.rejects(service.start(one), { code: "INVALID_OPTION", message: warnings[0].message });
});

test("the preview says nothing of work that the workers of an engine run", async () => {
  const tasks = [
    { taskId: "a", command: "x {{ ds }}" },
    { taskId: "b", run() {} },
  ];
  const unused = () => assert.fail("a preview asks no engine");
  const engine = defineEngine({
    name: "unused",
    keepsResultsFor: 1_000,
    ...{ submit: unused, status: unused, cancel: unused, close: async () => {} },
  });
  for (const each of [tasks, tasks.slice(0, 1), tasks.slice(1)]) {
    const { warnings } = await new BackfillService({ dags: [dagOf(each)], engine }).preview(one);
    assert.deepEqual(warnings, []);
  }
});

test("functions stay behind when a preview is transferred", async () => {
  for (const more of [{}, { taskDefaults: { run() {} } }]) {
    const tasks = [{ taskId: "a", ...(more.taskDefaults ? {} : { run() {} }), params: { day: "{{ ds }}" } }];
    const preview = await new BackfillService({ dags: [dagOf(tasks, more)] }).preview(one);
    const there = previewFrom(structuredClone(preview.toTransferable()));
    assert.deepEqual(there.render("2024-01-01"), preview.render("2024-01-01"));
  }
});

test("errors of tasks keep their class names in the built package", () => {
  assert.deepEqual([TaskSkipped.name, CommandError.name], ["TaskSkipped", "CommandError"]);
});
