// Scheduled runs at an engine: the next scheduler attaches to what a dead one left, and starts nothing twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore, Scheduler } from "dagfill";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";

const now = () => Date.parse("2024-01-03T12:00Z");

/** The store of a process that can die: nothing that it writes comes any more, and its leases are free. */
function mortal(memory) {
  const leases = [];
  let dead = false;
  const store = new Proxy(memory, {
    get: (target, name) => {
      if (name === "apply") return (...args) => (dead ? new Promise(() => {}) : target.apply(...args));
      if (name === "acquireLease") {
        return async (...args) => {
          const lease = await target.acquireLease(...args);
          leases.push(lease);
          const renew = async () => !dead && lease.renew();
          return { epoch: lease.epoch, renew, release: () => lease.release() };
        };
      }
      const member = target[name];
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const die = () => {
    dead = true;
    return Promise.all(leases.map((lease) => lease.release()));
  };
  return { store, die };
}

for (const [what, more] of [
  ["whole", {}],
  ["of tasks", { tasks: [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }] }],
]) {
  test(`scheduled runs ${what} that a dead scheduler left are attached to: same keys and attempts, each started once`, async () => {
    const dag = { dagId: "sales", schedule: "@daily", startDate: "2024-01-01", catchup: true, ...more };
    const started = [];
    const held = Promise.withResolvers();
    const work = async ({ key, taskId }) => {
      started.push(`${taskId ?? "run"} ${key}`);
      if (taskId !== "b") await held.promise;
    };
    const shared = memoryJobs({ executeRun: work, executeTask: work });
    const memory = new MemoryStore();
    const scheduler = (store) =>
      new Scheduler({ dags: [{ ...dag, maxActiveRuns: 2 }], store, now, engine: memoryEngine(shared) });
    const first = mortal(memory);
    scheduler(first.store)
      .tick()
      .catch(() => {});
    while (started.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    const left = await memory.listRuns({ dagId: "sales" });
    await first.die();

    const events = [];
    const next = scheduler(memory);
    next.onEvent(({ type }) => events.push(type));
    const ticked = next.tick();
    while (events.filter((type) => type === "run-started").length < 2)
      await new Promise((resolve) => setTimeout(resolve, 2));
    held.resolve();
    await ticked;
    const runs = await memory.listRuns({ dagId: "sales" });
    assert.deepEqual(
      runs.map(({ runId, attempt, state }) => [runId, attempt, state]),
      left.map(({ runId }) => [runId, 1, "success"]),
    );
    const expected = more.tasks === undefined ? 2 : 4;
    assert.deepEqual([started.length, new Set(started).size], [expected, expected]);
    for (const { runId } of more.tasks === undefined ? [] : runs) {
      const tasks = await memory.listTaskInstances("sales", runId);
      assert.deepEqual(
        tasks.map(({ attempt, state }) => [attempt, state]),
        [
          [1, "success"],
          [1, "success"],
        ],
      );
    }
  });
}
