// Buttons where a backfill has left something: each state has one that leads on, and says what it waits for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";
import { opener, phase, ready, until } from "./opened.mjs";
import { drawn } from "./small_dom.mjs";
import { componentModule } from "./source.mjs";

const parts = await componentModule(`
export { h, render } from "preact";
export { BackfillModel } from "./model/backfill_model.ts";
export { PlanSummary } from "./parts/plan_summary.tsx";
export { DatePanel } from "./parts/date_panel.tsx";
export { RunTable } from "./parts/run_table.tsx";
`);
const { BackfillModel, PlanSummary, DatePanel, RunTable } = parts;
const open = opener(BackfillModel);
const january = { startDate: "2026-01-01", endDate: "2026-01-04" };
const sales = { dagId: "sales", schedule: "@daily" };
const RETRY = "Retry what did not succeed";

/** A part over a model, drawn again with each change of it. */
function shown(t, model, Part) {
  const part = drawn(t, parts, Part, () => ({ backfill: { ...model, ...model.getSnapshot() } }));
  t.after(model.subscribe(part.draw));
  /** Resolves when it says the text: what a part reads by itself is there later. */
  const shows = async (text) => {
    while (!part.text().includes(text)) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return { ...part, shows };
}

/** A store in which a backfill has ended, and the second of its four dates failed. */
async function failedStore() {
  const store = new MemoryStore();
  const executeRun = ({ executionDate }) => {
    if (executionDate.startsWith("2026-01-02")) throw new Error("no disk");
  };
  const service = new BackfillService({ dags: [sales], store, executeRun });
  await (await service.start({ dagId: "sales", ...january })).result;
  return store;
}

/** A store in which a backfill of the first date is driven by another service until the test ends. */
async function drivenStore(t) {
  const store = new MemoryStore();
  const held = Promise.withResolvers();
  const service = new BackfillService({ dags: [sales], store, executeRun: () => held.promise });
  const backfill = await service.start({ dagId: "sales", ...january });
  t.after(async () => {
    held.resolve();
    await backfill.result;
  });
  return { store, backfill };
}

test("while the store is not there no button starts anything, and each part says so", async (t) => {
  const model = open(t, { store: null, executeRun: () => assert.fail("nothing may run") });
  const summary = shown(t, model, PlanSummary);
  assert.match(summary.text(), /^The records are not there yet\./);
  assert.deepEqual(summary.buttons(), []);
  assert.match(shown(t, model, RunTable).text(), /The records are not there yet\./);
});

test("what is read aloud ends as the sentence does", async (t) => {
  const headline = "No DAG or options yet.";
  const summary = shown(t, open(t, { dag: null }), PlanSummary);
  await summary.shows(headline + headline);
  assert.equal(summary.text(), headline + headline);
});

test("a date whose tasks have no commands names its tasks", async (t) => {
  const panelOf = async (tasks) => {
    const model = open(t, { dag: { dagId: "sales", schedule: "@daily", tasks }, executeTask: () => {} });
    await ready(model);
    model.select(0);
    return shown(t, model, DatePanel);
  };
  const many = Array.from({ length: 21 }, (_, at) => ({ taskId: `task${at}` }));
  await (await panelOf([{ taskId: "extract" }, { taskId: "load" }])).shows("extract, load");
  await (await panelOf(many)).shows("task18, task19, …");
  await (await panelOf([])).shows("No commands.");
});

test("a plan with failed dates can be tried again, whole and by date", async (t) => {
  const model = open(t, { store: await failedStore(), executeRun: () => "done" });
  await ready(model);
  const summary = shown(t, model, PlanSummary);
  assert.deepEqual(summary.buttons().slice(0, 1), [RETRY]);
  model.select(1);
  const panel = shown(t, model, DatePanel);
  await panel.shows("no disk");
  assert.deepEqual(panel.buttons().slice(0, 1), ["Retry this date"]);
  assert.ok(!panel.text().includes("reprocess"));
  model.select(0);
  await panel.shows("succeeded");
  assert.ok(!panel.buttons().includes("Retry this date"), "of a date that has succeeded");
  model.select(1);
  panel.draw();
  panel.press("Retry this date");
  const { progress } = await phase(model, "finished");
  assert.deepEqual([progress.total, progress.completed], [1, 1]);
});

test("a plan without failed dates has no button that tries again, nor one that nothing would run", async (t) => {
  const model = open(t, { executeRun: () => "done" });
  await ready(model);
  assert.deepEqual(shown(t, model, PlanSummary).buttons().slice(0, 1), ["Run 4 dates"]);
  const idle = open(t, { store: await failedStore() });
  await ready(idle);
  assert.ok(!shown(t, idle, PlanSummary).buttons().includes(RETRY));
});

test("a backfill that left a failed date alone can be followed by one that tries it again", async (t) => {
  const options = { ...january, endDate: "2026-01-05" };
  const model = open(t, { store: await failedStore(), options, executeRun: () => "done" });
  await ready(model);
  await model.start();
  const { run, progress } = await phase(model, "finished");
  assert.deepEqual([progress.completed, progress.skipped, progress.failed], [1, 4, 0]);
  const summary = shown(t, model, PlanSummary);
  assert.ok(summary.buttons().includes(RETRY));
  model.select(1);
  assert.ok(shown(t, model, DatePanel).buttons().includes("Retry this date"));
  summary.press(RETRY);
  const again = await until(model, (one) => one.phase === "finished" && one.run !== run);
  assert.equal(again.progress.completed, 1);
  summary.draw();
  assert.ok(!summary.buttons().includes(RETRY), "nothing is left");
});

test("a store that failed once while planning is asked again by a button", async (t) => {
  class Failing extends MemoryStore {
    isBroken = true;
    async listHistory(query) {
      if (this.isBroken) throw new Error("no connection");
      return super.listHistory(query);
    }
    async listRuns(query) {
      if (this.isBroken) throw new Error("no connection");
      return super.listRuns(query);
    }
  }
  const store = new Failing();
  const model = open(t, { store, executeRun: () => "done" });
  const { error } = await phase(model, "invalid");
  assert.equal(error.code, "STORE_FAILED");
  const summary = shown(t, model, PlanSummary);
  assert.deepEqual(summary.buttons(), ["Try again"]);
  store.isBroken = false;
  summary.press("Try again");
  await ready(model);
  summary.draw();
  assert.ok(summary.buttons().includes("Run 4 dates"));
  model.configure({ dag: { ...sales, schedule: "0 24 * * *" }, options: january, store });
  await phase(model, "invalid");
  summary.draw();
  assert.ok(!summary.buttons().includes("Try again"), "a schedule that is wrong is not the store's error");
});

test("the backfill of another DAG than that of the settings is named", async (t) => {
  const held = Promise.withResolvers();
  t.after(held.resolve);
  const settings = { dag: sales, options: january, store: new MemoryStore(), executeRun: () => held.promise };
  const model = open(t, settings);
  await ready(model);
  await model.start();
  const summary = shown(t, model, PlanSummary);
  assert.equal(model.getSnapshot().otherDagId, null);
  assert.ok(!summary.text().includes("of DAG"));
  model.configure({ ...settings, dag: { ...sales, dagId: "stock" } });
  assert.equal(model.getSnapshot().otherDagId, "sales");
  assert.match(summary.text(), /^0 of 4 done, of DAG sales/);
  model.configure(settings);
  assert.equal(model.getSnapshot().otherDagId, null);
  model.configure({ ...settings, dag: { ...sales, dagId: "stock" } });
  held.resolve();
  await phase(model, "finished");
  model.close();
  assert.equal(model.getSnapshot().otherDagId, null);
});

test("a start that is refused since the plan has changed says that the new plan is shown", async (t) => {
  const store = new MemoryStore();
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  const service = new BackfillService({ dags: [sales], store, executeRun: () => "done" });
  await (await service.start({ dagId: "sales", ...january, endDate: "2026-01-02" })).result;
  await model.start();
  assert.equal(model.getSnapshot().failure.code, "PLAN_CHANGED");
  const summary = shown(t, model, PlanSummary);
  await summary.shows("2 runs will start");
  assert.match(summary.text(), /The plan has changed since it was shown\. It is shown as it is now\./);
  assert.ok(!summary.text().includes("planHash"));
});

test("while an interrupted backfill has the dates, it is resumed: nothing tries them again", async (t) => {
  class Breaking extends MemoryStore {
    isBroken = false;
    async apply(changes, fence) {
      if (this.isBroken) throw new Error("no connection");
      return super.apply(changes, fence);
    }
  }
  const store = new Breaking();
  const model = open(t, {
    store,
    options: { ...january, maxParallelRuns: 1 },
    executeRun: ({ executionDate }) => {
      if (executionDate.startsWith("2026-01-01")) throw new Error("no disk");
      store.isBroken = true;
    },
  });
  await ready(model);
  await model.start();
  await phase(model, "stopped");
  store.isBroken = false;
  await until(model, ({ unfinished }) => unfinished.length === 1);
  const summary = shown(t, model, PlanSummary);
  model.select(0);
  const panel = shown(t, model, DatePanel);
  const both = () => [...summary.buttons(), ...panel.buttons()];
  assert.ok(!both().includes(RETRY) && !both().includes("Retry this date"), both().join());
  assert.ok(both().includes("Resume"));
  await model.retry();
  assert.equal(model.getSnapshot().failure.code, "BACKFILL_EXISTS");
  summary.draw();
  assert.match(summary.text(), /was interrupted and has some of these dates/);
  assert.ok(!/resume\(|discard\(/.test(summary.text()), summary.text());
  model.close();
  await ready(model);
  summary.draw();
  assert.ok(both().includes("Resume"), "also in the plan");
  assert.ok(!both().includes(RETRY));
});

test("a backfill that runs elsewhere is told without the codes of errors, and can be watched", async (t) => {
  const { store, backfill } = await drivenStore(t);
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  await until(model, ({ unfinished }) => unfinished.length === 1);
  const summary = shown(t, model, PlanSummary);
  assert.match(summary.text(), /a start is refused/);
  assert.ok(!summary.text().includes("BACKFILL_ACTIVE"));
  assert.ok(!summary.buttons().includes(RETRY));
  summary.press("Watch");
  const { run } = await phase(model, "watching");
  assert.equal(run.backfillId, backfill.backfillId);
});

test("a backfill that is watched has the buttons of its state, which wait for its driver", async (t) => {
  const { store, backfill } = await drivenStore(t);
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  await model.review(backfill.backfillId);
  const summary = shown(t, model, PlanSummary);
  const buttons = () => summary.buttons().slice(0, 3).join();
  assert.match(summary.text(), /Running elsewhere\./);
  assert.equal(buttons(), "Pause,Cancel…,Back to the plan");
  summary.press("Pause");
  await summary.shows("Running elsewhere, request sent.");
  assert.match(buttons(), /^Cancel…,Back to the plan/, "a second request would say the same");
  while (model.getSnapshot().run.state !== "paused") {
    await until(model, ({ run }) => run !== null);
    await new Promise((resolve) => setTimeout(resolve, 50));
    model.replan();
  }
  await summary.shows("Running elsewhere, paused.");
  assert.equal(buttons(), "Resume,Cancel…,Back to the plan");
  summary.press("Cancel…");
  await summary.shows("Stop after the");
  summary.press(summary.buttons().find((name) => name.startsWith("Stop after the")));
  await summary.shows("Running elsewhere, paused, request sent.");
});

test("a backfill that has not ended counts its failed dates as done, and names them", async (t) => {
  const { store } = await drivenStore(t);
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  const { unfinished } = await until(model, (one) => one.unfinished.length === 1);
  const { progress } = unfinished[0];
  const backfill = (more) => ({
    ...model,
    ...model.getSnapshot(),
    unfinished: [{ ...unfinished[0], progress: { ...progress, total: 12, ...more } }],
  });
  const some = drawn(t, parts, PlanSummary, () => ({ backfill: backfill({ completed: 3, failed: 1 }) }));
  assert.match(some.text(), /A backfill of this DAG has not ended: 4 of 12 done, 1 failed\./);
  const none = drawn(t, parts, PlanSummary, () => ({ backfill: backfill({ completed: 3, failed: 0 }) }));
  assert.match(none.text(), /A backfill of this DAG has not ended: 3 of 12 done\./);
});

for (const [abortGrace, words] of [
  [undefined, "30 s"],
  [90_000, "1 min 30 s"],
])
  test(`a cancel says what it waits for, and offers only what is left: ${words}`, async (t) => {
    const ends = [];
    const executeRun = () => new Promise((resolve) => ends.push(resolve));
    t.after(() => ends.map((end) => end()));
    const options = { ...january, maxParallelRuns: 2, ...(abortGrace && { abortGrace }) };
    const model = open(t, { options, executeRun });
    await ready(model);
    await model.start();
    await until(model, ({ progress }) => progress?.running === 2);
    const summary = shown(t, model, PlanSummary);
    summary.press("Cancel…");
    summary.draw();
    await summary.shows("Stop after the 2 running");
    summary.press("Stop after the 2 running");
    await phase(model, "canceling");
    await summary.shows("Canceling, waiting for 2 runs to end.");
    assert.deepEqual(summary.buttons().slice(0, 1), ["Stop now, cancel 2 running"]);
    assert.ok(!summary.buttons().includes("Cancel…"));
    summary.press("Stop now, cancel 2 running");
    await summary.shows(`Canceling, waiting up to ${words} for 2 runs to stop.`);
    assert.ok(!summary.buttons().some((name) => /Cancel|Stop/.test(name)), summary.buttons().join());
    for (const end of ends) end();
    await phase(model, "finished");
  });
