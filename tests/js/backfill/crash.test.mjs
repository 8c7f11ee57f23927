// What a crash costs: processes that die in the middle, and others that go on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";
import { day, days, gate, listen, noon, service, settle } from "./scene.mjs";

/** The store of a process that dies: from then on nothing that it writes comes, and its lease is free. */
function mortal(memory) {
  const state = { dead: false };
  const names = Object.getOwnPropertyNames(MemoryStore.prototype).filter((name) => name !== "constructor");
  const store = Object.fromEntries(
    names.map((name) => [
      name,
      (...args) => {
        if (state.dead && name === "apply") return new Promise(() => {});
        // Every lease is of the same owner, so that the next process need not wait for it.
        if (name === "acquireLease") {
          return memory.acquireLease(args[0], "one", args[2]).then((lease) => ({
            epoch: lease.epoch,
            renew: async () => !state.dead && lease.renew(),
            release: () => lease.release(),
          }));
        }
        return memory[name](...args);
      },
    ]),
  );
  return {
    store: Object.assign(store, { durable: false }),
    die: () => {
      state.dead = true;
    },
  };
}

async function turns(count = 20) {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test("attach: the same attempts under the same keys, and never more at once than allowed", async () => {
  const memory = new MemoryStore();
  const calls = [];
  const first = mortal(memory);
  const hang = ({ executionDate, attempt, key }) => {
    calls.push([executionDate, attempt, key]);
    return new Promise(() => {});
  };
  service({ store: first.store, executeRun: hang })
    .start(days(16, { maxParallelRuns: 4, backfillId: "b" }))
    .catch(() => {});
  await turns();
  first.die();
  assert.equal(calls.length, 4);
  for (const [, , key] of calls)
    assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

  const second = mortal(memory);
  const work = gate();
  const heard = listen();
  let most = 0;
  let now = 0;
  const again = [];
  const executeRun = async (run) => {
    again.push([run.executionDate, run.attempt, run.key]);
    most = Math.max(most, ++now);
    await settle(1);
    now -= 1;
  };
  const backfill = await service({ store: second.store, executeRun, inFlight: "attach" }).resume(
    "b",
    heard.hooks,
  );
  const result = await backfill.result;
  assert.deepEqual(again.slice(0, 4), calls);
  assert.equal(heard.of("run-attached").length, 4);
  assert.deepEqual([result.completed, most, again.length], [16, 4, 16]);
  assert.equal(new Set(again.map(([, , key]) => key)).size, 16);
  assert.equal(work.started.length, 0);
});

test("restart: the next attempt under another key", async () => {
  const memory = new MemoryStore();
  const first = mortal(memory);
  const calls = [];
  const executeRun = ({ attempt, key }) => {
    calls.push([attempt, key]);
    return calls.length === 1 ? new Promise(() => {}) : undefined;
  };
  service({ store: first.store, executeRun })
    .start(days(1, { backfillId: "b" }))
    .catch(() => {});
  await turns();
  first.die();
  const { store } = mortal(memory);
  const result = await (await service({ store, executeRun }).resume("b")).result;
  assert.equal(result.state, "success");
  assert.deepEqual([calls[0][0], calls[1][0]], [1, 2]);
  assert.notEqual(calls[0][1], calls[1][1]);
});

test("a crash is no failure: three crashes, then one failure, and it is tried again", async () => {
  const memory = new MemoryStore();
  const attempts = [];
  let crashes = 3;
  const executeRun = ({ attempt }) => {
    attempts.push(attempt);
    if (crashes > 0) return new Promise(() => {});
    if (attempt === 4) throw new Error("once");
    return undefined;
  };
  let { store, die } = mortal(memory);
  service({ store, executeRun })
    .start(days(1, { backfillId: "b", retries: 2 }))
    .catch(() => {});
  await turns();
  for (; crashes > 0; ) {
    die();
    crashes -= 1;
    ({ store, die } = mortal(memory));
    const resumed = await service({ store, executeRun }).resume("b");
    await turns();
    if (crashes === 0) assert.equal((await resumed.result).state, "success");
  }
  assert.deepEqual(attempts, [1, 2, 3, 4, 5]);
});

test("a pause between attempts goes on where it was when its process died", async () => {
  const memory = new MemoryStore();
  const first = mortal(memory);
  let failed = false;
  const executeRun = () => {
    if (failed) return;
    failed = true;
    throw new Error("not yet");
  };
  const one = service({ store: first.store, executeRun });
  const options = days(1, { backfillId: "b", retries: 1, retryDelay: 300 });
  (await one.start(options)).result.catch(() => {});
  while ((await memory.listRuns({ dagId: "etl" }))[0]?.state !== "queued") await turns(1);
  first.die();
  const two = service({ store: mortal(memory).store, executeRun, now: () => noon + 100 });
  const result = await (await two.resume("b")).result;
  assert.deepEqual([result.state, result.results[0].attempts], ["success", 2]);
  const [run] = await memory.listRuns({ dagId: "etl" });
  assert.equal(Date.parse(run.startedAt), noon + 300);
});

test("a crash is no failure of a task either", async () => {
  const memory = new MemoryStore();
  const attempts = [];
  let crashes = 3;
  const executeTask = ({ attempt }) => {
    attempts.push(attempt);
    if (crashes > 0) return new Promise(() => {});
    if (attempt === 4) throw new Error("once");
    return undefined;
  };
  const dags = [{ dagId: "etl", schedule: "@daily", tasks: [{ taskId: "a", retries: 1 }] }];
  let { store, die } = mortal(memory);
  new BackfillService({ dags, store, executeTask }).start(days(1, { backfillId: "b" })).catch(() => {});
  await turns();
  for (; crashes > 0; ) {
    die();
    crashes -= 1;
    ({ store, die } = mortal(memory));
    const resumed = await new BackfillService({ dags, store, executeTask }).resume("b");
    await turns();
    if (crashes === 0) assert.equal((await resumed.result).state, "success");
  }
  assert.deepEqual(attempts, [1, 2, 3, 4, 5]);
});

test("a task's attempt is never used twice, also when its run is reset", async () => {
  const store = new MemoryStore();
  const seen = new Set();
  const executeTask = ({ runId, taskId, attempt, key }) => {
    assert.ok(!seen.has(`${runId} ${taskId} ${attempt}`), `${taskId} ${attempt}`);
    assert.ok(!seen.has(key));
    seen.add(`${runId} ${taskId} ${attempt}`).add(key);
  };
  const dags = [
    { dagId: "etl", schedule: "@daily", tasks: [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }] },
  ];
  const backfills = new BackfillService({ dags, store, executeTask });
  for (let round = 0; round < 3; round += 1) {
    const result = await backfills.backfill(days(2, { resetDagRun: true }));
    assert.equal(result.completed, 2);
  }
  assert.equal(seen.size, 2 * 3 * 2 * 2);
});

