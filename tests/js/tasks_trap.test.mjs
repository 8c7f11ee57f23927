// Wasm traps while runs go through their tasks: all of them go on where they were, in another instance.
import assert from "node:assert/strict";
import { test } from "node:test";

// Stands between the package and its instances, before the first is made: `traps` says of a call whether it traps.
let traps = () => false;
const { Instance } = WebAssembly;
WebAssembly.Instance = class {
  exports = {};

  constructor(...parts) {
    for (const [name, value] of Object.entries(new Instance(...parts).exports)) {
      const isPlain = typeof value !== "function" || name.startsWith("__");
      this.exports[name] = isPlain
        ? value
        : (...args) => {
            if (traps(name, args)) throw new WebAssembly.RuntimeError("unreachable");
            return value(...args);
          };
    }
  }
};

const { BackfillService, MemoryStore, validateDag } = await import("dagfill");
const { broken, day, days, gate, listen, settle } = await import("./backfill/scene.mjs");

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => {
  traps = () => false;
  assert.deepEqual([unhandled.splice(0), broken.splice(0)], [[], []]);
});

const tasks = [
  { taskId: "extract", retries: 1, retryDelay: 0 },
  { taskId: "check", dependsOn: ["extract"] },
  { taskId: "load", dependsOn: ["extract"], dependsOnPast: true },
  { taskId: "report", dependsOn: ["check", "load"], triggerRule: "always" },
];

async function run() {
  const store = new MemoryStore();
  const starts = [];
  const problems = [];
  const executeTask = async (task) => {
    const { runId, taskId, attempt } = task;
    starts.push(`${runId} ${taskId} ${attempt}`);
    const known = (await store.listTaskInstances("etl", runId)).find((one) => one.taskId === taskId);
    if (known?.state !== "running" || known.attempt !== attempt)
      problems.push(`${runId} ${taskId} not on record`);
    await settle(2);
    if (taskId === "extract" && attempt === 1) throw new Error("again");
    if (taskId === "check" && task.executionDate === day(2)) throw new Error("not good");
    if (taskId === "load" && task.xcomPull("extract") !== task.executionDate)
      problems.push(`${runId} lost XCom`);
    return task.executionDate;
  };
  const service = new BackfillService({
    dags: [{ dagId: "etl", schedule: "@daily", tasks }],
    store,
    executeTask,
  });
  const heard = listen();
  const result = await service.backfill(days(4, { maxParallelRuns: 2 }), heard.hooks);
  const runs = [];
  for (const { runId, state } of await store.listRuns({ dagId: "etl" })) {
    const instances = await store.listTaskInstances("etl", runId);
    runs.push([state, ...instances.map((one) => `${one.taskId} ${one.state} ${one.attempt}`)]);
  }
  return { result, runs, heard, starts: starts.toSorted(), problems };
}

test("a trap at any call of a run's core: no task is lost, none is started twice, nothing ends otherwise", async () => {
  let calls = 0;
  let trapAt = Number.POSITIVE_INFINITY;
  traps = (name) => name.startsWith("rawdagrun_") && ++calls === trapAt;
  const whole = await run();
  const most = calls;
  assert.ok(most > 50, `${most} calls`);
  assert.deepEqual([whole.result.completed, whole.problems], [4, []]);
  assert.equal(whole.starts.length, 4 * 5);
  const told = ({ heard }) => heard.events.filter(({ type }) => type.startsWith("task-")).length;
  let restarts = 0;
  for (trapAt = 1; trapAt <= most; trapAt += 1) {
    calls = 0;
    const again = await run();
    const where = `call ${trapAt}`;
    assert.deepEqual(again.runs, whole.runs, where);
    assert.deepEqual(again.starts, whole.starts, where);
    assert.deepEqual(again.problems, [], where);
    assert.deepEqual([again.result.completed, told(again)], [4, told(whole)], where);
    restarts += again.heard.of("warning").filter(({ warning }) => warning.code === "core_restarted").length;
  }
  // The backfill's own core died with them, and was made again.
  assert.ok(restarts > most / 2, `${restarts} restarts in ${most} traps`);
});

test("somebody else's trap in the middle of tasks: they end as they end, also those that time out or wait", async () => {
  const work = gate();
  const store = new MemoryStore();
  const ran = [];
  const service = new BackfillService({
    dags: [
      {
        dagId: "etl",
        schedule: "@daily",
        tasks: [
          { taskId: "a" },
          { taskId: "slow", timeout: 20 },
          { taskId: "b", dependsOn: ["a"] },
          { taskId: "c", retries: 1, retryDelay: 20 },
        ],
      },
    ],
    store,
    executeTask: (task) => {
      ran.push(`${task.taskId} ${task.attempt}`);
      if (task.taskId === "a") return work.executeRun(task);
      if (task.taskId === "c" && task.attempt === 1) throw new Error("again");
      if (task.taskId !== "slow") return undefined;
      return new Promise((_, reject) =>
        task.signal.addEventListener("abort", () => reject(task.signal.reason), { once: true }),
      );
    },
  });
  const backfill = await service.start(days(1));
  await work.until(1);
  await settle();
  for (let number = 0; number < 10; number += 1) {
    let trapped = false;
    traps = (name) => {
      if (trapped || !name.startsWith("rawdag_")) return false;
      trapped = true;
      return true;
    };
    assert.throws(() => validateDag({ dagId: "x", schedule: "@daily", tasks: [{ taskId: "a" }] }), {
      code: "INTERNAL",
    });
  }
  traps = () => false;
  // Nobody says a word to the run: its own timer finds out.
  while (!ran.includes("c 2")) await new Promise((resolve) => setTimeout(resolve, 5));
  work.end(1);
  const result = await backfill.result;
  assert.deepEqual(ran, ["a 1", "slow 1", "c 1", "c 2", "b 1"]);
  const { runId, error, state } = result.results[0];
  assert.equal(state, "failed");
  assert.match(error.message, /task slow failed: .*timeout/);
  assert.deepEqual(
    (await store.listTaskInstances("etl", runId)).map((one) => `${one.taskId} ${one.state}`),
    ["a success", "b success", "c success", "slow failed"],
  );
});

test("a run whose core cannot be made again fails as INTERNAL, and alone", async () => {
  // Every time that a task's failure is told: it is the same fault again and again.
  const failed = 2;
  traps = (name, [, event]) => name === "rawdagrun_handle" && event === failed;
  const executeTask = async ({ executionDate, taskId }) => {
    await settle(2);
    if (executionDate === day(2) && taskId === "a") throw new Error("no");
  };
  const store = new MemoryStore();
  const chain = [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }];
  const service = new BackfillService({
    dags: [{ dagId: "etl", schedule: "@daily", tasks: chain }],
    store,
    executeTask,
  });
  const result = await service.backfill(days(4, { maxParallelRuns: 3 }));
  assert.deepEqual(
    result.results.map((one) => one.state),
    ["success", "failed", "success", "success"],
  );
  assert.match(result.results[1].error.message, /trap/);
  // Reached by hand, too.
  await assert.rejects(service.trigger({ dagId: "etl", executionDate: day(2) }), { code: "RUN_EXISTS" });
});
