// The public types are those of the kept report: who changes the API changes the report, and review sees both.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { apiReport, reportFile } from "../../scripts/api_report.mjs";

test("the public types are those of tests/types/api_report.txt", () => {
  const [now, kept] = [apiReport(), readFileSync(reportFile, "utf8")].map((text) => text.split("\n"));
  const at = now.findIndex((line, index) => line !== kept[index]);
  const place = at < 0 ? now.length : at;
  assert.deepEqual(
    now.slice(place, place + 5),
    kept.slice(place, place + 5),
    `line ${place + 1} differs: npm run reference renews the report, and CHANGELOG.md tells of the change`,
  );
});

test("the report has each entry's own exports, and neither comments nor private members", () => {
  const report = apiReport();
  for (const name of ["BackfillService", "bullmqEngine", "useBackfill", "importDag", "shellTasks"])
    assert.match(report, new RegExp(`\\b${name}\\b`));
  assert.doesNotMatch(report, /\/\*\*|^\s*private /m);
});
