// Which file a SQLite store has: whose it is, who may read it, and what happens when the path names another one.
import assert from "node:assert/strict";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { BackfillService, DagfillError } from "dagfill";
import { batch, DAG, found } from "./batches.mjs";
import { openSqliteStore, ownFolder } from "./stores.mjs";

function folderOf(t) {
  const { folder, remove } = ownFolder();
  t.after(remove);
  return folder;
}
const storeFailed = (pattern) => (error) => {
  assert.ok(error instanceof DagfillError, error.stack);
  assert.equal(error.code, "STORE_FAILED");
  assert.match(error.message, pattern);
  return true;
};
function replaceBy(path, content) {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

test("databases in memory are not durable, however they are named", async (t) => {
  const before = process.cwd();
  process.chdir(folderOf(t));
  t.after(() => process.chdir(before));
  for (const path of [
    "",
    "file::memory:",
    "file:a?mode=memory",
    "file:b?mode=memory&cache=shared",
    "file:/c?vfs=memdb",
  ]) {
    const store = await openSqliteStore(path);
    assert.equal(store.durable, false, path);
    await store.apply(batch(0));
    assert.deepEqual((await found(store)).whole, new Set([0]));
    await store.close();
  }
  assert.deepEqual(readdirSync("."), []);
  const store = await openSqliteStore("file:a%20b.sqlite?mode=rwc");
  assert.equal(store.durable, true);
  assert.equal(mode("a b.sqlite"), 0o600);
  await store.close();
});

const mode = (path) => statSync(path).mode & 0o777;

test("the files are their user's alone; a file that is there keeps its mode", async (t) => {
  const folder = folderOf(t);
  const path = join(folder, "runs.sqlite");
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const store = await openSqliteStore(path);
  await store.apply(batch(0));
  assert.deepEqual(
    ["", "-wal", "-shm"].map((end) => mode(path + end)),
    [0o600, 0o600, 0o600],
  );
  await store.close();
  chmodSync(path, 0o640);
  await (await openSqliteStore(path)).close();
  assert.equal(mode(path), 0o640);
});

/** Asserts that each call of a store fails once its file is gone. */
async function everyCallFails(store, lease, pattern) {
  const answers = await Promise.allSettled([store.apply(batch(1)), store.apply(batch(2))]);
  for (const { reason } of answers) storeFailed(pattern)(reason);
  for (const call of [
    () => store.apply(batch(3)),
    () => store.listRuns({ dagId: DAG }),
    () => store.acquireLease("other", "one", 1_000),
    () => lease.renew(),
  ]) {
    await assert.rejects(call, storeFailed(pattern));
  }
}

test("a file that is opened by two names is one store, and one lease", async (t) => {
  const folder = folderOf(t);
  mkdirSync(join(folder, "real"));
  symlinkSync("real", join(folder, "linked"));
  symlinkSync(join("real", "b.sqlite"), join(folder, "b.sqlite"));
  const names = [
    ["real/a.sqlite", "linked/a.sqlite"],
    // The link comes first: it names a file that is not there yet.
    ["b.sqlite", "real/b.sqlite"],
  ];
  for (const pair of names) {
    const [first, second] = pair.map((name) => join(folder, name));
    const one = await openSqliteStore(first);
    const other = await openSqliteStore(second);
    assert.equal(mode(first), 0o600, first);
    const lease = await one.acquireLease("l", "one", 60_000);
    assert.equal(await other.acquireLease("l", "two", 60_000), null, first);
    await one.apply(batch(0));
    assert.deepEqual((await found(other)).whole, new Set([0]));
    await lease.release();
    await one.close();
    await other.close();
  }
  linkSync(join(folder, "real", "a.sqlite"), join(folder, "hard.sqlite"));
  for (const name of ["hard.sqlite", "real/a.sqlite"]) {
    await assert.rejects(openSqliteStore(join(folder, name)), (error) => {
      assert.match(error.hint, /symbolic links/);
      return storeFailed(/has 2 names \(hard links\)/)(error);
    });
  }
  rmSync(join(folder, "hard.sqlite"));
  await (await openSqliteStore(join(folder, "real", "a.sqlite"))).close();
});

test("a file that is deleted, moved or replaced while it is open acknowledges nothing more", async (t) => {
  const losses = {
    deleted: [(path) => rmSync(path), /runs\.sqlite was deleted or moved while the store was open/],
    "moved away": [(path) => renameSync(path, `${path}.old`), /runs\.sqlite was deleted or moved/],
    "without its folder": [
      (path) => renameSync(dirname(path), `${dirname(path)} old`),
      /was deleted or moved/,
    ],
    replaced: [(path) => replaceBy(path, ""), /runs\.sqlite was replaced/],
    "copied back": [(path) => replaceBy(path, readFileSync(path)), /was replaced/],
    "without its log": [(path) => rmSync(`${path}-wal`), /runs\.sqlite-wal was deleted or moved/],
  };
  for (const [name, [lose, pattern]] of Object.entries(losses)) {
    const folder = join(folderOf(t), "store");
    mkdirSync(folder);
    const path = join(folder, "runs.sqlite");
    const store = await openSqliteStore(path);
    await store.apply(batch(0));
    const lease = await store.acquireLease("l", "one", 60_000);
    lose(path);
    await everyCallFails(store, lease, pattern).catch((error) => assert.fail(`${name}: ${error.stack}`));
    await lease.release().catch(() => {});
    await store.close();
  }
});

test("a backfill whose file is deleted ends with STORE_FAILED and tells no success that is on no disk", async (t) => {
  const path = join(folderOf(t), "runs.sqlite");
  const store = await openSqliteStore(path);
  const service = new BackfillService({
    dags: [{ dagId: DAG, schedule: "@daily" }],
    store,
    executeRun: ({ executionDate }) => executionDate.startsWith("2024-01-03") && rmSync(path),
  });
  const succeeded = [];
  const onEvent = ({ type, run }) =>
    type === "run-succeeded" && succeeded.push(run.executionDate.slice(0, 10));
  const range = { dagId: DAG, startDate: "2024-01-01", endDate: "2024-01-09" };
  await assert.rejects(service.backfill(range, { onEvent }), storeFailed(/was deleted or moved/));
  assert.deepEqual(succeeded, ["2024-01-01", "2024-01-02"]);
  await store.close();
});

test("after a failure because the file was locked, the same process may resume at once", async (t) => {
  const path = join(folderOf(t), "runs.sqlite");
  let store = await openSqliteStore(path, { busyTimeout: 20 });
  const other = new DatabaseSync(path);
  t.after(() => other.close());
  const dags = [{ dagId: DAG, schedule: "@daily" }];
  const range = { dagId: DAG, startDate: "2024-01-01", endDate: "2024-01-03", backfillId: "b" };
  const started = [];
  const service = () =>
    new BackfillService({
      dags,
      store,
      executeRun: ({ executionDate }) => {
        started.push(executionDate.slice(8, 10));
        if (started.length === 2 || started.length === 4) other.exec("BEGIN IMMEDIATE");
      },
    });
  await assert.rejects(service().backfill(range), (error) => {
    storeFailed(/locked/)(error);
    assert.match(error.hint, /of this process or of another/);
    return true;
  });
  other.exec("ROLLBACK");
  // The release of the lease could not be written; the process that held it knows.
  await assert.rejects((await service().resume("b")).result, storeFailed(/locked/));
  // Also when the store is opened again.
  await store.close();
  other.exec("ROLLBACK");
  store = await openSqliteStore(path);
  const result = await (await service().resume("b")).result;
  assert.equal(result.state, "success");
  assert.deepEqual(started, ["01", "02", "02", "03", "03"]);
  await store.close();
});

test("an empty database that carries another program's mark is left as it is", async (t) => {
  for (const pragma of [
    "application_id = 1196444487",
    "user_version = -1",
    "user_version = 7",
    "application_id = 1684433260; PRAGMA user_version = -1",
    "application_id = 1684433260",
  ]) {
    const path = join(folderOf(t), "other.db");
    const other = new DatabaseSync(path);
    other.exec(`PRAGMA ${pragma}`);
    other.close();
    const before = readFileSync(path);
    await assert.rejects(openSqliteStore(path), storeFailed(/another program/), pragma);
    assert.deepEqual(readFileSync(path), before);
  }
});
