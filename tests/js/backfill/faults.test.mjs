// A store that fails, callbacks that misbehave, a core that dies: nothing acknowledged is lost, and everything ends readably.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { delays, failsOnApply, records } from "../store/faulty.mjs";
import { broken, day, days, gate, listen, service, settle } from "./scene.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => assert.deepEqual([unhandled.splice(0), broken.splice(0)], [[], []]));

test("a store that fails on its k-th batch: nothing acknowledged is lost, and a resume completes", async () => {
  for (const after of [false, true]) {
    for (const times of [1, 1_000]) {
      for (let k = 1; k <= 14; k += 1) {
        const memory = new MemoryStore();
        const starts = [];
        const told = new Set();
        const executeRun = async ({ executionDate, attempt }) => {
          starts.push(`${executionDate} ${attempt}`);
          await settle(1);
          if (executionDate === day(4) && attempt === 1) throw new Error("fourth");
        };
        const onEvent = (event) => {
          if (event.type === "run-succeeded") told.add(event.run.executionDate);
        };
        const options = days(8, { maxParallelRuns: 2, retries: 1, retryDelay: 1, backfillId: "b" });
        const store = failsOnApply(memory, k, { times, after });
        let failed;
        try {
          await service({ store, executeRun }).backfill(options, { onEvent });
        } catch (error) {
          failed = error;
        }
        const where = JSON.stringify({ k, times, after });
        if (store.applied >= k) assert.equal(failed?.code, "STORE_FAILED", where);
        const stored = await memory.listRuns({ dagId: "etl", states: ["success"] });
        for (const date of told)
          assert.ok(
            stored.some((run) => run.executionDate === date),
            `${date} ${where}`,
          );
        const again = service({ store: memory, executeRun });
        const before = starts.length;
        if ((await memory.loadBackfill("b")) === null) await again.backfill(options);
        else if ((await again.list({ unfinished: true })).length > 0) {
          const result = await (await again.resume("b")).result;
          assert.deepEqual([result.state, result.completed], ["success", 8], where);
        }
        for (const start of starts.slice(before))
          assert.ok(!told.has(start.split(" ")[0]), `${start} ${where}`);
        assert.equal(new Set(starts).size, starts.length, where);
        const runs = await memory.listRuns({ dagId: "etl" });
        assert.deepEqual(
          runs.map((run) => run.state),
          Array(8).fill("success"),
          where,
        );
      }
    }
  }
});

test("a store that fails is written to no more than what ends needs, and starts nothing", async () => {
  const work = gate();
  const memory = new MemoryStore();
  const store = failsOnApply(memory, 2);
  const backfill = await service({ store, executeRun: work.executeRun }).start(
    days(6, { maxParallelRuns: 3 }),
  );
  await work.until(3);
  work.end(1);
  await settle();
  // The end of the first is tried again; its slot goes to nobody.
  assert.deepEqual(
    (await memory.listRuns({ dagId: "etl" })).map((run) => run.state),
    ["success", "running", "running"],
  );
  assert.equal(work.started.length, 3);
  work.end(2);
  work.end(3);
  await assert.rejects(backfill.result, { code: "STORE_FAILED" });
  assert.deepEqual(
    (await memory.listRuns({ dagId: "etl" })).map((run) => run.state),
    Array(3).fill("success"),
  );
  // Its lease is given back.
  assert.equal(await memory.readLease("dag:etl"), null);
});

test("a store that fails when there is nothing in flight ends the backfill too", async () => {
  const store = failsOnApply(new MemoryStore(), 3);
  const backfill = await service({ store }).start(days(3, { rate: { count: 1, per: 5 } }));
  await assert.rejects(backfill.result, { code: "STORE_FAILED" });
});

