// Settings without a store: one in memory for each DAG of a page, which outlives the components.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { phase, ready, until } from "./opened.mjs";
import { componentModule } from "./source.mjs";

const { BackfillModel } = await componentModule('export { BackfillModel } from "./model/backfill_model.ts";');
const options = { startDate: "2026-01-01", endDate: "2026-01-04", maxParallelRuns: 1 };

/** Settings whose runs wait until `release` is called; `calls` counts those of each date. */
function held(t, dagId) {
  let release;
  const gate = new Promise((resolve) => {
    release = resolve;
  });
  t.after(release);
  const calls = {};
  const executeRun = ({ executionDate }) => {
    calls[executionDate] = (calls[executionDate] ?? 0) + 1;
    return gate;
  };
  return { settings: { dag: { dagId, schedule: "@daily" }, options, executeRun }, release, calls };
}

/** A model as a component that is mounted has it. */
function mount(t, settings) {
  const model = new BackfillModel(settings);
  const unmount = model.open();
  t.after(unmount);
  return { model, unmount };
}

for (const existing of [undefined, []])
  test(`a component that is mounted again joins the backfill of its DAG, ${existing ? "with" : "without"} a history`, async (t) => {
    const { settings, release, calls } = held(t, `again_${existing?.length}`);
    const first = mount(t, { ...settings, existing });
    await ready(first.model);
    await first.model.start();
    first.unmount();
    const { model } = mount(t, { ...settings, existing });
    const { run, progress } = await phase(model, "running");
    assert.deepEqual([run.backfillId, progress.total], [first.model.getSnapshot().run.backfillId, 4]);
    await model.start();
    model.pause();
    assert.equal((await phase(model, "paused")).run, run);
    await model.resume();
    release();
    await phase(model, "finished");
    assert.deepEqual(Object.values(calls), [1, 1, 1, 1]);
  });

test("what ended while nothing was mounted has run", async (t) => {
  const { settings, release, calls } = held(t, "ended");
  const first = mount(t, settings);
  await ready(first.model);
  await first.model.start();
  first.unmount();
  release();
  const { model } = mount(t, settings);
  const { counts } = await until(model, ({ counts }) => counts[2] + counts[6] === 4);
  assert.equal(counts[0], 0);
  assert.deepEqual(Object.values(calls), [1, 1, 1, 1]);
});

test("a second component of a DAG starts nothing beside the first, and shows it", async (t) => {
  const { settings, release, calls } = held(t, "beside");
  const [first, second] = [mount(t, settings), mount(t, settings)];
  await Promise.all([ready(first.model), ready(second.model)]);
  await first.model.start();
  await second.model.start();
  const { phase: name, run } = second.model.getSnapshot();
  assert.equal(name, "running");
  assert.equal(run, first.model.getSnapshot().run);
  release();
  await phase(second.model, "finished");
  assert.deepEqual(Object.values(calls), [1, 1, 1, 1]);
});

test("a component that is there before the start shows what another one begins in the store of both", async (t) => {
  const { settings, release, calls } = held(t, "same_store");
  const store = new MemoryStore();
  const [first, second] = [mount(t, { ...settings, store }), mount(t, { ...settings, store })];
  await Promise.all([ready(first.model), ready(second.model)]);
  await second.model.start();
  const { run, unfinished } = await phase(first.model, "running");
  assert.equal(run, second.model.getSnapshot().run);
  assert.deepEqual(unfinished, []);
  release();
  await phase(first.model, "finished");
  assert.deepEqual(Object.values(calls), [1, 1, 1, 1]);
  first.model.close();
  assert.equal((await ready(first.model)).counts[2], 4);
});

test("a view that is opened again tells what happened meanwhile", async (t) => {
  const { settings, release } = held(t, "meanwhile");
  const { model, unmount } = mount(t, settings);
  await ready(model);
  await model.start();
  unmount();
  release();
  const { model: other } = mount(t, settings);
  await phase(other, "finished");
  t.after(model.open());
  assert.equal(model.getSnapshot().phase, "finished");
});

const jan = (day, state = "success", more = {}) => ({ executionDate: `2026-01-0${day}`, state, ...more });

/** Runs the plan to its end, and goes back to the plan. */
async function runAll({ model }) {
  await ready(model);
  await model.start();
  await phase(model, "finished");
  model.close();
}

