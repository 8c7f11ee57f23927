// The module that the pages of migration.test.mjs run: a database as dagfill 0.1.0 left it, opened by the package.
import { BackfillService, DagfillError } from "/dist/index.js";
import { openIndexedDbStore } from "/dist/store/indexeddb.js";
import { assert } from "/tests/browser/page_assert.mjs";
import { checkDiscard, checkMigrated } from "/tests/js/store/migrated.mjs";

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Makes a database with the tables of version 1 and the rows of the fixture; `change` may alter the rows first. */
export async function makeVersion1(name, change = () => {}) {
  const rows = await (await fetch("/tests/js/store/v1/indexeddb.json")).json();
  change(rows);
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    const database = request.result;
    const runs = database.createObjectStore("runs", { keyPath: ["dagId", "runId"] });
    runs.createIndex("byDate", ["dagId", "executionMs"], { unique: true });
    database.createObjectStore("tasks", { keyPath: ["dagId", "runId", "taskId"] });
    database.createObjectStore("xcom", { keyPath: ["dagId", "runId", "taskId", "key"] });
    const backfills = database.createObjectStore("backfills", { keyPath: "id" });
    backfills.createIndex("byPlace", "place", { unique: true });
    database.createObjectStore("leases", { keyPath: "name" });
  };
  const database = await answer(request);
  const transaction = database.transaction(Object.keys(rows), "readwrite");
  for (const [table, all] of Object.entries(rows)) {
    for (const row of all) transaction.objectStore(table).add(row);
  }
  await new Promise((resolve) => {
    transaction.oncomplete = resolve;
  });
  database.close();
}

async function open(name) {
  const warnings = [];
  const store = await openIndexedDbStore(name, { onWarning: (warning) => warnings.push(warning) });
  return { store, warnings };
}

export async function migrates() {
  await makeVersion1("v1");
  const { store, warnings } = await open("v1");
  await checkMigrated(store, { BackfillService, warnings, assert });
  await store.close();
  const again = await open("v1");
  assert.deepEqual(again.warnings, []);
  await again.store.close();
}

export async function discards() {
  await makeVersion1("v1");
  const { store } = await open("v1");
  await checkDiscard(store, { BackfillService, assert });
  await store.close();
}

/** A run of version 1 as another program may have written it. */
const twice = (runId, executionDate, executionMs, finishedAt) => ({
  dagId: "twice",
  runId,
  executionDate,
  executionMs,
  intervalStart: executionDate,
  intervalEnd: executionDate,
  runType: "scheduled",
  state: "success",
  conf: "{}",
  backfillId: null,
  owner: null,
  attempt: 1,
  startedAt: null,
  finishedAt,
  error: null,
  output: null,
});

export async function merges() {
  await makeVersion1("v1", ({ runs, xcom }) => {
    runs.push(
      twice("a", "2024-01-01T00:00:00Z", Date.UTC(2024, 0, 1), "2024-02-01T00:00:00Z"),
      twice("b", "2024-01-01T01:00:00+01:00", 1, "2024-03-01T00:00:00+00:00"),
      twice("c", "2024-01-01T00:00:00.000000+00:00", 2, null),
      twice("d", "2024-01-02T01:00:00+01:00", 3, null),
    );
    for (const runId of ["a", "b", "c"])
      xcom.push({ dagId: "twice", runId, taskId: "t", key: "k", value: "1" });
  });
  const { store, warnings } = await open("v1");
  assert.deepEqual(
    (await store.listRuns({ dagId: "twice" })).map(({ runId, executionDate, finishedAt }) => [
      runId,
      executionDate,
      finishedAt,
    ]),
    [
      ["b", "2024-01-01T00:00:00Z", "2024-03-01T00:00:00Z"],
      ["d", "2024-01-02T00:00:00Z", undefined],
    ],
  );
  assert.equal(warnings.find(({ code }) => code === "records_merged").count, 2);
  assert.deepEqual(await store.getXcom("twice", "b"), { t: { k: 1 } });
  assert.deepEqual(await store.getXcom("twice", "a"), {});
  await store.close();
}

export async function fails() {
  await makeVersion1("v1", ({ runs }) => {
    runs.push({ ...twice("a", "2024-01-01T00:00:00Z", 5, null), executionDate: 7 });
  });
  const error = await open("v1").catch((thrown) => thrown);
  assert.ok(error instanceof DagfillError || error.name === "DagfillError", String(error));
  assert.equal(error.code, "STORE_FAILED");
  const database = await answer(indexedDB.open("v1"));
  assert.equal(database.version, 1);
  const runs = await answer(database.transaction("runs").objectStore("runs").getAll());
  assert.equal(runs.length, 24);
  assert.equal(runs[0].intervalStart.length, 20);
  database.close();
}
