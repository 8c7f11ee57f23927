// A callback that waits for what ends only after it is told so, also when it asks behind an await; nobody else is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scheduler } from "dagfill";
import { daily, days, gate, noon, service, settle } from "./scene.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => assert.deepEqual(unhandled.splice(0), []));

const tasks = [{ taskId: "first" }, { taskId: "second", dependsOn: ["first"] }];
/** Hosts whose last callback of a run does `work`. */
const hosts = {
  executeRun: (work) => ({ dag: daily, executeRun: work }),
  executeTask: (work) => ({
    dag: { ...daily, tasks },
    executeRun: undefined,
    executeTask: (task) => (task.taskId === "second" ? work(task) : undefined),
  }),
};
const moments = { "before an await": async () => {}, "behind awaits": () => settle(3) };
const refused = (error) => error.code === "ABORTED" && /in a callback that it waits for/.test(error.message);

for (const [name, host] of Object.entries(hosts)) {
  for (const [moment, wait] of Object.entries(moments)) {
    for (const [what, ask] of Object.entries({
      "cancel()": (backfill) => backfill.cancel(),
      "cancel({ running: abort })": (backfill) => backfill.cancel({ running: "abort" }),
      result: (backfill) => {
        void backfill.cancel();
        return backfill.result;
      },
    })) {
      test(`${name} that awaits ${what} of its own backfill ${moment}: ABORTED, and the backfill ends`, async () => {
        const told = [];
        const backfill = await service(
          host(async () => {
            if (moment !== "before an await") await wait();
            await ask(backfill).catch((error) => {
              told.push(error);
              throw error;
            });
          }),
        ).start(days(3, { maxParallelRuns: 2, abortGrace: 20 }));
        const result = await backfill.result;
        assert.equal(result.state, "canceled");
        assert.equal(result.failed + result.canceled, 3);
        // With "abort" the runs may have been given up in the same moment.
        assert.ok(told.every(refused), String(told));
        if (what !== "cancel({ running: abort })") assert.ok(told.length > 0);
      });
    }

    for (const what of ["tick", "stop"]) {
      test(`${name} that awaits ${what}() of its own scheduler ${moment}: ABORTED, and the scheduler goes on`, async (t) => {
        t.mock.timers.enable({ apis: ["setTimeout"] });
        let asked = 0;
        const told = [];
        const work = async () => {
          if (moment !== "before an await") await wait();
          const answer = scheduler[what]();
          asked += 1;
          await answer.catch((error) => {
            told.push(error);
            throw error;
          });
        };
        const { dag, ...callbacks } = host(work);
        const dags = [{ ...dag, startDate: "2025-05-30", catchup: true }];
        const scheduler = new Scheduler({ dags, now: () => noon, ...callbacks });
        const ticked = scheduler.tick();
        while (asked < 2) await settle(1);
        await settle();
        assert.deepEqual(told, []);
        t.mock.timers.tick(30_000);
        const results = await ticked;
        assert.deepEqual(
          results.map(({ state, error }) => [
            state,
            /ABORTED|callback that it waits for/.test(error.message),
          ]),
          Array(2).fill(["failed", true]),
        );
        assert.ok(told.every(refused), String(told));
        await scheduler.stop();
      });
    }
  }
}

test("a listener is no callback that is waited for: it may wait for the end, however long that takes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const work = gate();
  let result;
  let asked = false;
  const onEvent = async ({ type }) => {
    if (type !== "paused") return;
    await settle(1);
    asked = true;
    result = await backfill.cancel();
  };
  const executeRun = async (run) => {
    await settle(1);
    // Who hears of what it causes is not called by it.
    backfill.pause();
    await work.executeRun(run);
  };
  const backfill = await service({ executeRun }).start(days(1, { abortGrace: 20 }), { onEvent });
  while (!asked) await settle(1);
  t.mock.timers.tick(60_000);
  await settle();
  work.end(1);
  await backfill.result;
  await settle();
  assert.equal(result.completed, 1);
});

test("a callback may wait for the end of another backfill, however long that takes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const work = gate();
  const other = await service({ executeRun: work.executeRun }).start(days(1, { abortGrace: 20 }));
  await work.until(1);
  let asked = false;
  const executeRun = async () => {
    asked = true;
    return (await other.cancel()).completed;
  };
  const backfill = await service({ executeRun }).start(days(1, { abortGrace: 20 }));
  while (!asked) await settle(1);
  t.mock.timers.tick(60_000);
  await settle();
  work.end(1);
  assert.equal((await backfill.result).results[0].output, 1);
});

test("a listener of a scheduler may wait for its end", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const ended = Promise.withResolvers();
  const dags = [{ ...daily, startDate: "2025-05-31", catchup: true }];
  const scheduler = new Scheduler({ dags, now: () => noon, executeRun: () => ended.promise });
  const stopped = new Promise((resolve, reject) => {
    scheduler.onEvent(async ({ type }) => {
      if (type !== "run-started") return;
      await settle(1);
      ended.resolve();
      scheduler.stop().then(resolve, reject);
    });
  });
  await scheduler.tick();
  await stopped;
});

test("a callback that cancels and goes on for longer than the grace rejects nothing that nobody awaits", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const work = gate();
  const executeRun = async (run) => {
    await settle(1);
    void backfill.cancel();
    await work.executeRun(run);
  };
  const backfill = await service({ executeRun }).start(days(2, { abortGrace: 20 }));
  await work.until(1);
  t.mock.timers.tick(60_000);
  await settle();
  work.end(1);
  assert.deepEqual([(await backfill.result).state, backfill.progress.completed], ["canceled", 1]);
});

test("what a callback has left behind when it ended may wait for the end", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const work = gate();
  const go = Promise.withResolvers();
  let left;
  const executeRun = (run) => {
    if (left !== undefined) return work.executeRun(run);
    left = go.promise.then(() => backfill.cancel());
    return undefined;
  };
  const backfill = await service({ executeRun }).start(days(2, { abortGrace: 20 }));
  await work.until(1);
  go.resolve();
  await settle();
  t.mock.timers.tick(60_000);
  await settle();
  work.end(2);
  assert.equal((await left).completed, 2);
});

test("without AsyncLocalStorage a callback is known up to its first await", async (t) => {
  t.mock.method(process, "getBuiltinModule", () => undefined);
  const { BackfillService } = await import("../../../dist/index.js?without-storage");
  t.mock.restoreAll();
  const told = [];
  const executeRun = async () => {
    await backfill.cancel().catch((error) => told.push(error));
  };
  const host = new BackfillService({ dags: [daily], executeRun, now: () => noon });
  const backfill = await host.start(days(3, { maxParallelRuns: 2, abortGrace: 20 }));
  const result = await backfill.result;
  assert.deepEqual([result.state, result.completed, told.length], ["canceled", 1, 1]);
  assert.ok(told.every(refused), String(told));
});
