// What JSON.stringify, console.log and util.inspect show of the public objects.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { BackfillService, MemoryStore, previewFrom, Scheduler } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { workplace } from "./cli_process.mjs";

const dag = { dagId: "etl", schedule: "@daily" };
const tasks = { dagId: "tasks", schedule: "@daily", tasks: [{ taskId: "load" }] };
const range = { startDate: "2024-01-01", endDate: "2024-01-05" };
const seen = {};
const host = {
  dags: [dag, tasks],
  executeRun(run) {
    seen.run = run;
  },
  executeTask(task) {
    seen.task = task;
  },
};
const service = new BackfillService(host);
const backfill = await service.start({ dagId: "etl", ...range });
const result = await backfill.result;
await service.backfill({ dagId: "tasks", ...range });
const large = await service.preview({ dagId: "etl", startDate: "2024-01-01", endDate: "2030-12-31" });
const sqlite = await openSqliteStore(join(workplace().folder, "runs.sqlite"));
await sqlite.close();

// By the name that is shown: the object, and the members that its type has.
const objects = {
  BackfillPreview: [
    await service.preview({ dagId: "etl", ...range }),
    "dagId timeZone start end dates existingRuns newRuns runs counts warnings clockChanges planHash",
  ],
  Backfill: [backfill, "backfillId preview progress result"],
  BackfillResult: [
    result,
    "backfillId dagId state totalDates completed failed skipped canceled unfinished results startedAt finishedAt",
  ],
  BackfillService: [service, ""],
  Scheduler: [new Scheduler(host), ""],
  MemoryStore: [new MemoryStore(), "durable"],
  SqliteStore: [sqlite, "durable"],
  RunContext: [
    seen.run,
    "dagId runId attempt conf executionDate localDate dataInterval runAfter action runType signal",
  ],
  TaskContext: [seen.task, "dagId runId attempt conf executionDate taskId params signal"],
};
for (const [name, [object, members]] of Object.entries(objects)) {
  test(`util.inspect shows a ${name} by its name and members`, () => {
    const shown = inspect(object);
    assert.ok(shown.startsWith(`${name} {`), shown.slice(0, 60));
    for (const member of members.split(" ").filter(Boolean))
      assert.match(shown, new RegExp(`\\b${member}: `));
    assert.ok(shown.length < 3000, `${shown.length} characters`);
    // Inside something else it takes the place that is left there.
    assert.match(inspect({ a: { b: { c: object } } }), new RegExp(`\\[?${name}`));
  });
}

test("a large plan and a large result are shown in few lines, and their rows are not made for it", () => {
  const text = inspect(large);
  assert.match(text, /\.\.\. 2554 more items/);
  assert.ok(text.length < 5000, `${text.length} characters`);
  assert.match(inspect(large, { depth: 0 }), /counts: \[Object\]/);
});

test("JSON of a plan is what its type says", () => {
  const [preview] = objects.BackfillPreview;
  const json = JSON.parse(JSON.stringify(preview));
  for (const member of [
    "dagId",
    "dates",
    "existingRuns",
    "newRuns",
    "runs",
    "counts",
    "planHash",
    "warnings",
  ]) {
    assert.deepEqual(json[member], JSON.parse(JSON.stringify(preview[member])), member);
  }
  assert.equal(json.leftOut, undefined);
});

test("JSON of a large plan has its first rows and says how many are left out", () => {
  const text = JSON.stringify(large);
  const json = JSON.parse(text);
  assert.ok(text.length < 150_000, `${text.length} characters`);
  assert.deepEqual(json.runs, large.runs.slice(0, 100));
  assert.deepEqual(json.newRuns, large.newRuns.slice(0, 100));
  assert.deepEqual(json.leftOut, { rows: large.counts.total - 100, existingRuns: 0 });
  assert.equal(json.counts.total, 2557);
});

test("JSON of a backfill has its preview and progress", () => {
  const json = JSON.parse(JSON.stringify(backfill));
  assert.deepEqual(Object.keys(json), ["backfillId", "preview", "progress"]);
  assert.equal(json.progress.completed, 5);
});

test("a plan that is spread or cloned has the members of its type", async () => {
  const [preview] = objects.BackfillPreview;
  const members = objects.BackfillPreview[1].split(" ");
  const copies = { spread: { ...preview }, cloned: structuredClone(preview) };
  for (const [how, copy] of Object.entries(copies)) {
    assert.deepEqual(Object.keys(copy), members, how);
    for (const member of members) assert.deepEqual(copy[member], preview[member], `${how}: ${member}`);
  }
  assert.equal(preview.runs, preview.runs, "rows are made once");
  assert.deepEqual(structuredClone(previewFrom(preview.toTransferable())).runs, preview.runs);
});

test("a result is still plain data", () => {
  assert.deepEqual(structuredClone(result), { ...result });
  assert.equal(structuredClone(result).results.length, 5);
});
