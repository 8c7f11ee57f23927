// Files of dagfill 0.1.0 open: everything is there, in today's form, and what was interrupted goes on.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { BackfillService, DagfillError } from "dagfill";
import { checkDiscard, checkMigrated } from "./migrated.mjs";
import { openSqliteStore, ownFolder } from "./stores.mjs";

const fixture = gunzipSync(readFileSync(new URL("v1/runs.sqlite.gz", import.meta.url)));

/** A copy of the fixture; `change` may alter it first. */
function copy(t, change = () => {}) {
  const { folder, remove } = ownFolder();
  t.after(remove);
  const path = join(folder, "runs.sqlite");
  writeFileSync(path, fixture);
  const file = new DatabaseSync(path);
  assert.equal(file.prepare("PRAGMA user_version").get().user_version, 1);
  change(file);
  file.close();
  return path;
}

async function open(path, options) {
  const warnings = [];
  const store = await openSqliteStore(path, { onWarning: (warning) => warnings.push(warning), ...options });
  return { store, warnings };
}

test("a file of version 1 is listed, resumed and backfilled again", async (t) => {
  const { store, warnings } = await open(copy(t));
  await checkMigrated(store, { BackfillService, warnings, assert });
  await store.close();
});

test("what version 1 left interrupted can be discarded", async (t) => {
  const { store } = await open(copy(t));
  await checkDiscard(store, { BackfillService, assert });
  await store.close();
});

test("the second time it is opened nothing is left to change", async (t) => {
  const path = copy(t);
  const first = await open(path);
  const runs = await first.store.listRuns({ dagId: "finished" });
  await first.store.close();
  const { store, warnings } = await open(path);
  assert.deepEqual(warnings, []);
  assert.deepEqual(await store.listRuns({ dagId: "finished" }), runs);
  await store.close();
});

test("two records that turn out to be of one date become one, the one that ended later", async (t) => {
  const path = copy(t, (file) => {
    const add = (runId, date, ms, finishedAt) =>
      file
        .prepare(
          `INSERT INTO runs VALUES ('twice', ?, ?, ?, ?, ?, 'scheduled', 'success', '{}', NULL, NULL, 1, NULL, ?, NULL, NULL)`,
        )
        .run(runId, ms, date, date, date, finishedAt);
    // As a program wrote them that keyed by text.
    add("a", "2024-01-01T00:00:00Z", Date.UTC(2024, 0, 1), "2024-02-01T00:00:00Z");
    add("b", "2024-01-01T01:00:00+01:00", 1, "2024-03-01T00:00:00+00:00");
    add("c", "2024-01-01T00:00:00.000000+00:00", 2, null);
    add("d", "2024-01-02T01:00:00+01:00", 3, null);
    for (const runId of ["a", "b", "c"])
      file.prepare("INSERT INTO xcom VALUES ('twice', ?, 't', 'k', '1')").run(runId);
  });
  const { store, warnings } = await open(path);
  const runs = await store.listRuns({ dagId: "twice" });
  assert.deepEqual(
    runs.map(({ runId, executionDate, finishedAt }) => [runId, executionDate, finishedAt]),
    [
      ["b", "2024-01-01T00:00:00Z", "2024-03-01T00:00:00Z"],
      ["d", "2024-01-02T00:00:00Z", undefined],
    ],
  );
  const merged = warnings.find(({ code }) => code === "records_merged");
  assert.equal(merged.count, 2);
  assert.match(merged.message, /"a", "c" did not stay/);
  assert.deepEqual(await store.getXcom("twice", "b"), { t: { k: 1 } });
  assert.deepEqual(await store.getXcom("twice", "a"), {});
  await store.close();
});

test("a migration that fails leaves the file as it was", async (t) => {
  const path = copy(t, (file) => file.exec("DROP TABLE backfills; ALTER TABLE tasks RENAME TO requests"));
  const before = readFileSync(path);
  await assert.rejects(openSqliteStore(path), (error) => {
    assert.ok(error instanceof DagfillError);
    assert.equal(error.code, "STORE_FAILED");
    return true;
  });
  const file = new DatabaseSync(path);
  const tables = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  assert.deepEqual(
    tables.map(({ name }) => name),
    ["leases", "requests", "runs", "xcom"],
  );
  assert.equal(file.prepare("PRAGMA user_version").get().user_version, 1);
  assert.equal(file.prepare("SELECT count(*) AS n FROM runs").get().n, 23);
  file.close();
  assert.equal(readFileSync(path).length, before.length);
});

test("a file whose older version still drives a backfill waits for it", async (t) => {
  const path = copy(t, (file) =>
    file
      .prepare("UPDATE leases SET owner = 'pid-1-old', expiresAt = ? WHERE name = 'dag:paused'")
      .run(Date.now() + 60_000),
  );
  await assert.rejects(openSqliteStore(path), (error) => {
    assert.equal(error.code, "STORE_FAILED");
    assert.match(error.message, /in use by an older version of dagfill \(pid-1-old holds dag:paused\)/);
    return true;
  });
  const { store } = await open(path, { now: () => Date.now() + 60_001 });
  assert.equal((await store.listRuns({ dagId: "paused" })).length, 2);
  await store.close();
});

test("without a listener the warnings go Node's way", async (t) => {
  const heard = [];
  t.mock.method(process, "emitWarning", (message, options) => heard.push([message, options]));
  await (await openSqliteStore(copy(t))).close();
  assert.equal(heard.length, 1);
  assert.deepEqual(heard[0][1], { type: "DagfillWarning", code: "instants_unreadable" });
});
