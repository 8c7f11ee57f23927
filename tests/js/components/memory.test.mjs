// Settings without a store: one in memory for each DAG of a page, which outlives the components.
import assert from "node:assert/strict";
import { test } from "node:test";
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
