// DAG runs by their tasks: templates, XCom, rerun and reset, runs by hand, retries, limits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";
import { delays } from "./store/faulty.mjs";

const one = { dagId: "d", startDate: "2024-01-01", endDate: "2024-01-01" };
const runId = "backfill__2024-01-01T00:00:00+00:00";

/** A service of one DAG of these tasks; `ran` are the task ids in the order of their starts. */
function tasking(tasks, execute = () => {}, { store = new MemoryStore(), dag = {}, ...options } = {}) {
  const ran = [];
  const service = new BackfillService({
    dags: [{ dagId: "d", schedule: "@daily", tasks, ...dag }],
    store,
    executeTask: (task) => {
      ran.push(task.taskId);
      return execute(task);
    },
    ...options,
  });
  const states = async (id = runId) =>
    Object.fromEntries((await store.listTaskInstances("d", id)).map(({ taskId, state }) => [taskId, state]));
  return { service, store, ran, states };
}

const chain = [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }, { taskId: "c", dependsOn: ["b"] }];

test("XCom is resolved first, then macros: in an XCom value they are, in a conf value they are not", async () => {
  const seen = [];
  const { service } = tasking(
    [
      { taskId: "a" },
      {
        taskId: "b",
        dependsOn: ["a"],
        params: { text: "{{ xcom.a.return_value }} | {{ conf.where }} | {{ params.table }}" },
        command: "load {{ ti.xcom_pull(task_ids='a', key='path') }} {{ ds_nodash }}",
      },
    ],
    (task) => {
      if (task.taskId === "b")
        return void seen.push(task.params, task.command, task.render("{{ xcom.a.path }}"));
      task.xcomPush("path", "/in/{{ ds }}");
      return "value of {{ ds }}";
    },
    { dag: { params: { table: "{{ ds }}" } } },
  );
  await service.backfill({ ...one, conf: { where: "{{ ds }}" } });
  assert.deepEqual(seen, [
    { text: "value of 2024-01-01 | {{ ds }} | {{ ds }}" },
    "load /in/2024-01-01 20240101",
    "/in/2024-01-01",
  ]);
});