test("a cancel is told when it is stored, and outlives its process from then on", async () => {
  const memory = new MemoryStore();
  const { store, die } = mortal(memory);
  const { apply } = store;
  let slow = false;
  store.apply = async (...batch) => {
    if (slow) await settle(5);
    return apply(...batch);
  };
  const work = gate();
  let stored;
  const backfill = await service({ store, executeRun: work.executeRun }).start(
    days(6, { maxParallelRuns: 2, backfillId: "b" }),
    {
      onEvent: ({ type }) => {
        if (type === "canceling") stored = memory.loadBackfill("b").then(({ canceling }) => canceling);
      },
    },
  );
  await work.until(2);
  slow = true;
  work.end(1);
  backfill.cancel().catch(() => {});
  while (stored === undefined) await settle(1);
  die();
  assert.equal(await stored, true);
  const result = await (
    await service({ store: mortal(memory).store, executeRun: work.executeRun }).resume("b")
  ).result;
  assert.equal(result.state, "canceled");
  assert.equal(work.started.length, 2);
});

test("no task goes on running when its run is discarded, or given up", async () => {
  const dags = [
    { dagId: "etl", schedule: "@daily", tasks: [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }] },
  ];
  const memory = new MemoryStore();
  const first = mortal(memory);
  const executeTask = () => new Promise(() => {});
  new BackfillService({ dags, store: first.store, executeTask })
    .start(days(3, { backfillId: "b", maxParallelRuns: 2 }))
    .catch(() => {});
  await turns();
  first.die();
  const states = async (store) => {
    const found = [];
    for (const { runId, state } of await store.listRuns({ dagId: "etl" })) {
      found.push(state, ...(await store.listTaskInstances("etl", runId)).map((task) => task.state));
    }
    return found;
  };
  assert.deepEqual(await states(memory), ["running", "running", "running", "running"]);
  await new BackfillService({ dags, store: mortal(memory).store, executeTask }).discard("b");
  assert.deepEqual(await states(memory), ["canceled", "canceled", "canceled", "canceled"]);

  const store = new MemoryStore();
  const result = await new BackfillService({ dags, store, executeTask }).backfill(
    days(1, { runTimeout: 5, abortGrace: 5 }),
  );
  assert.equal(result.failed, 1);
  await settle(5);
  assert.deepEqual(
    (await states(store)).filter((state) => state === "running"),
    [],
  );
});