test("stores that throw at once, answer nothing, or reject with anything", async () => {
  const hostile = new Proxy({}, { get: () => fail(), getPrototypeOf: () => fail(), has: () => fail() });
  const fail = () => {
    throw new Error("do not look at me");
  };
  const members = ["acquireLease", "loadBackfill", "listRuns", "listBackfills", "apply"];
  for (const member of members) {
    for (const answer of [
      () => fail(),
      () => Promise.reject(null),
      () => Promise.reject(hostile),
      () => {
        throw undefined;
      },
    ]) {
      const store = new MemoryStore();
      store[member] = answer;
      // A history is read as columns where the store can tell it so.
      if (member === "listRuns") store.listHistory = undefined;
      await assert.rejects(service({ store }).backfill(days(2)), { code: "STORE_FAILED" }, member);
    }
  }
  const silent = new MemoryStore();
  silent.loadBackfill = () => undefined;
  silent.listBackfills = () => [];
  const { apply } = MemoryStore.prototype;
  silent.apply = function (...batch) {
    apply.apply(this, batch);
  };
  assert.equal((await service({ store: silent }).backfill(days(2))).completed, 2);
});

test("whatever a callback throws ends as a readable error", async () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error("no");
      },
      getPrototypeOf() {
        throw new Error("no");
      },
      ownKeys() {
        throw new Error("no");
      },
    },
  );
  const trapped = Object.defineProperty(new Error("x"), "message", {
    get() {
      throw new Error("no message");
    },
  });
  const thrown = [
    null,
    undefined,
    hostile,
    trapped,
    "m".repeat(1 << 20),
    Symbol("s"),
    10n,
    { code: 1 },
    () => {},
    Object.create(null),
    new AggregateError([new Error("a")], "many"),
  ];
  for (const value of thrown) {
    for (const executeRun of [
      () => {
        throw value;
      },
      () => Promise.reject(value),
    ]) {
      const { results } = await service({ executeRun }).backfill(days(1));
      const { state, error } = results[0];
      assert.equal(state, "failed");
      assert.equal(typeof error.message, "string");
      assert.ok(error.name.length > 0 && error.message.length < 11_000);
      JSON.stringify(error);
    }
  }
});

test("a thrown object without a message is told by its kind, an answer of fetch by its status", async () => {
  const unreadable = {
    toString() {
      throw new Error("no text");
    },
  };
  for (const [value, message] of [
    [new Response("x", { status: 500, statusText: "Oh no" }), "a thrown Response with status 500 Oh no"],
    [new Response("x", { status: 404 }), "a thrown Response with status 404"],
    [unreadable, "a thrown Object without a message"],
    [new (class Odd {})(), "a thrown Odd without a message"],
    [Object.create(null), "a thrown object without a message"],
    [{ code: 1 }, '{"code":1}'],
  ]) {
    const { results } = await service({ executeRun: () => Promise.reject(value) }).backfill(days(1));
    assert.equal(results[0].error.message, message);
  }
});

test("thenables: one that throws, answers twice, throws after it answered, or has a then of its own", async () => {
  const thenable = (then) => ({ then });
  const patched = (then) => Object.assign(Promise.resolve(1), { then });
  const odd = Promise.resolve(1);
  Object.defineProperty(odd, "constructor", {
    get() {
      throw new Error("constructor");
    },
  });
  const boom = () => {
    throw new Error("boom");
  };
  for (const [returned, state] of [
    [thenable(boom), "failed"],
    [thenable((resolve, reject) => [resolve(1), reject(new Error("late")), resolve(2)]), "success"],
    [
      thenable((resolve) => {
        resolve(1);
        boom();
      }),
      "success",
    ],
    [patched(boom), "failed"],
    [patched((resolve, reject) => [resolve(1), resolve(2), reject(3)]), "success"],
    [odd, "failed"],
  ]) {
    const result = await service({ executeRun: () => returned }).backfill(days(2));
    assert.deepEqual(
      result.results.map((run) => run.state),
      [state, state],
    );
    assert.equal(result.completed + result.failed, 2);
  }
});

