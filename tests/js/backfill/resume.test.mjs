// A process dies at a chosen point, and another goes on: nothing lost, nothing that was acknowledged done again.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService, MemoryStore } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { failsOnApply } from "../store/faulty.mjs";
import { broken, daily, day, days, gate, listen, noon, service, settle } from "./scene.mjs";

test.afterEach(() => assert.deepEqual(broken.splice(0), []));

/** A memory store with other methods in the place of some of its own. */
const instead = (memory, methods) =>
  Object.assign(
    Object.create(memory),
    Object.fromEntries(
      Object.getOwnPropertyNames(MemoryStore.prototype).map((name) => [
        name,
        (...args) => memory[name](...args),
      ]),
    ),
    methods,
  );

const worker = (...args) => fork(new URL("crash_worker.mjs", import.meta.url), args);

/** Attempts that were started before the process died, and after. */
const points = {
  "stored, not started": [[], [2, 1, 1, 1, 1]],
  "in a run": [
    [1, 1, 1],
    [0, 0, 2, 1, 1],
  ],
  "settled, not stored": [[1], [2, 1, 1, 1, 1]],
  "all done, not told": [[1, 1, 1, 1, 1], []],
};

for (const [point, [before, later]] of Object.entries(points)) {
  test(`killed: ${point}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "dagfill-crash-"));
    try {
      const path = join(folder, "runs.sqlite");
      const [, signal] = await once(worker(path, point), "exit");
      assert.equal(signal, "SIGKILL");
      const journal = before.length === 0 ? [] : readFileSync(`${path}.journal`, "utf8").trim().split("\n");
      assert.deepEqual(
        journal,
        before.map((attempt, index) => `${day(index + 1)} ${attempt}`),
      );

      const store = await openSqliteStore(path);
      const started = [];
      const executeRun = ({ executionDate, attempt, conf }) => {
        assert.deepEqual(conf, { n: 1 });
        started.push(`${executionDate} ${attempt}`);
      };
      // The DAG has another schedule by now: the plan is the one that was stored.
      const backfills = new BackfillService({ dags: [{ ...daily, schedule: "@hourly" }], store, executeRun });
      if (later.length === 0) {
        await assert.rejects(backfills.resume("b"), { code: "UNKNOWN_BACKFILL" });
        assert.equal((await backfills.list())[0].state, "success");
      } else {
        assert.equal((await backfills.list())[0].state, "interrupted");
        const [first] = (await backfills.preview(days(9))).warnings;
        assert.equal(first.code, "interrupted_backfill");
        assert.match(first.message, /backfill b was interrupted/);
        await assert.rejects(backfills.start(days(9)), (error) => {
          assert.deepEqual([error.code, error.details], ["BACKFILL_EXISTS", { backfillId: "b" }]);
          return true;
        });
        const heard = listen();
        const backfill = await backfills.resume("b", heard.hooks);
        assert.deepEqual(backfill.preview.dates, [1, 2, 3, 4, 5].map(day));
        const result = await backfill.result;
        assert.deepEqual([result.state, result.completed, result.totalDates], ["success", 5, 5]);
      }
      const expected = later.flatMap((attempt, index) =>
        attempt > 0 ? [`${day(index + 1)} ${attempt}`] : [],
      );
      assert.deepEqual(started, expected);
      const runs = await store.listRuns({ dagId: "etl" });
      assert.deepEqual(
        runs.map((run) => [run.executionDate, run.state]),
        [1, 2, 3, 4, 5].map((n) => [day(n), "success"]),
      );
      await store.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test("a callback that never settles does not let the process end as if all were done", async () => {
  const child = worker("", "never-settles");
  const ended = once(child, "exit");
  await once(child, "message");
  child.disconnect();
  // Without the timer it would be gone within a few milliseconds; how long we wait decides nothing but our patience.
  assert.equal(await Promise.race([ended, sleep(300, "alive")]), "alive");
  child.kill("SIGKILL");
  await ended;
});

/** A backfill that was interrupted when its third batch failed. */
async function interrupted(store, more = {}) {
  const executeRun = ({ executionDate }) => {
    if (executionDate === day(1) && more.fails) throw new Error("first");
  };
  const options = days(5, { backfillId: "b", ...more.options });
  const broken = service({ store: failsOnApply(store, 3, { times: 99 }), executeRun, dag: more.dag });
  await assert.rejects(broken.backfill(options), { code: "STORE_FAILED" });
}

test("discard closes an interrupted backfill, and its dates are free again", async () => {
  const store = new MemoryStore();
  await interrupted(store);
  const backfills = service({ store });
  await assert.rejects(backfills.start(days(5)), { code: "BACKFILL_EXISTS" });
  // One that touches none of its dates may go first.
  assert.equal((await backfills.backfill(days(9, { startDate: day(8) }))).completed, 2);
  await backfills.discard("b");
  const [first] = await backfills.list();
  assert.equal(first.state, "canceled");
  const { total, completed, failed, skipped, canceled, remaining } = first.progress;
  assert.deepEqual([total, completed + failed + skipped + canceled, remaining], [5, 5, 0]);
  await assert.rejects(backfills.discard("b"), { code: "UNKNOWN_BACKFILL" });
  await assert.rejects(backfills.resume("b"), { code: "UNKNOWN_BACKFILL" });
  await assert.rejects(backfills.resume("nobody"), { code: "UNKNOWN_BACKFILL" });
  const result = await backfills.backfill(days(5, { reprocess: "failed" }));
  assert.equal(result.state, "success");
});

test("one driver a DAG: the others are told, and other DAGs are not stopped", async () => {
  const store = new MemoryStore();
  const work = gate();
  const dags = [daily, { dagId: "other", schedule: "@daily" }];
  const make = () => new BackfillService({ dags, store, executeRun: work.executeRun, now: () => noon });
  const [one, two] = [make(), make()];
  const backfill = await one.start(days(2, { backfillId: "b", abortGrace: 5 }));
  for (const attempt of [
    () => two.start(days(9, { startDate: day(8) })),
    () => two.resume("b"),
    () => two.discard("b"),
    () => one.start(days(2)),
  ]) {
    await assert.rejects(attempt(), { code: "BACKFILL_ACTIVE" });
  }
  const other = await two.start({ ...days(1), dagId: "other", abortGrace: 5 });
  await work.until(2);
  await other.cancel({ running: "abort" });
  await backfill.cancel({ running: "abort" });
  // Its DAG is free at once.
  await two
    .start(days(9, { startDate: day(8), abortGrace: 5 }))
    .then((next) => next.cancel({ running: "abort" }));
});

test("a resume counts the failures and the starts of before", async () => {
  const store = new MemoryStore();
  await interrupted(store, { fails: true, options: { maxFailures: 2, conf: { a: 1 } } });
  const started = [];
  const executeRun = ({ executionDate }) => {
    started.push(executionDate);
    throw new Error("again");
  };
  const result = await (await service({ store, executeRun }).resume("b")).result;
  // The first failed before, the second fails now.
  assert.deepEqual([result.failed, result.canceled, result.state], [2, 3, "failed"]);
  assert.deepEqual(started, [day(2)]);
});

test("a snapshot of another version is refused, not guessed at", async () => {
  const store = new MemoryStore();
  await store.apply([
    {
      type: "save-backfill",
      id: "b",
      dagId: "etl",
      finished: false,
      snapshot: { version: 3, state: "running" },
    },
  ]);
  for (const attempt of [(all) => all.resume("b"), (all) => all.discard("b"), (all) => all.start(days(1))]) {
    await assert.rejects(attempt(service({ store })), { code: "STORE_FAILED", message: /version/ });
  }
});

test("a backfill that was canceled and whose process died ends as canceled, and starts nothing", async () => {
  for (const running of ["finish", "abort"]) {
    for (const early of [false, true]) {
      const memory = new MemoryStore();
      const work = gate();
      // The process dies as soon as the cancel is stored: what it writes behind that never comes.
      let dead = false;
      const apply = async (changes, fence) => {
        if (dead) return new Promise(() => {});
        await memory.apply(changes, fence);
        dead = (await memory.loadBackfill("b"))?.canceling === true;
      };
      const store = instead(memory, {
        apply,
        acquireLease: (name, _, ttl) => memory.acquireLease(name, "dead", ttl),
      });
      const abort = new AbortController();
      if (early) abort.abort();
      const options = days(6, { maxParallelRuns: 2, backfillId: "b" });
      const hooks = { signal: abort.signal };
      let started = 0;
      if (early) {
        service({ store, executeRun: work.executeRun })
          .backfill(options, hooks)
          .catch(() => {});
        const isOver = async () => (await memory.loadBackfill("b"))?.state === "canceled";
        while (!(await isOver())) await settle(1);
        started = work.started.length;
      } else {
        const backfill = await service({ store, executeRun: work.executeRun }).start(options, hooks);
        await work.until(2);
        work.end(1);
        await work.until(3);
        backfill.cancel({ running }).catch(() => {});
        while (!dead) await settle(1);
        await settle();
        started = 3;
      }
      const snapshot = await memory.loadBackfill("b");
      // What was canceled before it began has ended already, and the wish does not open it again.
      assert.equal(early ? snapshot.state : snapshot.canceling, early ? "canceled" : true);
      const lease = await memory.readLease("dag:etl");
      if (lease !== null) await (await memory.acquireLease("dag:etl", "dead", 1_000)).release();
      if (snapshot.state !== "canceled") {
        const heard = listen();
        const again = service({ store: memory, executeRun: () => assert.fail("started") });
        const result = await (await again.resume("b", heard.hooks)).result;
        assert.deepEqual([result.state, result.completed + result.canceled], ["canceled", 6]);
        assert.deepEqual(heard.of("run-started"), []);
      }
      assert.ok(work.started.length <= started);
      const open = await memory.listRuns({ dagId: "etl", states: ["queued", "running"] });
      assert.deepEqual(open, []);
      assert.deepEqual(await service({ store: memory }).list({ unfinished: true }), []);
    }
  }
});

test("tasks that failed in runs that succeeded are counted across a crash", async () => {
  const memory = new MemoryStore();
  // The process dies while the third of five runs is at work.
  let dead = false;
  const apply = (...args) => (dead ? new Promise(() => {}) : memory.apply(...args));
  const acquireLease = (name, _, ttl) => memory.acquireLease(name, "dead", ttl);
  const store = instead(memory, { apply, acquireLease });
  const tasks = [{ taskId: "a" }, { taskId: "end", dependsOn: ["a"], triggerRule: "all_done" }];
  const dags = [{ ...daily, tasks }];
  const fails = ({ taskId }) => {
    if (taskId === "a") throw new Error("no");
  };
  const reached = new Promise((resolve) => {
    const executeTask = (task) => {
      if (task.executionDate !== day(3)) return fails(task);
      dead = true;
      resolve();
      return new Promise(() => {});
    };
    const first = new BackfillService({ dags, store, executeTask, now: () => noon });
    first.backfill(days(5, { backfillId: "b", maxParallelRuns: 1 })).catch(() => {});
  });
  await reached;
  await (await memory.acquireLease("dag:etl", "dead", 1_000)).release();
  const again = new BackfillService({ dags, store: memory, executeTask: fails, now: () => noon });
  const result = await (await again.resume("b")).result;
  assert.deepEqual([result.state, result.completed, result.failedTasks], ["success", 5, 5]);
});
