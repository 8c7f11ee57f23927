// The page's own models, which need no browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pageModule } from "./www-module.mjs";

test("edits: quick changes of one field are one step, others are their own", async () => {
  const { unedited, edited, undone, redone } = await pageModule('export * from "./edits";');
  let edits = unedited({ from: "a", tasks: [1] });
  edits = edited(edits, { ...edits.now, from: "ab" }, 0);
  edits = edited(edits, { ...edits.now, from: "abc" }, 500);
  edits = edited(edits, { ...edits.now, from: "abcd" }, 3000);
  edits = edited(edits, { ...edits.now, tasks: [] }, 3001);
  assert.equal(edits.past.length, 3);
  edits = undone(edits);
  assert.deepEqual(edits.now, { from: "abcd", tasks: [1] });
  edits = undone(undone(edits));
  assert.deepEqual(edits.now, { from: "a", tasks: [1] });
  assert.equal(undone(edits), edits, "nothing is left to take back");
  edits = redone(edits);
  assert.equal(edits.now.from, "abc");
  edits = edited(edits, { ...edits.now, from: "other" }, 9000);
  assert.equal(redone(edits), edits, "a new edit ends what could be done again");
});

test("edits: an equal draft is no step, and 100 steps are kept", async () => {
  const { unedited, edited } = await pageModule('export * from "./edits";');
  let edits = unedited({ n: 0 });
  edits = edited(edits, { n: 0 }, 0);
  assert.equal(edits.past.length, 0);
  for (let n = 1; n <= 150; n++) edits = edited(edits, { n }, n * 10_000);
  assert.equal(edits.past.length, 100);
  assert.equal(edits.past[0].n, 50);
});

test("tasks: an edge that would close a cycle is refused with its path, in a long chain too", async () => {
  const { connectTasks } = await pageModule('export * from "./tasks";');
  const chain = Array.from({ length: 20_000 }, (_, at) => ({
    taskId: `t${at}`,
    command: "",
    dependsOn: at > 0 ? [`t${at - 1}`] : [],
  }));
  const { cycle } = connectTasks(chain, "t19999", "t0");
  assert.deepEqual([cycle.length, cycle[0], cycle.at(-1)], [20_001, "t0", "t0"]);
  const other = connectTasks(chain, "t0", "t2");
  assert.deepEqual(other[2].dependsOn, ["t1", "t0"]);
  assert.equal(other[1], chain[1], "a task that does not change stays the same object");
});

test("tasks: a deleted task is gone from what ran after it", async () => {
  const { deleteTask } = await pageModule('export * from "./tasks";');
  const tasks = [
    { taskId: "a", command: "", dependsOn: [] },
    { taskId: "b", command: "", dependsOn: ["a"] },
    { taskId: "c", command: "", dependsOn: [] },
  ];
  const left = deleteTask(tasks, 0);
  assert.deepEqual(left, [{ taskId: "b", command: "", dependsOn: [] }, tasks[2]]);
  assert.equal(left[1], tasks[2]);
});

test("the layout of a wide layer goes on in rows, and cards do not overlap", async () => {
  const { placeTasks } = await pageModule('export { placeTasks } from "./flow/layout";');
  const layer = Array.from({ length: 50 }, (_, at) => `t${at}`);
  const places = placeTasks([["first"], layer], () => [], { width: 100, gap: 10, height: () => 40 });
  const xs = [...places.values()].map(({ x }) => x);
  assert.equal(Math.max(...xs) - Math.min(...xs), 7 * 110);
  assert.equal(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size, 51);
});

test("an error is shown at one field, or above the plan", async () => {
  const { faultyField } = await pageModule('export * from "./faultyField";');
  const fields = [
    { code: "INVALID_CRON" },
    { code: "UNKNOWN_TIME_ZONE" },
    { code: "INVALID_DATE", field: "startDate" },
    { code: "INVALID_DATE", field: "options.endDate" },
    { code: "RANGE_TOO_LARGE" },
    { code: "CYCLE", field: "tasks" },
  ].map(faultyField);
  assert.deepEqual(fields, ["schedule", "timeZone", "from", "to", null, null]);
  assert.equal(faultyField(null), null);
});
