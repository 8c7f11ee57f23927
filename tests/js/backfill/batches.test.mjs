// What is written: one transaction at a time, in the order in which it was decided, also behind a change that is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";
import { broken, day, days, listen, noon, service, settle } from "./scene.mjs";

test.afterEach(() => assert.deepEqual(broken.splice(0), []));

/** Counts how many transactions are with the store at once, and keeps those it has taken; each waits for `wait(number)`. */
function watched(wait = () => settle(2)) {
  const store = new MemoryStore();
  const { apply } = store;
  const seen = Object.assign(store, { most: 0, atOnce: 0, calls: 0, taken: [], refused: [] });
  store.apply = async (changes, fence) => {
    seen.atOnce += 1;
    seen.calls += 1;
    seen.most = Math.max(seen.most, seen.atOnce);
    try {
      await wait(seen.calls, changes);
      await apply.call(store, changes, fence);
      seen.taken.push(...changes);
    } catch (error) {
      seen.refused.push(error.code);
      throw error;
    } finally {
      seen.atOnce -= 1;
    }
  };
  return seen;
}

/** A run of somebody else. */
const taken = (number) => ({
  type: "create-run",
  run: {
    runId: `scheduled__${number}`,
    dagId: "etl",
    executionDate: day(number),
    dataInterval: { start: day(number), end: day(number + 1) },
    runType: "scheduled",
    state: "running",
    conf: {},
    attempt: 1,
  },
});

/** What a change says of a run, or of a task of it: [day, "success"], [day, "b success 1"]. */
function told({ run, instance, runId, change }) {
  const date = run?.executionDate ?? (instance?.runId ?? runId).split("__")[1];
  const what =
    instance === undefined ? [(run ?? change).state] : [instance.taskId, instance.state, instance.attempt];
  return [Number(date.slice(8, 10)), what.join(" ")];
}

const tasks = [
  { taskId: "a" },
  { taskId: "b", dependsOn: ["a"] },
  { taskId: "c", retries: 1, retryDelay: 0 },
  { taskId: "d", dependsOn: ["c"] },
];

const serviceOf = (store, executeTask) =>
  new BackfillService({
    dags: [{ dagId: "etl", schedule: "@daily", tasks }],
    store,
    executeTask,
    now: () => noon,
  });

/** Each run and each of its tasks went its way in the order of the store. */
function checkOrder(changes, dates) {
  const lines = changes.filter(({ type }) => type !== "save-backfill" && type !== "set-xcom").map(told);
  for (const date of dates) {
    const way = lines.filter(([of]) => of === date).map(([, what]) => what);
    for (const steps of [
      ["running", "a running 1", "a success 1", "b running 1", "b success 1", "success"],
      [
        "running",
        "c running 1",
        "c up_for_retry 1",
        "c running 2",
        "c success 2",
        "d running 1",
        "d success 1",
      ],
      ["d success 1", "success"],
    ]) {
      assert.deepEqual(
        way.filter((what) => steps.includes(what)),
        steps,
        String(date),
      );
    }
  }
}

/** Tasks that take a few turns; the first attempt of c fails. What is started is on record. */
function work(store, problems) {
  return async ({ runId, taskId, attempt }) => {
    const known = (await store.listTaskInstances("etl", runId)).find((one) => one.taskId === taskId);
    if (known?.state !== "running" || known.attempt !== attempt) {
      problems.push(`${runId} ${taskId} ${attempt} runs and the store has ${JSON.stringify(known)}`);
    }
    await settle(taskId.charCodeAt(0) % 3);
    if (taskId === "c" && attempt === 1) throw new Error("again");
    return taskId;
  };
}