test("a run whose tasks had all ended when its process died ends as they did, when it is discarded or its cancel is stored", async () => {
  const tasks = [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }];
  const dags = [{ dagId: "etl", schedule: "@daily", tasks }];
  for (const how of ["discard", "resume"]) {
    for (const [fails, state] of [
      [false, "success"],
      [true, "failed"],
    ]) {
      const memory = new MemoryStore();
      const first = mortal(memory);
      const apply = first.store.apply;
      // The process dies between the end of the last task and that of its run.
      first.store.apply = async (changes, fence) => {
        const ends = ({ type, change }) => type === "update-run" && change.finishedAt !== undefined;
        const others = changes.filter((change) => !ends(change));
        await apply(others, fence);
        if (others.length < changes.length) {
          first.die();
          await new Promise(() => {});
        }
      };
      let finish;
      const last = new Promise((resolve) => {
        finish = resolve;
      });
      const executeTask = async ({ taskId, executionDate }) => {
        if (executionDate !== day(1)) await new Promise(() => {});
        if (taskId === "b") await last;
        if (taskId === "b" && fails) throw new Error("no room");
      };
      const one = new BackfillService({ dags, store: first.store, executeTask });
      const backfill = await one.start(days(3, { backfillId: "b", maxParallelRuns: 2 }));
      backfill.result.catch(() => {});
      await turns();
      if (how === "resume") await one.cancel("b");
      finish();
      await turns();
      const two = new BackfillService({ dags, store: mortal(memory).store, executeTask });
      if (how === "discard") await two.discard("b");
      else await (await two.resume("b")).result;
      const runs = await memory.listRuns({ dagId: "etl" });
      assert.equal(runs[0].state, state, how);
      assert.ok(runs.slice(1).every((run) => run.state === "canceled"));
      assert.equal(runs[0].error?.message, fails ? "no room" : undefined);
      const [{ progress }] = await two.list();
      assert.deepEqual([progress.completed, progress.failed], fails ? [0, 1] : [1, 0]);
    }
  }
});

test("a clock that is set back between two processes makes no run shorter than nothing", async () => {
  const memory = new MemoryStore();
  const first = mortal(memory);
  const work = gate();
  const one = service({ store: first.store, executeRun: work.executeRun });
  (await one.start(days(1, { backfillId: "b" }))).result.catch(() => {});
  await work.until(1);
  first.die();
  const now = () => noon - 3_600_000;
  const two = service({ store: mortal(memory).store, executeRun: () => {}, inFlight: "attach", now });
  assert.equal((await (await two.resume("b")).result).state, "success");
  const [run] = await memory.listRuns({ dagId: "etl" });
  assert.equal(run.finishedAt, run.startedAt);
});

