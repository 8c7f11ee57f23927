// The model behind dagfill/react, without a page: there is no worker in Node, so that it plans on its own thread, by the same messages.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";
import { opener, phase, ready, until } from "./opened.mjs";
import { componentModule } from "./source.mjs";

const {
  BackfillModel,
  nextChange,
  english,
  withEnglish,
  toPortable,
  columnsOf,
  matchingRows,
  rowOf,
  placeOf,
} = await componentModule(`
export { BackfillModel } from "./model/backfill_model.ts";
export { nextChange } from "./model/next_change.ts";
export { english, withEnglish } from "./english.ts";
export { toPortable } from "./planning/portable.ts";
export { columnsOf } from "./plan/columns_of.ts";
export { matchingRows } from "./plan/matching_rows.ts";
export { rowOf, placeOf } from "./plan/plan_columns.ts";
`);

const dag = { dagId: "sales", schedule: "@daily" };
const january = { startDate: "2026-01-01", endDate: "2026-01-31" };

const openModel = opener(BackfillModel);
/** An open model over a month; closed with the test. */
const open = (t, settings) => openModel(t, { options: january, ...settings });

test("plans over runs that the page knows, by instants and wall clocks", async (t) => {
  const existing = [
    // Read on the clock of the schedule's zone, whatever that of this machine is.
    {
      executionDate: "2026-01-02",
      state: "success",
      dataInterval: { start: "2026-01-02T00:00", end: "2026-01-03T00:00" },
    },
    { executionDate: new Date("2026-01-03T00:00:00Z"), state: "failed" },
    { executionDate: Date.parse("2026-01-04T00:00:00Z"), state: "running" },
  ];
  const model = open(t, { existing, options: { ...january, coverage: "interval" } });
  const { counts, plan } = await ready(model);
  assert.deepEqual(counts.slice(0, 4), [28, 0, 2, 1]);
  const reasons = [1, 2, 3].map((row) => plan.reasonNames[plan.reasons[row]]);
  assert.deepEqual(reasons, ["exists_success", "exists_failed", "in_flight"]);
  // The same history again in a new list is the same; another one is planned over.
  const options = { ...january, coverage: "interval" };
  model.configure({ dag, options, existing: existing.map((run) => ({ ...run })) });
  assert.equal(model.getSnapshot().plan, plan);
  model.configure({ dag, options: january, existing: existing.slice(0, 1) });
  assert.equal((await until(model, (snapshot) => snapshot.counts[0] === 30)).counts[2], 1);
});

test("what was planned without the page's functions is what starts with them", async (t) => {
  const settings = {
    dag: {
      ...dag,
      variables: (name) => `secret of ${name}`,
      connections: { warehouse: { host: "db.internal", password: "hunter2" } },
      macros: { region: "eu" },
      tasks: [
        { taskId: "a", run: () => "done" },
        {
          taskId: "b",
          dependsOn: ["a"],
          command: "load {{ conn.warehouse.host }} {{ var.value.key }} {{ region }}",
        },
      ],
    },
    options: {
      ...january,
      confFor: (date) => ({ date }),
      canary: { dates: 1, approve: () => true },
      maxParallelRuns: 8,
    },
    executeTask: () => {},
  };
  const portable = toPortable(settings.dag, settings.options, { runs: false, tasks: true });
  const text = JSON.stringify(structuredClone(portable));
  for (const secret of ["hunter2", "db.internal", "secret of"]) assert.ok(!text.includes(secret), secret);
  const model = open(t, settings);
  await ready(model);
  const { texts } = await model.detail(0);
  assert.equal(texts[0].text, "load *** *** eu");
  await model.start();
  assert.equal(model.getSnapshot().failure, null);
  const { progress } = await phase(model, "finished");
  assert.equal(progress.completed, 31);
});

test("retry takes what failed, what was canceled, and what never started", async (t) => {
  let calls = 0;
  const executeRun = () => {
    calls += 1;
    if (calls === 2) throw new Error("no rows");
  };
  const model = open(t, { options: { ...january, maxFailures: 1 }, executeRun });
  await ready(model);
  await model.start();
  const first = await phase(model, "finished");
  assert.deepEqual([first.progress.completed, first.progress.failed, first.progress.canceled], [1, 1, 29]);
  assert.equal(first.run.errors.get(1), "no rows");
  await model.retry();
  const { progress } = await until(model, ({ progress }) => progress?.completed === 30);
  assert.equal(progress.total, 31);
  model.close();
  assert.deepEqual((await ready(model)).counts.slice(0, 3), [0, 0, 31]);
});

test("a view that is opened again finds the backfill that runs; a resumed one knows what was done", async (t) => {
  const store = new MemoryStore();
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  let calls = 0;
  const executeRun = () => {
    calls += 1;
    return calls > 3 ? held : undefined;
  };
  const model = new BackfillModel({ dag, options: january, store, executeRun });
  const close = model.open();
  await ready(model);
  await model.start();
  await until(model, ({ progress }) => progress?.completed === 3);
  close();
  const other = open(t, { store, executeRun });
  const found = await phase(other, "running");
  assert.equal(found.counts[6], 3);
  assert.equal(found.run, model.getSnapshot().run);
  release();
  await phase(other, "finished");
});