test("one transaction at a time, however many runs and tasks write", async () => {
  const store = watched();
  const problems = [];
  const result = await serviceOf(store, work(store, problems)).backfill(days(9, { maxParallelRuns: 4 }));
  assert.deepEqual([result.completed, problems, store.refused], [9, [], []]);
  assert.equal(store.most, 1);
  // Several runs shared their transactions.
  assert.ok(
    store.calls < store.taken.length / 2,
    `${store.calls} transactions, ${store.taken.length} changes`,
  );
  checkOrder(store.taken, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a date that was taken: its row is skipped; what shared the transaction is written again, and before what came later", async () => {
  // While it is written, somebody else takes every second, third or fourth of the dates.
  for (const every of [1, 2, 3]) {
    const { apply } = MemoryStore.prototype;
    const lost = [];
    const store = watched(async (_, changes) => {
      // Long enough for tasks of other runs to want to write.
      await settle(7);
      const created = changes.filter(({ type }) => type === "create-run");
      const numbers = created.map(({ run }) => Number(run.executionDate.slice(8, 10)));
      const number = numbers.find((number) => number % (every + 1) === 0 && !lost.includes(number));
      if (number === undefined) return;
      lost.push(number);
      await apply.call(store, [taken(number)]);
    });
    const heard = listen();
    const problems = [];
    const result = await serviceOf(store, work(store, problems)).backfill(
      days(9, { maxParallelRuns: 3 }),
      heard.hooks,
    );
    assert.ok(lost.length > 1);
    assert.deepEqual(problems, [], `every ${every}`);
    assert.deepEqual(
      store.refused,
      lost.map(() => "RUN_EXISTS"),
    );
    assert.deepEqual(
      [result.state, result.completed, result.skipped],
      ["success", 9 - lost.length, lost.length],
    );
    for (const { executionDate, state, reason } of result.results) {
      const isLost = lost.includes(Number(executionDate.slice(8, 10)));
      assert.deepEqual([state, reason], isLost ? ["skipped", "in_flight"] : ["success", undefined]);
    }
    // Tasks of these runs are tried again, too.
    const warned = heard.of("warning").filter(({ warning }) => warning.code !== "task_retrying");
    assert.deepEqual(
      warned.map(({ warning }) => [warning.code, warning.at]),
      lost.map((number) => ["in_flight", day(number)]),
    );
    assert.equal(store.most, 1);
    checkOrder(
      store.taken,
      [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((number) => !lost.includes(number)),
    );
    // Nothing was written twice.
    const lines = store.taken
      .filter(({ type }) => type !== "save-backfill")
      .map((one) => JSON.stringify(one));
    assert.equal(new Set(lines).size, lines.length);
  }
});

test("tasks that end at once do not get in front of the transaction that the store has", async () => {
  const store = watched();
  const executeTask = ({ taskId, attempt }) => {
    if (taskId === "c" && attempt === 1) throw new Error("again");
  };
  const result = await serviceOf(store, executeTask).backfill(days(9, { maxParallelRuns: 4 }));
  assert.deepEqual([result.completed, store.most], [9, 1]);
  checkOrder(store.taken, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("behind a refusal: what the transaction held goes first, what came meanwhile follows", async () => {
  const ends = new Map();
  const started = [];
  const problems = [];
  let [hold, release] = [undefined, undefined];
  const store = watched(async () => {
    if (hold === undefined) return;
    await hold;
  });
  const executeTask = ({ runId, executionDate, taskId }) => {
    const name = `${Number(executionDate.slice(8, 10))}${taskId}`;
    started.push(name);
    return new Promise((resolve) => {
      ends.set(name, resolve);
      store.listTaskInstances("etl", runId).then((known) => {
        if (known.find((one) => one.taskId === taskId)?.state !== "running") problems.push(name);
      });
    });
  };
  const backfill = await serviceOf(store, executeTask).start(days(3, { maxParallelRuns: 2 }));
  const end = async (...names) => {
    for (const name of names) ends.get(name)();
    await settle();
  };
  await settle();
  await end("2a", "2c");
  await end("2b");
  assert.deepEqual(started, ["1a", "1c", "2a", "2c", "2b", "2d"]);

  // One transaction: the last task of the second run, a task of the first, the end of the second and the third run.
  hold = new Promise((resolve) => {
    release = resolve;
  });
  const { apply } = MemoryStore.prototype;
  await apply.call(store, [taken(3)]);
  const before = store.taken.length;
  await end("2d", "1a");
  // And another task of the first, while the store has that transaction.
  await end("1c");
  assert.equal(store.atOnce, 1);
  release();
  hold = undefined;
  await settle();
  assert.deepEqual(store.refused, ["RUN_EXISTS"]);
  const written = store.taken.slice(before).filter(({ type }) => type !== "set-xcom");
  assert.deepEqual(written.map(told), [
    [2, "d success 1"],
    [1, "a success 1"],
    [1, "b running 1"],
    [1, "c success 1"],
    [1, "d running 1"],
    [2, "success"],
  ]);
  await end("1b", "1d");
  const result = await backfill.result;
  assert.deepEqual([result.completed, result.skipped, problems], [2, 1, []]);
});

test("the refused change is found where one row has several: the row behind a reset, and a run that somebody moved", async () => {
  const run = (number, state) => ({
    type: "create-run",
    run: { ...taken(number).run, runId: `r${number}`, state },
  });
  // Day 2 is started again by somebody else, and day 4 gets its first run, after the plan was made.
  const store = watched(async (call) => {
    if (call > 1) return;
    await MemoryStore.prototype.apply.call(store, [
      { type: "update-run", dagId: "etl", runId: "r2", change: { state: "running", attempt: 2 } },
      taken(4),
    ]);
  });
  await MemoryStore.prototype.apply.call(store, [run(1, "success"), run(2, "failed"), run(3, "success")]);
  const ran = [];
  const result = await service({
    store,
    executeRun: (context) => void ran.push(context.executionDate),
  }).backfill(days(5, { maxParallelRuns: 5, resetDagRun: true }));
  assert.deepEqual(store.refused, ["STALE_OWNER", "RUN_EXISTS"]);
  assert.deepEqual(
    result.results.map(({ state, reason }) => reason ?? state),
    ["success", "in_flight", "success", "in_flight", "success"],
  );
  assert.deepEqual(ran, [1, 3, 5].map(day));
  const [moved] = await store.listRuns({ dagId: "etl", from: Date.parse(day(2)), to: Date.parse(day(2)) });
  assert.deepEqual([moved.state, moved.attempt, moved.backfillId], ["running", 2, undefined]);
});
