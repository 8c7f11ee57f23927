// The built package on whatever Node runs this file: also on those that the other tests are not written for.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { BackfillService, expandRange, resolveDateMacros } from "../../dist/index.js";

const dags = [{ dagId: "sales", schedule: "0 2 * * *", timeZone: "Europe/Berlin" }];
const week = { dagId: "sales", startDate: "2024-03-28", endDate: "2024-04-03", maxParallelRuns: 3 };

test("a week of runs over a clock change", async () => {
  const seen = [];
  const executeRun = (run) => seen.push(run.render("{{ ds }}"));
  const result = await new BackfillService({ dags, executeRun }).backfill(week);
  assert.deepEqual([result.state, result.completed, seen.length], ["success", 7, 7]);
});

test("the CommonJS file does the same", () => {
  const cjs = createRequire(import.meta.url)("../../dist/index.cjs");
  assert.equal(cjs.expandRange("@daily", "2024-01-01", "2024-12-31").length, 366);
  assert.equal(expandRange("@daily", "2024-01-01", "2024-12-31").length, 366);
  assert.equal(resolveDateMacros("{{ ds_nodash }}", "2024-02-29"), "20240229");
});

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const hasSqlite = major > 22 || (major === 22 && minor >= 13);
test("a store of SQLite", { skip: hasSqlite ? false : "node:sqlite needs Node 22.13" }, async () => {
  const { openSqliteStore } = await import("../../dist/store/sqlite.js");
  const store = await openSqliteStore(":memory:");
  const service = new BackfillService({ dags, store, executeRun: () => {} });
  assert.equal((await service.backfill(week)).completed, 7);
  assert.equal((await service.preview(week)).counts.skip, 7);
  await store.close();
});
