// Options and addresses of the stores: a misspelt one is refused, since the default in its place would be another store.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { openIndexedDbStore } from "dagfill/store/indexeddb";
import { migratePostgresStore, openPostgresStore } from "dagfill/store/postgres";
import { openSqliteStore } from "dagfill/store/sqlite";

const URL_OF_NOBODY = "postgres://u:secret@127.0.0.1:1/db";
const never = { connect: () => assert.fail("connected"), query: () => assert.fail("asked") };

const refused = [
  ["openPostgresStore", () => openPostgresStore(never, { scheme: "x" }), "scheme", /Did you mean schema/],
  [
    "openPostgresStore",
    () => openPostgresStore(never, { retry_for: 1 }),
    "retry_for",
    /Did you mean retryFor/,
  ],
  ["openPostgresStore", () => openPostgresStore(never, { migrate: "no" }), "migrate"],
  ["openPostgresStore", () => openPostgresStore(never, null), "options"],
  ["migratePostgresStore", () => migratePostgresStore(never, { shema: "x" }), "shema", /Did you mean schema/],
  ["openSqliteStore", () => openSqliteStore(":memory:", { foo: 1 }), "foo"],
  ["openSqliteStore", () => openSqliteStore(":memory:", { busyTimeOut: 1 }), "busyTimeOut", /busyTimeout/],
  ["openSqliteStore", () => openSqliteStore(":memory:", { busyTimeout: "5s" }), "busyTimeout"],
  ["openSqliteStore", () => openSqliteStore(URL_OF_NOBODY), "path", /did you mean openPostgresStore/],
  ["openSqliteStore", () => openSqliteStore("sqlite://secret"), "path", /named by its path/],
  ["openIndexedDbStore", () => openIndexedDbStore("x", { on_warning: 1 }), "on_warning", /onWarning/],
  ["openIndexedDbStore", () => openIndexedDbStore("x", { now: 1 }), "now"],
];
for (const url of [
  "postgress://u:secret@h/d",
  "pg://u:secret@h/d",
  "postgres:/secret",
  "localhost:5432/secret",
])
  refused.push(["openPostgresStore", () => openPostgresStore(url), "pool", /did you mean postgres:\/\//]);
for (const url of [
  "postgres://u:secret@h:99999/d",
  "postgres://u:secret@[::1]:65536",
  "postgresql://h:54x/d",
])
  refused.push([
    "openPostgresStore",
    () => openPostgresStore(url),
    "pool",
    undefined,
    /port.*"(99999|65536|54x)"/,
  ]);

for (const [index, [name, open, field, hint, message = /./]] of refused.entries())
  test(`${name} refuses ${field} (${index})`, async () => {
    await assert.rejects(open(), (error) => {
      assert.equal(error.code, "INVALID_OPTION", error.stack);
      assert.equal(error.field, field);
      assert.match(error.message, message);
      if (hint !== undefined) assert.match(error.hint, hint);
      assert.doesNotMatch(`${error.message} ${error.hint}`, /secret/);
      return true;
    });
    assert.equal(existsSync("postgres:"), false);
  });
