// What holds for several schedulers over one store, and for a scheduler whose lease or clock fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore, Scheduler } from "dagfill";

const daily = { dagId: "d", schedule: "@daily", startDate: "2024-01-01", catchup: true, maxActiveRuns: 3 };
const now = () => Date.parse("2024-01-13T12:00Z");

test("maxActiveRuns holds for all schedulers over one store together", async () => {
  const store = new MemoryStore();
  let [active, most] = [0, 0];
  const ran = [];
  const executeRun = async ({ executionDate }) => {
    most = Math.max(most, ++active);
    ran.push(executionDate);
    await new Promise((resolve) => setTimeout(resolve, 5));
    active -= 1;
  };
  const schedulers = [1, 2, 3].map(() => new Scheduler({ dags: [daily], store, executeRun, now }));
  for (let round = 0; round < 20 && ran.length < 12; round += 1) {
    await Promise.all(schedulers.map((scheduler) => scheduler.tick()));
  }
  assert.equal(most, 3);
  assert.equal(new Set(ran).size, 12);
  assert.equal(ran.length, 12);
});

test("a scheduler that looks while another has all slots of a DAG begins nothing", async () => {
  const store = new MemoryStore();
  let active = 0;
  const ends = [];
  const executeRun = () => {
    active += 1;
    return new Promise((resolve) => ends.push(resolve));
  };
  const [one, two] = [1, 2].map(() => new Scheduler({ dags: [daily], store, executeRun, now }));
  const first = one.tick();
  while (active < 3) await new Promise((resolve) => setImmediate(resolve));
  // The dates behind those three are free, and nobody has begun them.
  const second = two.tick();
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const begun = active;
  const stopped = [one.stop(), two.stop()];
  for (const end of ends) end();
  await Promise.all([first, second, ...stopped]);
  assert.equal(begun, 3);
});

test("a lease that is lost again and again: a few errors, not a hundred thousand", async () => {
  const store = new MemoryStore();
  const { apply } = store;
  store.apply = async (_, fence) => {
    await apply.call(store, [], { lease: fence.lease, epoch: fence.epoch + 1 });
  };
  const scheduler = new Scheduler({ dags: [daily], store, executeRun: () => {}, now });
  const errors = [];
  scheduler.onEvent((event) => {
    if (event.type === "error") errors.push(event.error.code);
  });
  scheduler.start();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await scheduler.stop();
  assert.ok(errors.includes("STALE_OWNER"));
  assert.ok(errors.length <= 12, `${errors.length} errors`);
});

test("a clock that has never told the time rejects tick, and fractions are rounded", async () => {
  const dags = [daily];
  const broken = new Scheduler({
    dags,
    store: new MemoryStore(),
    executeRun: () => {},
    now: () => Number.NaN,
  });
  await assert.rejects(broken.tick(), { code: "INVALID_OPTION", field: "now" });
  assert.throws(() => broken.start(), { code: "INVALID_OPTION" });
  const store = new MemoryStore();
  const fraction = () => Date.parse("2024-01-02T12:00Z") + 0.243896484375;
  await new Scheduler({ dags, store, executeRun: () => {}, now: fraction }).tick();
  const [run] = await store.listRuns({ dagId: "d" });
  assert.equal(run.startedAt, "2024-01-02T12:00:00Z");
});
