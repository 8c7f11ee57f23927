// Tasks at an engine: their functions, and what a run's time counts from.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";

const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-01" };
const backfill = (dag, work, options = {}) => {
  const engine = memoryEngine(memoryJobs(work));
  return new BackfillService({ dags: [dag], engine }).backfill({ ...range, ...options });
};

test("a task's function runs at the worker that has its DAG, and the others go to executeTask", async () => {
  const called = [];
  const tasks = [
    { taskId: "a", params: { day: "{{ ds }}" }, run: ({ params }) => params.day },
    { taskId: "b", dependsOn: ["a"], run: (task) => `${task.xcomPull("a")}!` },
    { taskId: "c", dependsOn: ["b"], command: "load {{ xcom.b.return_value }}" },
  ];
  const dag = { dagId: "sales", schedule: "@daily", tasks };
  const executeTask = ({ taskId, command }) => void called.push([taskId, command]);
  const result = await backfill(dag, { dags: [dag], executeTask });
  assert.equal(result.state, "success", JSON.stringify(result.results[0].error));
  assert.deepEqual(called, [["c", "load 2024-01-01!"]]);
});

test("templates at a worker read what a task beside theirs has left, whether they name it or compute its name", async () => {
  const tasks = [
    { taskId: "quick" },
    { taskId: "other" },
    { taskId: "first" },
    {
      taskId: "reads",
      dependsOn: ["first"],
      params: {
        named: "{{ ti.xcom_pull(task_ids='quick') or 'none' }}",
        member: "{{ xcom.quick.return_value }}",
        computed: "{{ ti.xcom_pull(task_ids='ot' ~ params.tail) or 'none' }}",
        tail: "her",
      },
    },
  ];
  const read = async (host, { params } = {}) => {
    const dag = { dagId: "sales", schedule: "@daily", params: { tail: "her" }, tasks };
    if (params !== undefined) dag.tasks = tasks.with(3, { ...tasks[3], params });
    let besides = 0;
    let open;
    const ended = new Promise((resolve) => {
      open = resolve;
    });
    let seen;
    const executeTask = async (task) => {
      if (task.taskId === "reads") seen = task.params;
      // The tasks beside it have ended, and are stored, when the first one ends.
      if (task.taskId === "first") await ended;
      return `left by ${task.taskId}`;
    };
    const service = new BackfillService({ dags: [dag], store: new MemoryStore(), ...host(executeTask) });
    const onEvent = ({ type, taskId }) => {
      if (type === "task-succeeded" && ["quick", "other"].includes(taskId) && ++besides === 2) open();
    };
    const result = await service.backfill(range, { onEvent });
    assert.equal(result.state, "success", JSON.stringify(result.results[0].error));
    return seen;
  };
  const inProcess = (executeTask) => ({ executeTask });
  const atWorker = (executeTask) => ({ engine: memoryEngine(memoryJobs({ executeTask })) });
  const expected = {
    named: "left by quick",
    member: "left by quick",
    computed: "left by other",
    tail: "her",
  };
  assert.deepEqual(await read(inProcess), expected);
  assert.deepEqual(await read(atWorker), expected);
  // Without the text that reads whatever it computes, only what is named travels.
  const { computed: _, ...params } = tasks[3].params;
  const { computed: __, ...named } = expected;
  assert.deepEqual(await read(atWorker, { params }), named);
});

test("templates at a worker read the XCom of upstream tasks, of other DAGs and of earlier dates, as they do in one process", async () => {
  const pull = (rest) => `{{ ti.xcom_pull(${rest}) or 'none' }}`;
  const params = {
    up: pull("task_ids='first', key='mark'"),
    other: pull("dag_id='writer', task_ids='put', key='path'"),
    prior: pull("task_ids='get', key='mark', include_prior_dates=True"),
  };
  const reader = {
    dagId: "sales",
    schedule: "@daily",
    tasks: [
      { taskId: "first" },
      { taskId: "between", dependsOn: ["first"] },
      { taskId: "get", dependsOn: ["between"], params },
    ],
  };
  const writer = { dagId: "writer", schedule: "@daily", tasks: [{ taskId: "put" }] };
  const readBy = async (host) => {
    const seen = [];
    const executeTask = (task) => {
      if (task.taskId === "put") task.xcomPush("path", `/in/${task.localDate.slice(0, 10)}`);
      else task.xcomPush("mark", `${task.taskId} ${task.localDate.slice(8, 10)}`);
      if (task.taskId === "get") seen.push(task.params);
    };
    const service = new BackfillService({
      dags: [writer, reader],
      store: new MemoryStore(),
      ...host(executeTask),
    });
    for (const { dagId } of [writer, reader]) {
      const { state } = await service.backfill({
        ...range,
        dagId,
        endDate: "2024-01-02",
        maxParallelRuns: 1,
      });
      assert.equal(state, "success");
    }
    return seen;
  };
  const here = await readBy((executeTask) => ({ executeTask }));
  assert.deepEqual(here, [
    { up: "first 01", other: "/in/2024-01-01", prior: "none" },
    { up: "first 02", other: "/in/2024-01-02", prior: "get 01" },
  ]);
  const there = await readBy((executeTask) => ({ engine: memoryEngine(memoryJobs({ executeTask })) }));
  assert.deepEqual(there, here);
});