test("an output that is no JSON is left out, and said so", async () => {
  const cycle = {};
  cycle.self = cycle;
  for (const output of [10n, cycle, new Map(), () => {}, Symbol("s"), Number.NaN]) {
    const heard = listen();
    const result = await service({ executeRun: () => output }).backfill(days(1), heard.hooks);
    assert.equal(result.state, "success");
    assert.equal("output" in result.results[0], false);
    assert.deepEqual(
      heard.of("warning").map((event) => event.warning.code),
      ["output_not_json"],
    );
  }
});

test("a callback whose stack overflows fails, and only that run", async () => {
  const deep = (run) => deep(run) + run.render("{{ ds }}");
  const deeper = (run) => {
    // Overflows somewhere, now and then inside the core.
    run.render("{{ ds }}");
    return deeper(run) + 1;
  };
  for (const recurse of [deep, deeper]) {
    const executeRun = (run) => {
      if (run.executionDate !== day(3)) recurse(run);
    };
    const heard = listen();
    const result = await service({ executeRun }).backfill(days(6), heard.hooks);
    assert.deepEqual([result.completed, result.failed], [1, 5]);
  }
});

test("a lease that went to another: nothing more is changed, started or told as done", async () => {
  let clock = 1_000_000;
  const store = records(new MemoryStore({ now: () => clock }));
  const work = gate();
  const heard = listen();
  const backfill = await service({ store, executeRun: work.executeRun }).start(
    days(4, { maxParallelRuns: 2, backfillId: "b" }),
    heard.hooks,
  );
  await work.until(2);
  clock += 60_000;
  const thief = gate();
  // In this process the owner lives, whatever the clock says.
  await assert.rejects(service({ store, executeRun: thief.executeRun }).resume("b"), {
    code: "BACKFILL_ACTIVE",
  });
  const elsewhere = new Proxy(store, {
    get: (target, name) => (typeof target[name] === "function" ? target[name].bind(target) : target[name]),
  });
  const other = await service({ store: elsewhere, executeRun: thief.executeRun }).resume("b");
  await thief.until(2);
  const before = await store.listRuns({ dagId: "etl" });
  work.end(1);
  await assert.rejects(backfill.result, { code: "STALE_OWNER" });
  assert.deepEqual(await store.listRuns({ dagId: "etl" }), before);
  assert.equal(work.started.length, 2);
  assert.equal(heard.of("run-succeeded").length, 0);
  await settle();
  // What it still runs is told to stop.
  assert.equal(work.context(2).signal.aborted, true);
  assert.equal(thief.context(1).attempt, 2);
  for (const number of [1, 2]) thief.end(number);
  await thief.until(4);
  for (const number of [3, 4]) thief.end(number);
  assert.equal((await other.result).completed, 4);
  const epochs = store.batches.map((batch) => batch.fence.epoch);
  assert.deepEqual(
    epochs,
    epochs.toSorted((a, b) => a - b),
  );
});

test("a date that somebody takes after the plan was made is skipped, the rest runs", async () => {
  const memory = new MemoryStore();
  let taken = false;
  const store = delays(memory, async () => {
    if (taken) return;
    taken = true;
    const run = {
      runId: "scheduled__2024-01-02",
      dagId: "etl",
      executionDate: day(2),
      dataInterval: { start: day(2), end: day(3) },
      runType: "scheduled",
      state: "running",
      conf: {},
      attempt: 1,
    };
    await memory.apply([{ type: "create-run", run }]);
  });
  const heard = listen();
  const result = await service({ store }).backfill(days(3, { maxParallelRuns: 3 }), heard.hooks);
  assert.deepEqual([result.state, result.completed, result.skipped], ["success", 2, 1]);
  const { state, reason, attempts, startedAt } = result.results[1];
  assert.deepEqual([state, reason, attempts, startedAt], ["skipped", "in_flight", 0, undefined]);
  assert.deepEqual(
    heard.of("warning").map((event) => event.warning.code),
    ["in_flight"],
  );
});
