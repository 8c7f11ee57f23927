// A trap of wasm ends the core that a scheduler is made of; another takes its place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore, Scheduler, validateDag } from "dagfill";

// Stands between the package and its instances, before the first is made: `trap` names an export whose next call traps.
let trap;
const { Instance } = WebAssembly;
WebAssembly.Instance = class {
  exports = {};

  constructor(...parts) {
    for (const [name, value] of Object.entries(new Instance(...parts).exports)) {
      const isPlain = typeof value !== "function" || name.startsWith("__");
      this.exports[name] = isPlain ? value : (...args) => trapping(name, value, args);
    }
  }
};

function trapping(name, value, args) {
  if (trap !== undefined && name.startsWith(trap)) {
    trap = undefined;
    throw new WebAssembly.RuntimeError("unreachable");
  }
  return value(...args);
}

const daily = { dagId: "d", schedule: "@daily", startDate: "2024-01-01", catchup: true };
const now = () => Date.parse("2024-01-05T12:00Z");

function scheduling(executeRun) {
  const world = { ran: [], errors: [], store: new MemoryStore() };
  world.scheduler = new Scheduler({
    dags: [{ ...daily, maxActiveRuns: 2 }],
    store: world.store,
    now,
    executeRun: (run) => {
      world.ran.push(`${run.executionDate.slice(8, 10)} ${run.attempt}`);
      return executeRun?.(run);
    },
  });
  world.scheduler.onEvent(({ error }) => error && world.errors.push(error.code));
  return world;
}

for (const name of ["new", "handle", "pump", "isIdle", "origin"]) {
  test(`a trap in ${name}: an error event, and the next tick goes on`, async () => {
    const world = scheduling();
    // What the scheduler of the test before still asks is over.
    await new Promise((resolve) => setTimeout(resolve, 20));
    trap = `rawscheduler_${name}`;
    await world.scheduler.tick();
    assert.equal(trap, undefined, "it has trapped");
    assert.deepEqual(world.errors, ["INTERNAL"]);
    await world.scheduler.tick();
    const runs = await world.store.listRuns({ dagId: "d" });
    assert.deepEqual(
      runs.map(({ state }) => state),
      ["success", "success", "success", "success"],
    );
    assert.deepEqual(world.ran.toSorted(), ["01 1", "02 1", "03 1", "04 1"]);
  });
}

test("a run in flight lives on when the core dies, and keeps its slot", async () => {
  const ends = [];
  let [now, most] = [0, 0];
  const world = scheduling(async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => ends.push(resolve));
    now -= 1;
  });
  const first = world.scheduler.tick();
  while (ends.length < 2) await new Promise(setImmediate);
  // The next word to the core kills it.
  trap = "rawscheduler_";
  ends.shift()();
  while (trap !== undefined) await new Promise(setImmediate);
  const second = world.scheduler.tick();
  while (world.ran.length < 4 || ends.length > 0) {
    ends.shift()?.();
    await new Promise(setImmediate);
  }
  await Promise.all([first, second]);
  assert.deepEqual(world.ran.toSorted(), ["01 1", "02 1", "03 1", "04 1"]);
  assert.ok(most <= 2);
  assert.deepEqual(world.errors, ["INTERNAL"]);
});

test("somebody else's trap is none of the scheduler's: it goes on at once", async () => {
  let other;
  const world = scheduling(() => other?.());
  other = () => {
    other = undefined;
    trap = "rawdag_";
    assert.throws(() => validateDag({ ...daily, tasks: [{ taskId: "a" }] }), { code: "INTERNAL" });
  };
  const results = await world.scheduler.tick();
  assert.equal(results.length, 4);
  assert.deepEqual(world.errors, []);
  assert.deepEqual(world.ran.toSorted(), ["01 1", "02 1", "03 1", "04 1"]);
});
