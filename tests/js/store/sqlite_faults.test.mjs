// Errors of a SQLite store when the file, the disk or the process is not as it should be.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { DagfillError } from "dagfill";
import { batch, DAG, found, writeBatches } from "./batches.mjs";
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

test("the store says that it is durable, and in memory that it is not", async (t) => {
  const store = await openSqliteStore(join(folderOf(t), "runs.sqlite"));
  assert.equal(store.durable, true);
  await store.close();
  const memory = await openSqliteStore(":memory:");
  assert.equal(memory.durable, false);
  await memory.close();
});

test("WAL, and what was written is there when the file is opened again", async (t) => {
  const path = join(folderOf(t), "runs.sqlite");
  const store = await openSqliteStore(path);
  await store.apply(batch(0));
  const lease = await store.acquireLease("l", "one", 60_000);
  assert.ok(existsSync(`${path}-wal`));
  await store.close();
  const again = await openSqliteStore(path);
  assert.deepEqual(await found(again), { whole: new Set([0]), half: [] });
  assert.equal((await again.readLease("l")).epoch, lease.epoch);
  await again.close();
});

test("every commit waits for the disk", async (t) => {
  const connections = new Set();
  const { exec } = DatabaseSync.prototype;
  t.mock.method(DatabaseSync.prototype, "exec", function (sql) {
    connections.add(this);
    return exec.call(this, sql);
  });
  const store = await openSqliteStore(join(folderOf(t), "runs.sqlite"));
  const [connection] = connections;
  assert.equal(connection.prepare("PRAGMA synchronous").get().synchronous, 2);
  assert.equal(connection.prepare("PRAGMA journal_mode").get().journal_mode, "wal");
  await store.close();
});

/** How often the write-ahead log says that a transaction ends: its frames that carry the size of the database. */
function commits(path) {
  const log = readFileSync(`${path}-wal`);
  const pageSize = log.readUInt32BE(8);
  let count = 0;
  for (let frame = 32; frame < log.length; frame += 24 + pageSize)
    if (log.readUInt32BE(frame + 4) !== 0) count += 1;
  return count;
}

test("what one turn of the event loop hands over is one commit", async (t) => {
  const path = join(folderOf(t), "runs.sqlite");
  const store = await openSqliteStore(path);
  const before = commits(path);
  await Promise.all(Array.from({ length: 50 }, (_, number) => store.apply(batch(number))));
  assert.equal(commits(path), before + 1);
  await Promise.allSettled([
    store.apply(batch(1)),
    Promise.resolve().then(() => store.apply(batch(60))),
    store.apply(batch(61)),
  ]);
  assert.equal(commits(path), before + 2);
  assert.equal((await found(store)).whole.size, 52);
  await store.close();
});

test("a folder that is not there", async (t) => {
  const path = join(folderOf(t), "missing", "runs.sqlite");
  await assert.rejects(openSqliteStore(path), (error) => {
    storeFailed(/unable to open database file/)(error);
    assert.match(error.hint, /folder/);
    return true;
  });
});

test("a file that is no database, and one that is damaged", async (t) => {
  const folder = folderOf(t);
  const text = join(folder, "text.sqlite");
  writeFileSync(text, "this is not a database ".repeat(500));
  await assert.rejects(openSqliteStore(text), storeFailed(/not a database/));

  const path = join(folder, "runs.sqlite");
  const store = await openSqliteStore(path);
  await writeBatches(store, 0, { acknowledged: () => {}, until: (number) => number >= 300 });
  await store.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 4096);
  writeFileSync(path, bytes);
  const damaged = await openSqliteStore(path);
  await assert.rejects(damaged.listRuns({ dagId: DAG }), storeFailed(/malformed|corrupt/));
  await assert.rejects(damaged.apply(batch(300)), storeFailed(/malformed|corrupt/));
  await assert.rejects(damaged.acquireLease("l", "one", 1), storeFailed(/malformed|corrupt/));
  await damaged.close();
});

test("a database of another program is left as it is", async (t) => {
  const path = join(folderOf(t), "airflow.db");
  const other = new DatabaseSync(path);
  other.exec("CREATE TABLE dag_run (id INTEGER)");
  other.close();
  const before = readFileSync(path);
  await assert.rejects(openSqliteStore(path), storeFailed(/another program/));
  assert.deepEqual(readFileSync(path), before);
});

test("a file that a newer version of dagfill has written is refused as it is", async (t) => {
  const path = join(folderOf(t), "runs.sqlite");
  await (await openSqliteStore(path)).close();
  const file = new DatabaseSync(path);
  file.exec("PRAGMA user_version = 3");
  file.close();
  const before = readFileSync(path);
  await assert.rejects(openSqliteStore(path), (error) => {
    storeFailed(/schema version 3.*knows 2/)(error);
    assert.deepEqual(error.details, { found: 3, known: 2 });
    return true;
  });
  assert.deepEqual(readFileSync(path), before);
});

