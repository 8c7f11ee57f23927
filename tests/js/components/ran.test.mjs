// A backfill that ran: its warnings, its commands as they were, and the time that is left of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { planBackfill } from "dagfill";
import { opener, phase, ready } from "./opened.mjs";
import { componentModule } from "./source.mjs";

const { BackfillModel, RunView, TaskMarksByRun, columnsOf } = await componentModule(`
export { BackfillModel } from "./model/backfill_model.ts";
export { RunView } from "./run/run_view.ts";
export { columnsOf } from "./plan/columns_of.ts";
export { TaskMarksByRun } from "./run/task_marks.ts";
`);
const open = opener(BackfillModel);

test("the marks of a run are one map until one of them changes", () => {
  const marks = new TaskMarksByRun();
  const event = (type, taskId) => ({ type, taskId, runId: "r", at: "2026-01-01T00:00:00Z" });
  marks.take(event("task-started", "a"));
  const first = marks.of("r");
  assert.equal(marks.of("r"), first);
  marks.take(event("task-succeeded", "a"));
  const second = marks.of("r");
  assert.notEqual(second, first);
  assert.deepEqual([first.get("a").state, second.get("a").state], ["running", "success"]);
  marks.load("r", [
    { taskId: "a", state: "failed" },
    { taskId: "b", state: "skipped" },
  ]);
  assert.deepEqual(
    [...marks.of("r").values()].map(({ state }) => state),
    ["success", "skipped"],
  );
});

test("equal warnings of many runs are one line with a count", async (t) => {
  const model = open(t, { executeRun: () => new Map() });
  await ready(model);
  await model.start();
  const { run } = await phase(model, "finished");
  const [warning, ...others] = run.warnings;
  assert.deepEqual([warning.code, warning.count, others], ["output_not_json", 4, []]);
});

test("commands are shown as they ran, and what stayed unresolved in them is a warning", async (t) => {
  const tasks = [
    { taskId: "a" },
    { taskId: "b", dependsOn: ["a"], command: "load {{ xcom.a.rows | quote }}" },
    { taskId: "c", dependsOn: ["a"], command: "count {{ ti.xcom_pull('a')['rows'] }}" },
  ];
  const executeTask = ({ taskId }) => (taskId === "a" ? { rows: 3 } : undefined);
  const model = open(t, { dag: { dagId: "sales", schedule: "@daily", tasks }, executeTask });
  await ready(model);
  assert.match((await model.detail(0)).texts[1].text, /xcom/);
  await model.start();
  const { run } = await phase(model, "finished");
  const unresolved = run.warnings.filter(({ code }) => code === "unresolved_template");
  assert.deepEqual(
    unresolved.map(({ taskId, field, count }) => [taskId, field, count]),
    [["b", "command", 4]],
  );
  assert.match(unresolved[0].message, /task b, command: \{\{ xcom\.a\.rows \| quote \}\} was not resolved/);
  const { texts } = await model.detail(0);
  assert.deepEqual(
    texts.map(({ taskId, text, ran }) => [taskId, text, ran]),
    [
      ["b", "load {{ xcom.a.rows | quote }}", true],
      ["c", "count 3", true],
    ],
  );
});

test("how long runs take is not said by runs that were stopped", () => {
  const dag = { dagId: "sales", schedule: "@daily" };
  const preview = planBackfill(dag, { startDate: "2026-01-01", endDate: "2026-01-03" });
  const progress = { total: 3, completed: 0, failed: 0, skipped: 0, canceled: 0, running: 0, remaining: 3 };
  const view = new RunView("b", columnsOf(preview), progress);
  const take = (type, row, ms) => {
    const run = { executionDate: preview.dates[row], runId: `r${row}` };
    view.take({ type, run, at: new Date(ms).toISOString(), progress });
  };
  take("run-started", 0, 0);
  take("run-canceled", 0, 9_000);
  assert.equal(view.median, null);
  take("run-started", 1, 0);
  take("run-succeeded", 1, 500);
  take("run-started", 2, 0);
  take("run-canceled", 2, 9_000);
  assert.equal(view.median, 500);

  const recalled = new RunView("b", columnsOf(preview), progress);
  const times = { startedAt: "2026-02-01T00:00:00Z", finishedAt: "2026-02-01T00:00:09Z" };
  const record = (row, state) => ({ backfillId: "b", executionDate: preview.dates[row], state, ...times });
  recalled.review("finished", [record(0, "canceled"), record(1, "canceled")]);
  assert.deepEqual([recalled.median, recalled.bars.length], [null, 2]);
});

test("what is left is as late as runs end, where their durations say less", () => {
  const dag = { dagId: "sales", schedule: "@daily" };
  const preview = planBackfill(dag, { startDate: "2026-01-01", endDate: "2026-06-29" });
  const all = preview.dates.length;
  const progress = {
    total: all,
    completed: 0,
    failed: 0,
    skipped: 0,
    canceled: 0,
    running: 0,
    remaining: all,
  };
  const view = new RunView("b", columnsOf(preview), progress);
  assert.equal(view.left, undefined);
  let now = Date.parse("2026-07-01T00:00:00Z");
  let ended = 0;
  /** A run of 10 ms ends each `every` milliseconds; the core tells the time by its durations alone. */
  const end = (every) => {
    const run = { executionDate: preview.dates[ended], runId: `r${ended}` };
    const at = (ms) => new Date(ms).toISOString();
    ended += 1;
    now += every;
    const rest = all - ended;
    const told = { ...progress, completed: ended, remaining: rest, etaMs: rest * 10 };
    view.take({ type: "run-started", run, at: at(now - 10), progress: { ...told, running: 1 } });
    view.take({ type: "run-succeeded", run, at: at(now), progress: told });
  };
  for (let at = 0; at < 19; at++) end(50);
  assert.equal(view.left, (all - 19) * 10, "too few have ended");
  end(50);
  assert.equal(view.left, (all - 20) * 50);
  // The hour of a pause does not count.
  view.take({ type: "resumed", at: "", progress: view.progress });
  now += 3_600_000;
  for (let at = 0; at < 20; at++) end(30);
  assert.equal(view.left, (all - 40) * 30);
  // Runs that end faster than the core says are no reason to promise more.
  for (let at = 0; at < 100; at++) end(5);
  assert.equal(view.left, (all - 140) * 10);
});
