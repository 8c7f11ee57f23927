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

test("a moment of the past: a date that was tried again stands as the attempt of that moment says, and one that was canceled later waits", async () => {
  const { planAt, groupByDay } = await pageModule(
    'export { planAt } from "./engine/scrub"; export { groupByDay } from "dagfill/planning";',
  );
  const [queued, running, success, failed, canceled] = [4, 5, 6, 7, 8];
  const day = 86_400_000;
  const [dates, offsets] = [Float64Array.of(0, day, 2 * day, 3 * day), new Int32Array(4)];
  // The last one was never begun.
  const tokens = Uint8Array.of(success, failed, success, canceled);
  const plan = { dates, offsets, tokens, days: groupByDay(dates, offsets, tokens) };
  const bars = [
    { row: 0, start: 0, end: 10, token: failed },
    { row: 1, start: 5, end: 15, token: failed },
    { row: 0, start: 20, end: 30, token: success },
    { row: 2, start: 25, end: 35, token: success },
  ];
  const at = (instant) => [...planAt({ plan, bars }, instant).tokens];
  assert.deepEqual(at(7), [running, running, queued, queued], "the first attempt");
  assert.deepEqual(at(17), [queued, failed, queued, queued], "between two attempts");
  assert.deepEqual(at(27), [running, failed, running, canceled], "the second attempt");
  assert.deepEqual(at(40), [...tokens]);
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

test("a DAG from elsewhere: what the form edits is text, all other fields stay", async () => {
  const { draftOfDag, dagOf } = await pageModule(
    'export { draftOfDag } from "./bring"; export { dagOf } from "./request";',
  );
  const dag = {
    dagId: "sales",
    schedule: { cron: "0 2 1 * 1", dayMatch: "vixie" },
    timeZone: "Europe/Oslo",
    dst: { gap: "skip", fold: "both" },
    dependsOnPast: true,
    tasks: [
      { taskId: "a", command: "load {{ ds }}", retries: 3, triggerRule: "all_done" },
      { taskId: "b", dependsOn: ["a"] },
    ],
  };
  const draft = draftOfDag(dag);
  assert.equal(draft.schedule, '{"cron":"0 2 1 * 1","dayMatch":"vixie"}');
  assert.deepEqual(draft.tasks[1], { taskId: "b", command: "", dependsOn: ["a"] });
  assert.deepEqual(dagOf(draft), dag);
});

test("a schedule is cron or a period where one text says all of it, and JSON else", async () => {
  const { scheduleText } = await pageModule('export * from "./bring";');
  const texts = [
    "@daily",
    { every: "PT6H" },
    { every: "PT6H", anchor: "2026-01-01" },
    { cron: "0 2 * * 1", dayMatch: "vixie" },
    { cron: "0 2 1 * 1", dayMatch: "and" },
    { cron: "0 0 2 * * ?", dialect: "quartz" },
    ["0 1 * * *", "0 2 * * *"],
    null,
  ].map(scheduleText);
  assert.deepEqual(texts, [
    "@daily",
    "PT6H",
    '{"every":"PT6H","anchor":"2026-01-01"}',
    "0 2 * * 1",
    '{"cron":"0 2 1 * 1","dayMatch":"and"}',
    '{"cron":"0 0 2 * * ?","dialect":"quartz"}',
    '["0 1 * * *","0 2 * * *"]',
    "",
  ]);
});

test("an address holds what the form has no field for, of the DAG and of its tasks", async () => {
  const { readHash, writeHash, DEFAULT_DRAFT } = await pageModule(
    'export * from "./url"; export { DEFAULT_DRAFT } from "./examples";',
  );
  const tasks = [
    { taskId: "a", command: "load", dependsOn: [] },
    { taskId: "b", command: "check", dependsOn: ["a"], rest: { retries: 3, triggerRule: "all_done" } },
  ];
  const draft = { ...DEFAULT_DRAFT, tasks, rest: { dependsOnPast: true, params: { table: "orders" } } };
  const hash = await writeHash(draft);
  const read = await readHash(hash);
  assert.deepEqual([read.draft.tasks, read.draft.rest, read.refused], [draft.tasks, draft.rest, null]);
  assert.ok(!(await writeHash({ ...draft, tasks: tasks.slice(0, 1), rest: {} })).includes("more="));
  const more = new URLSearchParams(hash.slice(1)).get("more");
  for (const wrong of ["%%%", more.slice(0, -4)]) {
    const { draft: without, refused } = await readHash(hash.replace(more, encodeURIComponent(wrong)));
    assert.deepEqual([without.rest, refused], [undefined, "Its other fields of the DAG cannot be read."]);
  }
});

test("whoever opens a link is told when another number of runs would start", async () => {
  const { surpriseOf } = await pageModule('export * from "./linked";');
  const draft = {};
  const plan = { plan: { total: 31, counts: { skip: 1 } }, planned: { draft } };
  assert.equal(surpriseOf({ draft, starting: 30 }, plan), null);
  assert.match(surpriseOf({ draft, starting: 1 }, plan), /^At its sender 1 run would .* here 30 runs:/);
  assert.equal(surpriseOf({ draft, starting: null }, plan), null);
  assert.equal(
    surpriseOf({ draft: { edited: true }, starting: 1 }, plan),
    null,
    "an edited plan is another one",
  );
});

test("a link's dates are those of today, where the bounds are words", async () => {
  const { fixedRange } = await pageModule('export * from "./request";');
  const now = Date.parse("2026-11-26T23:30:00Z");
  const range = (timeZone) => fixedRange({ from: "-2d", to: "yesterday", timeZone }, now);
  assert.deepEqual(range("UTC"), { from: "2026-11-24", to: "2026-11-25" });
  assert.deepEqual(range("Asia/Tokyo"), { from: "2026-11-25", to: "2026-11-26" });
});

test("a bound from elsewhere is written as in the form, and means the same", async () => {
  const { writtenBound } = await pageModule('export * from "./bounds";');
  const { expandRange } = await import("dagfill");
  const written = [
    ["2026-03-29T00:00:00", "2026-03-29", "2026-03-29 00:00"],
    ["2026-03-29T00:00", "2026-03-29", "2026-03-29 00:00"],
    ["2026-03-29T02:30:00", "2026-03-29 02:30", "2026-03-29 02:30"],
    ["2026-10-25T02:59:59", "2026-10-25 02:59:59", "2026-10-25 02:59:59"],
    ...["2026-03-29", "2026-03-29T00:00:00Z", "2026-03-29T23+02:00", "yesterday", "2026-W12"].map((text) => [
      text,
      text,
      text,
    ]),
  ];
  for (const [text, start, end] of written) {
    assert.deepEqual([writtenBound(text, "start"), writtenBound(text, "end")], [start, end]);
    if (start === text) continue;
    const dates = (from, to) => expandRange("*/30 * * * *", from, to, { timeZone: "Europe/Berlin" });
    assert.deepEqual(dates(start, "2026-11-01"), dates(text, "2026-11-01"), text);
    assert.deepEqual(dates("2026-03-01", end), dates("2026-03-01", text), text);
  }
});

test("a DAG's own dates are its range, and a range is kept within them", async () => {
  const { rangeOfDag, keptRange } = await pageModule('export * from "./ownDates";');
  const now = Date.parse("2026-11-26T23:30:00Z");
  const draft = { from: "2026-01-01", to: "2026-01-31", timeZone: "UTC" };
  const range = (dag) => rangeOfDag(dag, draft, now);
  assert.deepEqual(range({}), {});
  assert.deepEqual(range({ startDate: "2026-03-01T00:00:00" }), { from: "2026-03-01", to: "yesterday" });
  assert.deepEqual(range({ endDate: "2026-03-31" }), { from: "2026-01-01", to: "2026-03-31" });
  const both = { startDate: "2020-03-01T06:00:00", endDate: "2020-03-31T00:00:00" };
  assert.deepEqual(range(both), { from: "2020-03-01 06:00", to: "2020-03-31 00:00" });
  // The page's own bound would leave nothing: a DAG that has ended long ago, and one that has not begun.
  assert.deepEqual(range({ endDate: "2025-03-31" }), { from: "2025-03-01", to: "2025-03-31" });
  assert.deepEqual(range({ startDate: "2027-01-01" }), { from: "2027-01-01", to: "2027-01-31" });
  const kept = (from, to) =>
    keptRange({ ...draft, from, to, rest: { startDate: "2026-03-01", endDate: "2026-10-31T00:00:00" } }, now);
  assert.deepEqual(kept("2026-01-01", "yesterday"), { from: "2026-03-01", to: "2026-10-31 00:00" });
  assert.deepEqual(kept("2026-03-01", "2026-10-31"), { to: "2026-10-31 00:00" });
  assert.deepEqual(kept("2026-03-01 02:30", "2026-10-30"), {});
  assert.deepEqual(kept("2026-03-01 02:30", "2026-10-31 00:00"), {});
});

test("the text of another system is runs, a DAG, or the page's own export", async () => {
  const { readBrought } = await pageModule('export * from "./engine/bring";');
  const draft = {
    dagId: "a",
    schedule: "@daily",
    timeZone: "UTC",
    kind: "interval",
    dst: "airflow",
    tasks: [],
  };
  const read = (text) =>
    readBrought(text, undefined, draft, { listRuns: async () => [], apply: async () => {} });
  const csv = await read("dag_id,run_id,state,execution_date\na,r,success,2026-01-01T00:00:00+00:00\n");
  assert.deepEqual([csv.kind, csv.stored?.created], ["runs", 1]);
  const crontab = await read("30 2 * * * /opt/load.sh\n");
  assert.deepEqual([crontab.kind, crontab.drafts[0].schedule], ["dags", "30 2 * * *"]);
  const options = { dagId: "b", startDate: "2026-01-01", endDate: "2026-01-31", maxParallelRuns: 3 };
  const exported = await read(
    JSON.stringify({ dag: { dagId: "b", schedule: "@hourly" }, options, runs: [] }),
  );
  const [{ dagId, schedule, from, to, parallel }] = exported.drafts;
  assert.deepEqual([dagId, schedule, from, to, parallel], ["b", "@hourly", "2026-01-01", "2026-01-31", 3]);
  for (const [own, form, expected] of [
    [2, 4, 2],
    [16, 4, undefined],
    [undefined, 4, undefined],
  ]) {
    const limited = JSON.stringify({ dagId: "c", schedule: "@daily", maxActiveRuns: own });
    const { drafts } = await readBrought(limited, undefined, { ...draft, parallel: form }, {});
    assert.deepEqual([drafts[0].dagId, drafts[0].parallel], ["c", expected], `${own} of ${form}`);
  }
  await assert.rejects(read("{ nothing"), { code: "INVALID_DAG" });
});

test("tasks: what depends on a task is computed from the newest one, also where that is not drawn yet", async () => {
  const { editTask } = await pageModule('export * from "./tasks";');
  const [a, b] = [
    { taskId: "a", command: "", dependsOn: [] },
    { taskId: "b", command: "", dependsOn: ["a"], rest: { retries: 2 } },
  ];
  const edited = editTask([a, b], 1, ({ rest }) => ({ rest: { ...rest, timeout: "PT1H" } }));
  assert.deepEqual(edited[1].rest, { retries: 2, timeout: "PT1H" });
  assert.equal(edited[0], a);
  assert.deepEqual(editTask([a, b], 0, { taskId: "c" })[1].dependsOn, ["c"]);
  assert.deepEqual(editTask([a, b], 2, { taskId: "c" }), [a, b], "a task that is gone by now is not edited");
});

test("reading: another command leaves the graph as it was read, another edge does not", async () => {
  const { readDag, editTask, draft } = await pageModule(`
    export { readDag } from "./engine/reading";
    export { editTask } from "./tasks";
    export { DEFAULT_DRAFT as draft } from "./examples";
  `);
  const tasks = [
    { taskId: "a", command: "echo {{ ds }}", dependsOn: [] },
    { taskId: "b", command: "echo {{ dss }}", dependsOn: ["a"] },
  ];
  const first = readDag({ ...draft, tasks });
  assert.deepEqual([first.layers, [...first.unknown.keys()]], [[["a"], ["b"]], ["b"]]);
  const typed = readDag({ ...draft, tasks: editTask(tasks, 0, { command: "echo {{ dsss }}" }) });
  assert.equal(typed.layers, first.layers);
  assert.deepEqual([...typed.unknown.keys()], ["a", "b"]);
  for (const change of [
    { tasks: editTask(tasks, 1, { dependsOn: [] }) },
    { tasks: editTask(tasks, 1, { taskId: "c" }) },
    { tasks: editTask(tasks, 1, { rest: { retries: 1 } }) },
    { tasks: tasks.slice(0, 1) },
    { dagId: "other" },
    { rest: { dependsOnPast: true } },
  ])
    assert.notEqual(readDag({ ...draft, tasks, ...change }).layers, first.layers, JSON.stringify(change));
  const cycle = readDag({ ...draft, tasks: editTask(tasks, 0, { dependsOn: ["b"] }) });
  assert.deepEqual([cycle.layers, cycle.error.code], [[], "CYCLE"]);
});