test("functions that all tasks share, and tasks without any work", async () => {
  const called = [];
  const shared = { run: ({ taskId }) => void called.push(taskId) };
  const withDefaults = { dagId: "sales", schedule: "@daily", taskDefaults: shared, tasks: [{ taskId: "a" }] };
  assert.equal((await backfill(withDefaults, { dags: [withDefaults] })).state, "success");
  assert.deepEqual(called, ["a"]);
  const tasks = [{ taskId: "a", ...shared }, { taskId: "empty" }];
  const dag = { dagId: "sales", schedule: "@daily", tasks };
  assert.equal((await backfill(dag, { dags: [dag] })).state, "success");
});

test("tasks in flight are attached to by the next coordinator: the same attempts, each started once", async () => {
  const tasks = [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }];
  const dag = { dagId: "sales", schedule: "@daily", tasks };
  const started = [];
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  const executeTask = async ({ key, taskId }) => {
    started.push(key);
    if (taskId === "a") await held;
  };
  const shared = memoryJobs({ executeTask });
  const store = new MemoryStore();
  const apply = store.apply.bind(store);
  const coordinator = () => new BackfillService({ dags: [dag], store, engine: memoryEngine(shared) });
  const first = await coordinator().start({ ...range, endDate: "2024-01-03", maxParallelRuns: 3 });
  while (started.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  store.apply = async () => {
    throw new DagfillError("STALE_OWNER", "another owner has it");
  };
  await assert.rejects(first.cancel(), { code: "STALE_OWNER" });
  await assert.rejects(first.result, { code: "STALE_OWNER" });
  store.apply = apply;
  const next = await coordinator().resume(first.backfillId);
  release();
  const result = await next.result;
  assert.equal(result.state, "success", JSON.stringify(result.results[0].error));
  assert.deepEqual([started.length, new Set(started).size], [6, 6]);
  for (const { runId } of result.results) {
    const known = await store.listTaskInstances("sales", runId);
    assert.deepEqual(
      known.map(({ attempt }) => attempt),
      [1, 1],
    );
  }
});

test("a worker takes a DAG whose calendars are the service's, since dates are planned there", async () => {
  const ran = [];
  const dag = {
    dagId: "sales",
    schedule: "@daily",
    exclude: { calendar: "de" },
    tasks: [{ taskId: "a", run: ({ executionDate }) => void ran.push(executionDate) }],
  };
  const calendars = { de: { holidays: ["2024-01-02"], weekend: [] } };
  const engine = memoryEngine(memoryJobs({ dags: [dag] }));
  const service = new BackfillService({ dags: [dag], engine, calendars });
  assert.equal((await service.backfill({ ...range, endDate: "2024-01-03" })).state, "success");
  assert.deepEqual(ran, ["2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z"]);
});

test("a worker without the function of a task fails it and says what it needs", async () => {
  const dag = { dagId: "sales", schedule: "@daily", tasks: [{ taskId: "a", run: () => 1 }] };
  const { results } = await backfill(dag, { executeTask: () => assert.fail("it is not the task's work") });
  assert.match(results[0].error.message, /task a: this worker does not know the task's function/);
});

test("the time of a run of tasks counts from when its first task begins at a worker", async () => {
  const dag = {
    dagId: "sales",
    schedule: "@daily",
    tasks: [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }],
  };
  let first;
  const executeTask = async ({ executionDate, signal }) => {
    // The date that gets the only slot first holds it until its time is over; the other has waited for as long then.
    first ??= executionDate;
    if (executionDate === first)
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const limits = { endDate: "2024-01-02", maxParallelRuns: 2, runTimeout: "PT2S" };
  const { results } = await backfill(dag, { slots: 1, executeTask }, limits);
  const of = (held) => results.find(({ executionDate }) => (executionDate === first) === held);
  assert.equal(of(true).state, "failed");
  assert.match(of(true).error.message, /PT2S|runTimeout|timeout/);
  assert.deepEqual([of(false).state, of(false).error], ["success", undefined]);
});

test("a worker that has another version of a task than its coordinator is told of, once for each task", async () => {
  const task = { taskId: "load", params: { table: "a" }, run: ({ params }) => params.table };
  const dag = { dagId: "sales", schedule: "@daily", tasks: [task, { taskId: "tell", dependsOn: ["load"] }] };
  const warningsWith = async (own) => {
    const warnings = [];
    const onEvent = ({ type, warning }) => type === "warning" && warnings.push(warning);
    const work = { dags: [own], executeTask: () => 1 };
    const jobs = memoryJobs(work);
    const engine = memoryEngine(jobs, { forget: async () => {} });
    const service = new BackfillService({ dags: [dag], engine });
    const result = await service.backfill({ ...range, endDate: "2024-01-05" }, { onEvent });
    assert.equal(result.state, "success");
    const warned = [...jobs.jobs.values()].filter(({ status }) => status.warning !== undefined);
    assert.equal(warned.length, warnings.length);
    return warnings;
  };
  const [warning, ...others] = await warningsWith({ ...dag, tasks: [{ ...task, params: { table: "b" } }] });
  assert.equal(warning.code, "dag_changed");
  assert.match(
    warning.message,
    /^DAG sales, task load: a worker has another version of it than the coordinator \(params\)/,
  );
  assert.deepEqual(others, []);
  // The same, one that says nothing of it, and one whose defaults may say it.
  const { params, ...bare } = task;
  for (const own of [dag, { ...dag, tasks: [bare] }, { ...dag, taskDefaults: { params }, tasks: [task] }])
    assert.deepEqual(await warningsWith(own), []);
});