test("attach: tasks that ended in the attempt before, in the millisecond in which this one began, run", async () => {
  const dags = [
    { dagId: "etl", schedule: "@daily", tasks: [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }] },
  ];
  const memory = new MemoryStore();
  const first = mortal(memory);
  const now = () => noon;
  const executeTask = ({ attempt }) => {
    if (attempt === 1) throw new Error("down");
    return new Promise(() => {});
  };
  const options = days(1, { backfillId: "b", retries: 1, retryDelay: 0 });
  new BackfillService({ dags, store: first.store, executeTask, now }).start(options).catch(() => {});
  await turns();
  first.die();
  const called = [];
  const again = ({ taskId, attempt }) => {
    called.push([taskId, attempt]);
  };
  const second = { dags, store: mortal(memory).store, executeTask: again, now, inFlight: "attach" };
  const result = await (await new BackfillService(second).resume("b")).result;
  assert.equal(result.state, "success");
  assert.deepEqual(called.slice(0, 1), [["a", 2]]);
  assert.deepEqual(
    called.slice(1).map(([taskId]) => taskId),
    ["b"],
  );
});

test("a rate holds across crashes: starts are remembered, not the last start of each run", async () => {
  const memory = new MemoryStore();
  const starts = [];
  const now = { ms: Date.parse("2025-01-01") };
  const executeRun = () => {
    starts.push(now.ms);
    return new Promise(() => {});
  };
  const options = days(28, { backfillId: "b", maxParallelRuns: 2, rate: { count: 4, per: 3_000 } });
  let process = mortal(memory);
  const backfills = () => service({ store: process.store, executeRun, now: () => now.ms });
  backfills()
    .start(options)
    .catch(() => {});
  await turns();
  for (let crash = 0; crash < 12; crash += 1) {
    process.die();
    now.ms += 900;
    process = mortal(memory);
    await backfills().resume("b");
    await turns();
  }
  for (const start of starts) {
    const within = starts.filter((other) => other >= start && other < start + 3_000).length;
    assert.ok(within <= 4, `${within} starts in 3 s`);
  }
  assert.ok(starts.length > 8, `${starts.length} starts`);
  process.die();
});

test("a killed run by hand counts as failed, and says how to go on", async () => {
  const memory = new MemoryStore();
  const first = mortal(memory);
  const dags = [{ dagId: "etl", schedule: "@daily" }];
  const hang = new BackfillService({ dags, store: first.store, executeRun: () => new Promise(() => {}) });
  hang.trigger({ dagId: "etl", executionDate: day(1) }).catch(() => {});
  await turns();
  first.die();
  const [left] = await memory.listRuns({ dagId: "etl" });
  assert.match(left.key, /^[0-9a-f-]{36}$/);
  // Its lease expires.
  const store = mortal(memory).store;
  store.readLease = async (name) => (name === left.owner ? null : memory.readLease(name));
  const next = new BackfillService({ dags, store, executeRun: () => {} });
  await assert.rejects(next.trigger({ dagId: "etl", executionDate: day(1) }), (error) => {
    assert.equal(error.code, "RUN_EXISTS");
    assert.match(error.message, /died/);
    assert.match(error.hint, /rerunFailed/);
    return true;
  });
  const result = await next.backfill(days(1, { rerunFailed: true }));
  assert.equal(result.completed, 1);
});

test("a resume that is canceled before it called again what had run: no run and no task goes on running", async () => {
  const dags = [
    { dagId: "etl", schedule: "@daily", tasks: [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }] },
  ];
  const memory = new MemoryStore();
  const executeTask = () => new Promise(() => {});
  for (const inFlight of ["restart", "attach"]) {
    const backfillId = inFlight;
    const options = days(4, { backfillId, maxParallelRuns: 2, resetDagRun: true });
    const dying = mortal(memory);
    new BackfillService({ dags, store: dying.store, executeTask }).start(options).catch(() => {});
    await turns();
    dying.die();
    const signal = AbortSignal.abort();
    const store = mortal(memory).store;
    const resumed = await new BackfillService({ dags, store, executeTask, inFlight }).resume(backfillId, {
      signal,
    });
    const { state, canceled } = await resumed.result;
    assert.deepEqual([state, canceled], ["canceled", 4], inFlight);
    const runs = await memory.listRuns({ dagId: "etl" });
    assert.deepEqual(
      runs.map((run) => run.state),
      ["canceled", "canceled"],
    );
    for (const { runId } of runs) {
      const tasks = await memory.listTaskInstances("etl", runId);
      assert.deepEqual(
        tasks.map((task) => task.state),
        ["canceled"],
        inFlight,
      );
    }
  }
});
