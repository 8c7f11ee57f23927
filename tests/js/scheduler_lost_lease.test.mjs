// A scheduler whose lease goes to somebody else at an inconvenient moment: it goes on under another, and nothing stays behind.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { MemoryStore, Scheduler } from "dagfill";

const DEAD = "scheduler:dead";
const dates = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"];
const dag = {
  dagId: "d",
  schedule: "@daily",
  startDate: dates[0],
  catchup: true,
  tasks: [{ taskId: "only" }],
};

/** What a dead process has left: a run and its task, both running. */
function leftRun(date) {
  const runId = `scheduled__${date}T00:00:00+00:00`;
  const startedAt = `${date}T00:00:00Z`;
  const run = {
    runId,
    dagId: "d",
    executionDate: startedAt,
    dataInterval: { start: startedAt, end: `${date}T23:00:00Z` },
    runType: "scheduled",
    state: "running",
    conf: {},
    attempt: 1,
    key: crypto.randomUUID(),
    owner: DEAD,
    startedAt,
  };
  const instance = { dagId: "d", runId, taskId: "only", state: "running", attempt: 1, startedAt };
  return [
    { type: "create-run", run },
    { type: "save-task-instance", instance },
  ];
}

/** A scheduler over what a dead one has left. `lose()` gives its first lease to somebody else, and those of `more`, and resolves when it
 *  has heard of that. */
async function scheduling(intercept) {
  const world = { now: Date.parse("2024-01-05T12:00Z"), called: [], errors: [], isLost: false };
  const store = new MemoryStore({ now: () => world.now });
  await store.apply(dates.flatMap(leftRun));
  const { acquireLease, apply } = store;
  let own;
  world.lose = async (...more) => {
    world.isLost = true;
    world.now += 3_600_000;
    for (const name of [own, ...more]) await acquireLease.call(store, name, "somebody", 10);
    world.now += 3_600_000;
    while (world.errors.length === 0) await sleep(1);
  };
  store.acquireLease = async (name, ...rest) => {
    if (name.startsWith("scheduler:") && name !== DEAD) own ??= name;
    const isTaken = !world.isLost && (await intercept.isTaken?.(name, world));
    return isTaken ? null : acquireLease.call(store, name, ...rest);
  };
  store.apply = async (changes, fence) => {
    if (!world.isLost) await intercept.apply?.(fence, world);
    return apply.call(store, changes, fence);
  };
  const scheduler = new Scheduler({
    dags: [dag],
    store,
    inFlight: "attach",
    leaseTime: 30,
    now: () => world.now,
    executeTask: ({ executionDate, attempt }) => {
      world.called.push(`${executionDate.slice(0, 10)} ${attempt} ${world.errors.length}`);
    },
  });
  scheduler.onEvent(({ type, error }) => type === "error" && world.errors.push(error.code));
  world.tick = async () => {
    await scheduler.tick();
    return (await store.listRuns({ dagId: "d" })).map(({ state }) => state).join(" ");
  };
  return world;
}

test("lost while it waits for the slots of a DAG: they do not stay with it, and the next owner gets them", async () => {
  const world = await scheduling({
    isTaken: async (name, { lose }) => {
      if (name !== "schedule:d") return false;
      await lose();
      return true;
    },
  });
  assert.equal(await world.tick(), "success success success success");
  assert.deepEqual(world.errors, ["STALE_OWNER"]);
  world.now += 86_400_000;
  assert.equal(await world.tick(), "success success success success success");
});

test("lost while it takes over runs: none is called under the lost lease, and the next owner goes on at once", async () => {
  const world = await scheduling({
    apply: async (fence, { lose }) => {
      if (fence?.lease === DEAD) await lose(DEAD);
    },
  });
  assert.equal(await world.tick(), "success success success success");
  assert.deepEqual(world.errors, ["STALE_OWNER"]);
  // The last number says that the loss was known then.
  assert.deepEqual(
    world.called.toSorted(),
    dates.map((date) => `${date} 1 1`),
  );
});