test("an XCom that nobody has left fails its task, through filters too, and says whose it is and what to do", async () => {
  const pulls = {
    "{{ ti.xcom_pull('a') | quote }}": "a",
    "{{ xcom.a.path }}": "a",
    "{{ 'x' ~ ti.xcom_pull('a', key='k') }}": "a",
    "{{ ti.xcom_pull('a') | tojson }}": "a",
    "{{ ti.xcom_pull('zz') | quote }}": undefined,
  };
  for (const [command, whose] of Object.entries(pulls)) {
    const ran = [];
    const tasks = [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"], command }];
    const { service } = tasking(tasks, (task) => void ran.push(task.command), { onUnknown: "error" });
    const { results } = await service.backfill(one);
    const { message } = results[0].error;
    assert.deepEqual(ran, [undefined], command);
    assert.ok(message.startsWith(`task b failed: ${command}: `), message);
    const told = /: no XCom of a in this run: .* a line xcom:JSON, clear -t b runs a again, too$/;
    assert.equal(told.test(message), whose !== undefined, message);
  }
  const tasks = [{ taskId: "b", command: "{{ ti.xcom_pull('zz') | default('d') }}" }];
  const { service } = tasking(tasks, ({ command }) => command, { onUnknown: "error" });
  assert.equal((await service.backfill(one)).state, "success");
});

test("whatever a template says of whose XCom it reads, it reads it", async () => {
  const texts = {
    "{{ xcom.a.n }}{{ xcom.b.n }}{{ xcom.a.n }}": "121",
    "{{ ti.xcom_pull(task_ids='b', key='n') }}": "2",
    "{{ ti.xcom_pull(['a', 'b'], key='n') }}": "[1,2]",
    "{{ ti.xcom_pull(('a', 'b'), key='n') | sum }}": "3",
    "{{ ti.xcom_pull(conf.whose, key='n') }}": "2",
    "{{ ti.xcom_pull(['a', conf.whose], key='n') }} {{ xcom.a.n }}": "[1,2] 1",
    "{{ ti.xcom_pull(key='n') }}": "2",
    "{{ ti.xcom_pull('a', key='xcom') }}": "3",
    "{{ xcom['b']['n'] }}": "2",
    "{% for t in ['a', 'b'] %}{{ ti.xcom_pull(t, key='n') }}{% endfor %}": "12",
    "{% set other = ti %}{{ other.xcom_pull('b', key='n') }}": "2",
    "{{ xcom | length }}": "2",
    "{{ ds }}": "2024-01-01",
  };
  const tasks = [
    { taskId: "a" },
    { taskId: "b", dependsOn: ["a"] },
    { taskId: "c", dependsOn: ["b"], params: Object.keys(texts) },
  ];
  let seen;
  const { service } = tasking(tasks, (task) => {
    if (task.taskId === "c") seen = task.params;
    else task.xcomPush("n", task.taskId === "a" ? 1 : 2);
    if (task.taskId === "a") task.xcomPush("xcom", 3);
  });
  await service.backfill({ ...one, conf: { whose: "b" } });
  assert.deepEqual(seen, Object.values(texts));
});

test("a missing XCom leaves its text, and the macros around it resolve", async () => {
  const params = { text: "{{ ds }} {{ xcom.a.return_value }} {{ ti.xcom_pull(task_ids='a') }} {{ run_id }}" };
  let seen;
  const { service } = tasking([{ taskId: "a" }, { taskId: "b", dependsOn: ["a"], params }], (task) => {
    if (task.taskId === "b") seen = task.params.text;
  });
  await service.backfill(one);
  assert.equal(seen, `2024-01-01 {{ xcom.a.return_value }} {{ ti.xcom_pull(task_ids='a') }} ${runId}`);
});

test("templates are resolved just before the task runs, with the attempt that runs", async () => {
  const seen = [];
  const tasks = [{ taskId: "a", retries: 2, params: "{{ ti.try_number }} {{ task.task_id }}" }];
  const { service } = tasking(tasks, ({ params, attempt }) => {
    seen.push([params, attempt]);
    if (attempt < 3) throw new Error("again");
  });
  const result = await service.backfill(one);
  assert.equal(result.state, "success");
  assert.deepEqual(
    seen.map(([, attempt]) => attempt),
    [1, 2, 3],
  );
  assert.match(seen[1][0], / a$/);
});

test("rerun keeps what succeeded, with its XCom, and runs the rest", async () => {
  let broken = true;
  const pulled = [];
  const { service, ran, states, store } = tasking(chain, (task) => {
    if (task.taskId === "a") return Math.random();
    if (task.taskId === "b" && broken) throw new Error("broken");
    pulled.push(task.xcomPull("a"));
  });
  assert.equal((await service.backfill(one)).state, "failed");
  assert.deepEqual(await states(), { a: "success", b: "failed", c: "upstream_failed" });
  const before = (await store.getXcom("d", runId)).a.return_value;
  [broken, ran.length] = [false, 0];
  const again = await service.backfill({ ...one, rerunFailed: true });
  assert.deepEqual([again.state, again.results[0].action], ["success", "rerun"]);
  assert.deepEqual(ran, ["b", "c"]);
  assert.deepEqual(pulled, [before, before]);
  assert.deepEqual(await states(), { a: "success", b: "success", c: "success" });
});

test("reset: nobody can read a stale XCom, not even in between", async () => {
  const inner = new MemoryStore();
  const store = delays(inner, () => sleep(1));
  let round = 1;
  const read = [];
  const look = async (where) => read.push([where, round, structuredClone(await inner.getXcom("d", runId))]);
  const { service, ran } = tasking(
    chain,
    async (task) => {
      // What stands in the store, what a template gets and what a pull gives, before this task has left anything.
      await look(task.taskId);
      for (const taskId of ["a", "b", "c"]) {
        const value = task.xcomPull(taskId) ?? round;
        assert.equal(value, round, `${task.taskId} pulls from ${taskId}`);
        const text = task.render(`{{ xcom.${taskId}.return_value }}`);
        assert.ok(text === String(round) || text.startsWith("{{"), `${task.taskId} renders ${text}`);
      }
      return round;
    },
    { store },
  );
  await service.backfill(one);
  round = 2;
  ran.length = 0;
  // A reader of its own looks all the time.
  let ended = false;
  const reader = (async () => {
    while (!ended) {
      const [run] = await inner.listRuns({ dagId: "d" });
      if (run.attempt === 2) await look("reader");
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const again = await service.backfill({ ...one, resetDagRun: true });
  ended = true;
  await reader;
  assert.deepEqual([again.state, again.results[0].action, ran], ["success", "reset", ["a", "b", "c"]]);
  const second = read.filter(([, n]) => n === 2);
  assert.ok(second.some(([where]) => where === "reader"));
  for (const [where, , xcom] of second) {
    for (const task of Object.values(xcom)) assert.equal(task.return_value, 2, where);
  }
  assert.deepEqual(second.find(([where]) => where === "a")[2], {});
});

test("a failed attempt leaves no XCom", async () => {
  const { service, store } = tasking([{ taskId: "a", retries: 1 }], (task) => {
    task.xcomPush("half", task.attempt);
    if (task.attempt === 1) throw new Error("once");
    task.xcomPush("whole", task.attempt);
  });
  await service.backfill(one);
  assert.deepEqual(await store.getXcom("d", runId), { a: { half: 2, whole: 2 } });
});

test("by hand: one run for one date, with tasks, macros and XCom", async () => {
  const { service, store, ran } = tasking(
    [
      { taskId: "a" },
      { taskId: "b", dependsOn: ["a"], params: "{{ xcom.a.return_value }} {{ ds }} {{ prev_ds }}" },
    ],
    ({ taskId, params, runType, conf }) => (taskId === "a" ? conf.n : [params, runType]),
  );
  const result = await service.trigger({ dagId: "d", executionDate: "2024-03-05T07:30", conf: { n: 4 } });
  assert.deepEqual([result.state, result.runId], ["success", "manual__2024-03-05T07:30:00+00:00"]);
  assert.deepEqual(ran, ["a", "b"]);
  const { b } = await store.getXcom("d", result.runId);
  assert.deepEqual(b.return_value, ["4 2024-03-05 2024-03-05", "manual"]);
  const [run] = await store.listRuns({ dagId: "d" });
  assert.deepEqual([run.runType, run.state, run.conf], ["manual", "success", { n: 4 }]);
  assert.deepEqual(run.dataInterval, { start: "2024-03-04T00:00:00Z", end: "2024-03-05T00:00:00Z" });
  assert.equal(await store.readLease(run.owner), null);
  const again = service.trigger({ dagId: "d", executionDate: "2024-03-05T07:30" });
  await assert.rejects(again, (error) => error instanceof DagfillError && error.code === "RUN_EXISTS");
  assert.equal(ran.length, 2);
});

test("by hand without a schedule, at the time that it is", async () => {
  const { service } = tasking([{ taskId: "a" }], () => {}, {
    dag: { schedule: null },
    now: () => Date.parse("2024-03-05T07:30Z"),
  });
  const result = await service.trigger({ dagId: "d" });
  assert.deepEqual([result.state, result.executionDate], ["success", "2024-03-05T07:30:00Z"]);
});

test("by hand, and aborted by its signal", async () => {
  const abort = new AbortController();
  const { service, states } = tasking(chain, async ({ taskId, signal }) => {
    if (taskId === "a") return;
    setTimeout(() => abort.abort(), 1);
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  const result = await service.trigger({ dagId: "d", executionDate: "2024-01-01", signal: abort.signal });
  assert.deepEqual([result.state, result.error.name], ["canceled", "DagfillError"]);
  const after = await states("manual__2024-01-01T00:00:00+00:00");
  assert.equal(after.a, "success");
  assert.notEqual(after.b, "success");
  assert.notEqual(after.c, "success");
  const gone = await service.trigger({ dagId: "d", executionDate: "2024-01-02", signal: abort.signal });
  assert.equal(gone.state, "canceled");
});

test("retries, then failure; what depends on it is upstream_failed", async () => {
  const { service, ran, states } = tasking([{ taskId: "a", retries: 2, retryDelay: 1 }, chain[1]], () => {
    throw new Error("never");
  });
  const result = await service.backfill(one);
  assert.deepEqual(ran, ["a", "a", "a"]);
  assert.deepEqual(await states(), { a: "failed", b: "upstream_failed" });
  assert.deepEqual(result.results[0].error, { name: "TaskFailed", message: "task a failed: never" });
});

test("a task that takes longer than its timeout is aborted and has failed", async () => {
  let reason;
  const { service, store } = tasking([{ taskId: "a", timeout: 5 }], async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    reason = signal.reason;
    throw reason;
  });
  assert.equal((await service.backfill(one)).state, "failed");
  assert.equal(reason.code, "ABORTED");
  const [instance] = await store.listTaskInstances("d", runId);
  assert.match(instance.error.message, /timeout/);
});

test("an error named TaskSkipped skips the task and what depends on it", async () => {
  const tasks = [...chain.slice(0, 2), { taskId: "c", dependsOn: ["b"], triggerRule: "all_done" }];
  const { service, states, ran } = tasking(tasks, ({ taskId }) => {
    if (taskId === "a") throw Object.assign(new Error("nothing to do"), { name: "TaskSkipped" });
  });
  assert.equal((await service.backfill(one)).state, "success");
  assert.deepEqual(await states(), { a: "skipped", b: "skipped", c: "success" });
  assert.deepEqual(ran, ["a", "c"]);
});

test("events say what became of each task, and why one failed; failures behind an all_done leaf are counted", async () => {
  const tasks = [
    { taskId: "a" },
    { taskId: "b", dependsOn: ["a"] },
    { taskId: "leaf", dependsOn: ["b"], triggerRule: "all_done" },
    { taskId: "skips" },
    { taskId: "behind", dependsOn: ["skips"] },
    { taskId: "end", dependsOn: ["behind", "leaf"], triggerRule: "all_done" },
  ];
  const { service } = tasking(tasks, ({ taskId }) => {
    if (taskId === "a") throw new TypeError("no data");
    if (taskId === "skips") throw Object.assign(new Error("nothing"), { name: "TaskSkipped" });
  });
  const events = [];
  const result = await service.backfill(one, { onEvent: (event) => events.push(event) });
  const told = new Map(
    events
      .filter(({ type }) => type.startsWith("task-") && type !== "task-started")
      .map(({ taskId, type, error }) => [taskId, error === undefined ? [type] : [type, error]]),
  );
  assert.deepEqual(Object.fromEntries(told), {
    a: ["task-failed", { name: "TypeError", message: "no data" }],
    b: ["task-upstream-failed"],
    leaf: ["task-succeeded"],
    skips: ["task-skipped"],
    behind: ["task-skipped"],
    end: ["task-succeeded"],
  });
  assert.deepEqual([result.state, result.failed, result.failedTasks], ["success", 0, 1]);
  const warnings = events.filter(({ type }) => type === "warning").map(({ warning }) => warning);
  assert.deepEqual(
    warnings.map(({ code, at, count }) => [code, at, count]),
    [["tasks_failed", "2024-01-01T00:00:00Z", 1]],
  );
  assert.match(warnings[0].message, /succeeded although its task a failed/);
  const fine = await tasking(tasks).service.backfill(one);
  assert.ok(!("failedTasks" in fine));
});

test("a run of chosen tasks has failed while a task at the end of the DAG stands without success", async () => {
  const tasks = [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }, { taskId: "c", dependsOn: ["a"] }];
  const { service, store, states } = tasking(tasks, ({ taskId }) => {
    if (taskId === "b") throw new Error("no data");
  });
  assert.equal((await service.backfill(one)).state, "failed");
  const result = await service.backfill({ ...one, taskIds: ["c"], rerunFailed: true });
  assert.deepEqual([result.state, await states()], ["failed", { a: "success", b: "failed", c: "success" }]);
  assert.equal(result.results[0].error.message, "task b stands failed and was not chosen: run it again, too");
  // Where it is chosen and does its work, the run has succeeded.
  const calm = tasking(tasks, () => {}, { store });
  const last = await calm.service.backfill({
    ...one,
    taskIds: ["b"],
    withUpstream: false,
    rerunFailed: true,
  });
  assert.equal(last.state, "success");
});

for (const [state, ended] of Object.entries({
  success: "success",
  skipped: "success",
  failed: "failed",
  upstream_failed: "failed",
  canceled: "failed",
  queued: "failed",
  running: "failed",
})) {
  test(`a leaf that was not chosen and stands ${state}: the run ends as ${ended}`, async () => {
    const { service, store } = tasking([{ taskId: "a" }, { taskId: "leaf", dependsOn: ["a"] }]);
    await service.backfill(one);
    const instance = { dagId: "d", runId, taskId: "leaf", state, attempt: 1 };
    await store.apply([{ type: "save-task-instance", instance }]);
    const again = { ...one, taskIds: ["a"], resetDagRun: true };
    assert.equal((await service.backfill(again)).state, ended);
  });
}

test("a run of chosen tasks warns of tasks on the way that stand failed in it", async () => {
  const tasks = [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }];
  const { service, states } = tasking(tasks, ({ taskId }) => {
    if (taskId === "a") throw new Error("no data");
  });
  assert.equal((await service.backfill(one)).state, "failed");
  const warnings = [];
  const onEvent = (event) => event.type === "warning" && warnings.push(event.warning);
  const again = { ...one, taskIds: ["b"], withUpstream: false, rerunFailed: true };
  const result = await service.backfill(again, { onEvent });
  assert.deepEqual([result.state, await states()], ["success", { a: "failed", b: "success" }]);
  assert.deepEqual(
    warnings.map(({ code, count }) => [code, count]),
    [["tasks_failed", 1]],
  );
  assert.match(warnings[0].message, /succeeded although its task a failed/);
});

test("a reset of chosen tasks leaves the others their records and their XCom", async () => {
  const pulled = [];
  const { service, store, ran } = tasking(
    [...chain, { taskId: "d", dependsOn: ["b"] }],
    ({ taskId, xcomPull, xcomPush }) => {
      if (taskId === "b") pulled.push(xcomPull("a"), xcomPull("a", "more"));
      if (taskId === "a") xcomPush("more", [1]);
      return `of ${taskId}`;
    },
  );
  await service.backfill(one);
  const before = Object.fromEntries(
    (await store.listTaskInstances("d", runId)).map((task) => [task.taskId, task]),
  );
  ran.length = 0;
  const again = { ...one, taskIds: ["b"], withUpstream: false, resetDagRun: true };
  assert.equal((await service.backfill(again)).state, "success");
  assert.deepEqual(ran, ["b"]);
  assert.deepEqual(pulled, ["of a", [1], "of a", [1]]);
  const after = Object.fromEntries(
    (await store.listTaskInstances("d", runId)).map((task) => [task.taskId, task]),
  );
  for (const taskId of ["a", "c", "d"]) assert.deepEqual(after[taskId], before[taskId]);
  assert.equal(after.b.attempt, 2);
  assert.deepEqual(await store.getXcom("d", runId), {
    a: { more: [1], return_value: "of a" },
    b: { return_value: "of b" },
    c: { return_value: "of c" },
    d: { return_value: "of d" },
  });
  // With the tasks before them, those are cleared, too, and no other.
  ran.length = 0;
  await service.backfill({ ...one, taskIds: ["b"], resetDagRun: true });
  assert.deepEqual(ran, ["a", "b"]);
  assert.equal((await store.getXcom("d", runId)).c.return_value, "of c");
});

test("maxActiveTasks is reached and never exceeded", async () => {
  let [now, most] = [0, 0];
  const tasks = Array.from({ length: 9 }, (_, n) => ({ taskId: `t${n}` }));
  const work = async () => {
    most = Math.max(most, ++now);
    await sleep(1);
    now -= 1;
  };
  const { service } = tasking(tasks, work, { dag: { maxActiveTasks: 3 } });
  await service.backfill(one);
  assert.equal(most, 3);
});

test("a task that depends on its past waits for the run before, also when both run at once", async () => {
  const order = [];
  const { service } = tasking(
    [{ taskId: "free" }, { taskId: "bound", dependsOnPast: true }],
    async ({ taskId, executionDate }) => {
      const day = Number(executionDate.slice(8, 10));
      order.push(`${taskId} ${day}`);
      // The later the date, the quicker: without the rule they would overtake each other.
      await sleep(10 - day);
      if (taskId === "bound") order.push(`end ${day}`);
    },
  );
  const week = { dagId: "d", startDate: "2024-01-01", endDate: "2024-01-07", maxParallelRuns: 7 };
  assert.equal((await service.backfill(week)).state, "success");
  assert.deepEqual(
    order.filter((line) => !line.startsWith("free")),
    [1, 2, 3, 4, 5, 6, 7].flatMap((day) => [`bound ${day}`, `end ${day}`]),
  );
});

test("a backfill's first row does not ask for the date before it, unless strictPast; what follows does", async () => {
  let broken = true;
  const tasks = [{ taskId: "a", dependsOnPast: true }];
  const setup = () =>
    tasking(tasks, () => {
      if (broken) throw new Error("broken");
    });
  const range = (first, last, more) => ({
    dagId: "d",
    startDate: `2024-01-0${first}`,
    endDate: `2024-01-0${last}`,
    ...more,
  });
  for (const [more, expected] of [
    [{}, ["success", "success"]],
    [{ strictPast: true }, ["failed", "failed"]],
    [{ excludeDates: ["2024-01-02"] }, ["skipped", "failed"]],
  ]) {
    const { service, store } = setup();
    broken = true;
    await service.backfill(range(1, 1));
    broken = false;
    const { results } = await service.backfill(range(2, 3, more));
    assert.deepEqual(
      results.map((run) => run.state),
      expected,
      JSON.stringify(more),
    );
    // Scheduled runs, and runs by hand, always ask for the same task of the date before.
    if (expected[0] !== "failed") continue;
    const manual = await service.trigger({ dagId: "d", executionDate: "2024-01-04" });
    assert.equal(manual.state, "failed");
    const [instance] = await store.listTaskInstances("d", manual.runId);
    assert.equal(instance.state, "upstream_failed");
  }
});

test("taskIds: only these, with their upstreams unless not wanted", async () => {
  const { service, ran } = tasking([...chain, { taskId: "x" }]);
  await service.backfill({ ...one, taskIds: ["b"] });
  assert.deepEqual(ran, ["a", "b"]);
  ran.length = 0;
  const second = {
    dagId: "d",
    startDate: "2024-01-02",
    endDate: "2024-01-02",
    taskIds: ["b"],
    withUpstream: false,
  };
  await service.backfill(second);
  assert.deepEqual(ran, ["b"]);
  await assert.rejects(service.backfill({ ...one, taskIds: ["bb"] }), { code: "UNKNOWN_TASK" });
});

test("tasks may have the names of a prototype", async () => {
  const tasks = [
    { taskId: "__proto__" },
    { taskId: "constructor", dependsOn: ["__proto__"], params: "{{ xcom.__proto__.return_value }}" },
  ];
  let seen;
  const { service } = tasking(tasks, (task) => {
    if (task.taskId === "__proto__") return "kept";
    seen = [task.params, task.xcomPull("__proto__"), task.xcomPull("toString")];
  });
  await service.backfill(one);
  assert.deepEqual(seen, ["kept", "kept", undefined]);
});

test("what a task pushes after its end is refused, not dropped", async () => {
  const contexts = [];
  const { service, store } = tasking(
    [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"], retries: 1 }],
    (task) => {
      contexts.push(task);
      task.xcomPush("early", task.attempt);
      // The task of before, and the attempt of before, have ended by now.
      for (const before of contexts.slice(0, -1)) {
        assert.throws(() => before.xcomPush("late", 1), { name: "DagfillError", code: "STALE_OWNER" });
      }
      if (task.taskId === "b" && task.attempt === 1) throw new Error("again");
    },
  );
  assert.equal((await service.backfill(one)).completed, 1);
  assert.equal(contexts.length, 3);
  for (const context of contexts) assert.throws(() => context.xcomPush("late", 1), /before the end of task/);
  assert.deepEqual(await store.getXcom("d", runId), { a: { early: 1 }, b: { early: 2 } });
});