test("errors of the options stay with the last plan, and actions tell theirs", async (t) => {
  const model = open(t, {});
  await ready(model);
  model.configure({ dag: { ...dag, schedule: "0 24 * * *" }, options: january });
  const { error, plan, isStale } = await phase(model, "invalid");
  assert.deepEqual([error.code, plan.total, isStale], ["INVALID_CRON", 31, true]);
  model.configure({ dag, options: january });
  await ready(model);
  await model.start();
  assert.equal(model.getSnapshot().failure.code, "INVALID_OPTION");
  model.dismiss();
  assert.equal(model.getSnapshot().failure, null);
});

test("rows are in order of their dates, whatever the order of the backfill", async () => {
  for (const order of ["oldest", "newest", "bisect"]) {
    const preview = await new BackfillService({ dags: [dag] }).preview({ dagId: "sales", ...january, order });
    const plan = columnsOf(preview);
    for (const [place, executionDate] of preview.dates.entries()) {
      const row = rowOf(plan, Date.parse(executionDate));
      assert.equal(placeOf(plan, row), place, `${order} ${executionDate}`);
    }
    const ends = [plan.dates[0], plan.dates.at(-1)].sort((a, b) => a - b);
    assert.deepEqual(ends, [Date.parse("2026-01-01"), Date.parse("2026-01-31")]);
    assert.deepEqual([plan.firstDay, plan.lastDay], [20454, 20484]);
  }
});

test("durations have two units, and a locale may say less than everything", () => {
  const texts = [850, 59_600, 90_000, 3_599_600, 7_500_000, 90_000_000].map(english.duration);
  assert.deepEqual(texts, ["850 ms", "1 min", "1 min 30 s", "1 h", "2 h 5 min", "1 d 1 h"]);
  const german = withEnglish({ pause: "Anhalten", token: { failed: "fehlgeschlagen" } });
  assert.deepEqual(
    [german.pause, german.token.failed, german.token.success],
    ["Anhalten", "fehlgeschlagen", "succeeded"],
  );
});

test("a filter takes civil days, and words for state and reason", async () => {
  const service = new BackfillService({ dags: [dag], store: new MemoryStore() });
  const preview = await service.preview({
    dagId: "sales",
    ...january,
    excludeDates: ["2026-01-05", "2026-01-20"],
  });
  const plan = columnsOf(preview);
  let asked = 0;
  const rows = (text, hidden = []) =>
    matchingRows(plan, new Set(hidden), text, (token, reason) => {
      asked += 1;
      return token === 0 ? english.token.create : english.reason[plan.reasonNames[reason]];
    });
  assert.equal(rows(""), null);
  assert.deepEqual([...rows("2026-01-1")], [9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
  assert.deepEqual([...rows("TAKEN out")], [4, 19]);
  assert.equal(asked, 4, "one question for each pair of state and reason, and filter");
  assert.equal(rows("new").length, 29);
  assert.deepEqual([...rows("", [0])], [4, 19]);
  assert.deepEqual([...rows("nothing")], []);
});

test("a start that comes before the plan waits for it, and tells why it cannot be", async (t) => {
  const model = open(t, { executeRun: () => {} });
  await model.start();
  assert.equal(model.getSnapshot().failure, null);
  assert.equal((await phase(model, "finished")).progress.completed, 31);
  const wrong = open(t, { options: { ...january, startDate: "2026-02-30" }, executeRun: () => {} });
  await wrong.start();
  const { failure, error } = wrong.getSnapshot();
  assert.deepEqual([failure, failure.field], [error, "startDate"]);
});

test("a wait for a change, such as that of a start for its plan, leaves no listener behind", async () => {
  const listeners = new Set();
  const subscribe = (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const waiting = nextChange(subscribe);
  assert.equal(listeners.size, 1);
  for (const listener of listeners) listener();
  await waiting;
  assert.equal(listeners.size, 0);
});

test("a start while another plan is made starts none that nobody saw", async (t) => {
  const settings = { dag, executeRun: () => assert.fail("nothing may run") };
  const model = open(t, settings);
  await ready(model);
  model.configure({ ...settings, options: { ...january, endDate: "2026-01-02" } });
  await model.start();
  assert.equal(model.getSnapshot().failure.code, "PLAN_CHANGED");
});

test("every event of a backfill is told, from the first", async (t) => {
  const events = [];
  const model = open(t, { executeRun: () => {}, onEvent: ({ type }) => void events.push(type) });
  await model.start();
  await phase(model, "finished");
  assert.equal(events[0], "started");
  assert.equal(events.filter((type) => type === "run-started").length, 31);
  assert.equal(events.at(-1), "finished");
});