test("another process that does not let go of the file", async (t) => {
  const path = join(folderOf(t), "runs.sqlite");
  const store = await openSqliteStore(path, { busyTimeout: 20 });
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  const answers = await Promise.allSettled([
    store.apply(batch(0)),
    store.apply(batch(1)),
    store.acquireLease("l", "one", 1_000),
  ]);
  for (const { reason } of answers) storeFailed(/locked/)(reason);
  other.exec("ROLLBACK");
  other.close();
  await store.apply(batch(0));
  assert.deepEqual(await found(store), { whole: new Set([0]), half: [] });
  await store.close();
});

/** Fills the store until it fails; then what was acknowledged is there, nothing by half, and reading works. */
async function fillUp(store) {
  const acknowledged = new Set();
  const until = (number) => number > 50_000;
  const error = await writeBatches(store, 0, {
    inFlight: 8,
    acknowledged: (number) => acknowledged.add(number),
    until,
  }).catch((reason) => reason);
  storeFailed(/full/)(error);
  assert.ok(acknowledged.size > 10, `${acknowledged.size} batches before the end`);
  assert.deepEqual(await found(store), { whole: acknowledged, half: [] });
  return acknowledged;
}

/** Takes the lease again and again, each time a write, until there is no space; gives the last that was granted. */
async function takeUntilFull(store) {
  let lease = { epoch: 0 };
  for (let turn = 0; turn < 10_000; turn += 1) {
    try {
      lease = await store.acquireLease("l", "one", 60_000);
    } catch (error) {
      storeFailed(/full/)(error);
      return lease;
    }
  }
  return assert.fail("the disk was never full");
}

test("a full disk (maxBytes): typed error, what was acknowledged is there, goes on when there is space", async (t) => {
  const path = join(folderOf(t), "runs.sqlite");
  const small = await openSqliteStore(path, { maxBytes: 400_000 });
  const acknowledged = await fillUp(small);
  await small.close();
  const store = await openSqliteStore(path);
  assert.deepEqual(await found(store), { whole: acknowledged, half: [] });
  await writeBatches(store, 60_000, {
    acknowledged: (number) => acknowledged.add(number),
    until: (number) => number >= 60_100,
  });
  assert.deepEqual(await found(store), { whole: acknowledged, half: [] });
  await store.close();
});

test("a full disk: one batch that is too large takes nobody of its turn with it", async (t) => {
  const path = join(folderOf(t), "runs.sqlite");
  const store = await openSqliteStore(path, { maxBytes: 400_000 });
  const large = {
    type: "save-backfill",
    id: "large",
    dagId: DAG,
    finished: false,
    snapshot: "x".repeat(1_000_000),
  };
  const answers = await Promise.allSettled([
    store.apply(batch(0)),
    store.apply([...batch(1), large]),
    store.apply(batch(2)),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  storeFailed(/full/)(answers[1].reason);
  assert.deepEqual(await found(store), { whole: new Set([0, 2]), half: [] });
  assert.equal(await store.loadBackfill("large"), null);
  await store.close();
});

test("a full disk (a small file system): the same when the commit itself finds no space", async (t) => {
  const { folder, remove } = ownFolder();
  const disk = join(folder, "disk");
  mkdirSync(disk);
  let mounted = false;
  t.after(() => {
    if (mounted) execFileSync("umount", ["--lazy", disk]);
    remove();
  });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], { stdio: "ignore" });
    mounted = true;
  } catch {
    t.skip("mounting a small file system needs root");
    return;
  }
  const ballast = join(disk, "ballast");
  writeFileSync(ballast, Buffer.alloc(400_000));
  const store = await openSqliteStore(join(disk, "runs.sqlite"));
  const acknowledged = await fillUp(store);
  // A lease that could not be written down is nobody's.
  const lease = await takeUntilFull(store);
  assert.equal((await store.readLease("l"))?.epoch ?? 0, lease.epoch);
  rmSync(ballast);
  await writeBatches(store, 60_000, {
    acknowledged: (number) => acknowledged.add(number),
    until: (number) => number >= 60_005,
  });
  assert.deepEqual(await found(store), { whole: acknowledged, half: [] });
  await store.close();
  const again = await openSqliteStore(join(disk, "runs.sqlite"));
  assert.deepEqual(await found(again), { whole: acknowledged, half: [] });
  await again.close();
});

test("a Node without node:sqlite is told which one it takes", async (t) => {
  t.mock.method(process, "getBuiltinModule", () => undefined);
  await assert.rejects(
    openSqliteStore("runs.sqlite"),
    storeFailed(/needs node:sqlite, which Node >= 22\.13 has; this is Node /),
  );
});

test("opening a store writes nothing to standard error, and other warnings still come", () => {
  const program = `
    import { openSqliteStore } from "dagfill/store/sqlite";
    process.emitWarning("before", "ExperimentalWarning");
    await (await openSqliteStore(":memory:")).close();
    process.emitWarning("after", "ExperimentalWarning");`;
  const options = { cwd: import.meta.dirname, encoding: "utf8" };
  const { stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], options);
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /SQLite/);
  assert.match(stderr, /before/);
  assert.match(stderr, /after/);
});