test("what has run on a page counts beside known runs that change", async (t) => {
  const calls = [];
  const executeRun = ({ executionDate }) => void calls.push(executionDate.slice(9, 10));
  const settings = { dag: { dagId: "newer", schedule: "@daily" }, options, executeRun };
  const first = mount(t, { ...settings, existing: [jan(1)] });
  await runAll(first);
  assert.deepEqual(calls, ["2", "3", "4"]);
  first.model.configure({ ...settings, existing: [jan(1), jan(2)] });
  assert.deepEqual((await ready(first.model)).counts.slice(0, 3), [0, 0, 4]);
  first.unmount();
  // A date that is no longer known, and did not run here, is free again.
  const { model } = mount(t, { ...settings, existing: [jan(2), jan(3, "failed")] });
  assert.deepEqual((await ready(model)).counts.slice(0, 4), [1, 0, 3, 0]);
});

test("known runs that change while a backfill runs are taken over after it", async (t) => {
  const { settings, release, calls } = held(t, "while");
  const first = mount(t, { ...settings, existing: [jan(1)] });
  await ready(first.model);
  await first.model.start();
  const second = mount(t, { ...settings, existing: [jan(1), jan(2, "failed")] });
  await phase(second.model, "running");
  first.model.configure({ ...settings, existing: [jan(1), jan(2)] });
  release();
  for (const { model } of [first, second]) {
    await phase(model, "finished");
    model.close();
    assert.deepEqual((await ready(model)).counts.slice(0, 4), [0, 0, 4, 0]);
  }
  assert.deepEqual(Object.values(calls), [1, 1, 1]);
});

test("a success that is known elsewhere counts more than a failure of the page", async (t) => {
  const executeRun = () => {
    throw new Error("no disk");
  };
  const settings = { dag: { dagId: "mended", schedule: "@daily" }, options, executeRun };
  const page = mount(t, { ...settings, existing: [] });
  await runAll(page);
  page.model.configure({ ...settings, existing: [jan(1), jan(2, "failed")] });
  assert.deepEqual((await ready(page.model)).counts.slice(0, 4), [0, 0, 1, 3]);
});

test("of several known runs of a date the last success counts, and a warning says so", async (t) => {
  const settings = { dag: { dagId: "several", schedule: "@daily" }, executeRun: () => {} };
  const existing = [
    jan(1),
    jan(1, "failed"),
    jan(2, "failed"),
    jan(2, "running"),
    jan(3, "canceled"),
    jan(3, "failed"),
  ];
  const { model } = mount(t, { ...settings, options: { ...options, reprocess: "failed" }, existing });
  const { counts, warnings } = await ready(model);
  assert.deepEqual(counts.slice(0, 3), [1, 1, 2]);
  const { count, message } = warnings.find(({ code }) => code === "several_runs");
  assert.equal(count, 3);
  assert.match(message, /of each date the last success counts/);
});

test("known runs beside a store are not read, and a warning says so", async (t) => {
  const settings = { dag: { dagId: "both", schedule: "@daily" }, options, executeRun: () => {} };
  const store = new MemoryStore();
  const { model } = mount(t, { ...settings, store, existing: [jan(1)] });
  const ignored = async () => (await ready(model)).warnings.filter(({ code }) => code === "existing_ignored");
  assert.equal((await ignored()).length, 1);
  assert.equal(model.getSnapshot().counts[0], 4);
  model.configure({ ...settings, store });
  assert.deepEqual(await ignored(), []);
  model.configure({ ...settings, existing: [jan(1)] });
  assert.deepEqual(await ignored(), []);
  assert.equal((await until(model, ({ counts }) => counts[2] === 1)).counts[0], 3);
});

test("a component of a DAG shows what another one has begun, and plans over what it left", async (t) => {
  const { settings, release } = held(t, "told");
  const [first, second, known] = [undefined, undefined, [jan(1)]].map((existing) =>
    mount(t, { ...settings, existing }),
  );
  const other = mount(t, { ...settings, dag: { dagId: "untold", schedule: "@daily" } });
  for (const { model } of [first, second, known, other]) await ready(model);
  await first.model.start();
  const { run } = first.model.getSnapshot();
  for (const { model } of [second, known]) assert.equal((await phase(model, "running")).run, run);
  release();
  await phase(second.model, "finished");
  second.model.close();
  assert.deepEqual((await ready(second.model)).counts.slice(0, 3), [0, 0, 4]);
  assert.equal(other.model.getSnapshot().phase, "ready");
});
