// A store of the host's that answers what it should not: STORE_FAILED says which method, what was expected and what came.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, DagfillError, MemoryStore, Scheduler } from "dagfill";

const tasks = [{ taskId: "load", dependsOnPast: true }];
const dag = { dagId: "etl", schedule: "@daily", tasks };
const days = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-03" };
const record = {
  runId: "r",
  dagId: "etl",
  executionDate: "2024-01-01T00:00:00Z",
  dataInterval: { start: "2024-01-01T00:00:00Z", end: "2024-01-02T00:00:00Z" },
  runType: "backfill",
  state: "running",
  conf: {},
  attempt: 1,
};

const noColumns = {
  executionMs: new Float64Array(0),
  state: new Uint8Array(0),
  startMs: new Float64Array(0),
  endMs: new Float64Array(0),
  attempt: new Uint32Array(0),
  runIds: () => [],
};

/** A store whose `method` answers something else. */
const answering = (method, answer, store = new MemoryStore()) =>
  Object.assign(Object.create(store), {
    ...Object.fromEntries(
      Object.getOwnPropertyNames(MemoryStore.prototype).map((name) => [
        name,
        (...args) => store[name](...args),
      ]),
    ),
    // Where its lists are looked at, it has no columns that would be read instead.
    ...(method === "listRuns" && { listHistory: undefined }),
    [method]: typeof answer === "function" ? answer : async () => answer,
  });

const service = (store) => new BackfillService({ dags: [dag], store, executeTask: () => {} });

async function refusal(work) {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof DagfillError, String(error));
    assert.equal(error.code, "STORE_FAILED", error.message);
    return error.message;
  }
  return assert.fail("nothing was refused");
}

test("an answer of another shape is STORE_FAILED that says so", async () => {
  const preview = (store) => service(store).preview(days);
  const backfill = (store) => service(store).backfill(days);
  const list = (store) => service(store).list();
  const resume = (store) => service(store).resume("b");
  const run = (more) => [{ ...record, ...more }];
  const cases = [
    ["listRuns", undefined, preview, "store.listRuns: expected an array of run records, got undefined"],
    ["listRuns", { rows: [] }, preview, "store.listRuns: expected an array of run records, got an object"],
    ["listRuns", [null], preview, "store.listRuns: [0]: expected an object, got null"],
    [
      "listRuns",
      run({ runId: 7 }),
      preview,
      "store.listRuns: [0].runId: expected a string that is not empty, got 7",
    ],
    [
      "listRuns",
      run({ executionDate: "soon" }),
      preview,
      "store.listRuns: [0].executionDate: expected an instant",
    ],
    ["listRuns", run({ state: "done" }), preview, 'got "done"'],
    [
      "listRuns",
      run({ owner: null }),
      preview,
      "store.listRuns: [0].owner: expected a value, or undefined, got null",
    ],
    [
      "listRuns",
      run({ attempt: "1" }),
      preview,
      'store.listRuns: [0].attempt: expected an integer >= 0, got "1"',
    ],
    ["listRuns", () => 5, preview, "store.listRuns: expected an array of run records, got 5"],
    ["loadBackfill", "{}", backfill, 'store.loadBackfill: expected a stored backfill, or null, got "{}"'],
    [
      "loadBackfill",
      { version: 1 },
      resume,
      "backfill b is not as dagfill stored it: snapshot.dagId: expected a string, got undefined",
    ],
    [
      "loadBackfill",
      { version: 2 },
      resume,
      "is not as dagfill stored it: snapshot.dagId: expected a string, got undefined",
    ],
    ["loadBackfill", { version: 3 }, resume, "expected version 1 or 2, got 3"],
    ["listHistory", undefined, preview, "store.listHistory: expected a history in columns, got undefined"],
    [
      "listHistory",
      { executionMs: [] },
      preview,
      "store.listHistory.executionMs: expected a Float64Array, got an array",
    ],
    [
      "listHistory",
      { ...noColumns, state: new Uint8Array(1) },
      preview,
      "store.listHistory: expected columns of 0 runs",
    ],
    ["listBackfills", null, list, "store.listBackfills: expected an array of { id, snapshot }, got null"],
    ["listBackfills", [{ id: 1 }], list, "store.listBackfills: [0].id: expected a string, got 1"],
    ["listBackfills", [{ id: "b", snapshot: {} }], backfill, "expected version 1 or 2, got undefined"],
    ["acquireLease", undefined, backfill, "store.acquireLease: expected a lease, or null, got undefined"],
    ["acquireLease", { epoch: 1 }, backfill, "store.acquireLease.renew: expected a function, got undefined"],
    [
      "readLease",
      { owner: "me" },
      (store) => preview(answering("listRuns", run({ owner: "o" }), store)),
      "store.readLease.epoch: expected a number, got undefined",
    ],
    ["getXcom", undefined, backfill, "store.getXcom: expected an object, got undefined"],
    ["listTaskInstances", [{}], backfill, "store.listTaskInstances: [0].dagId: expected a string"],
  ];
  for (const [method, answer, work, message] of cases) {
    const store = answering(method, answer);
    const said = await refusal(() => work(store));
    assert.ok(said.includes(message), said);
  }
  const store = answering("listRuns", 1);
  store.readLease = undefined;
  store.listRuns = async () => run({ owner: "o" });
  assert.equal(await refusal(() => preview(store)), "store.readLease: expected a function, got undefined");
});

test("a stored backfill that somebody has cut is refused by the part that is missing", async () => {
  const memory = new MemoryStore();
  await service(memory).backfill({ ...days, backfillId: "b" });
  const whole = { ...(await memory.loadBackfill("b")), state: "running" };
  for (const part of ["options", "plan"]) {
    const { [part]: _, ...cut } = whole;
    const said = await refusal(() => service(answering("loadBackfill", cut)).resume("b"));
    assert.ok(said.includes(`stored it: snapshot.${part}: expected an object, got undefined`), said);
  }
  for (const part of ["timetable", "counts", "existing", "rows", "executionDate", "action"]) {
    const { [part]: _, ...plan } = whole.plan;
    const said = await refusal(() => service(answering("loadBackfill", { ...whole, plan })).resume("b"));
    assert.ok(said.includes(`stored it: snapshot.plan.${part}: expected`), said);
  }
  const long = { ...whole.plan, rows: 1e12 };
  await refusal(() => service(answering("loadBackfill", { ...whole, plan: long })).resume("b"));
});

test("a scheduler tells of it, and goes on", async () => {
  let answer = "no list";
  const memory = new MemoryStore();
  const store = answering(
    "listRuns",
    async (query) => (answer === undefined ? memory.listRuns(query) : answer),
    memory,
  );
  const daily = { ...dag, tasks: [], startDate: "2024-01-01" };
  const now = () => Date.UTC(2024, 0, 2, 12);
  const scheduler = new Scheduler({ dags: [daily], store, executeRun() {}, now });
  const errors = [];
  scheduler.onEvent((event) => event.type === "error" && errors.push(event.error));
  assert.deepEqual(await scheduler.tick(), []);
  assert.equal(errors[0].code, "STORE_FAILED");
  assert.equal(errors[0].message, 'store.listRuns: expected an array of run records, got "no list"');
  answer = undefined;
  assert.equal((await scheduler.tick()).length, 1);
});
