// A Date is no JSON: the error says what to return in its place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService } from "dagfill";

test("a task that returns a Date fails with what to return in its place", async () => {
  const tasks = [{ taskId: "a", run: async () => ({ at: new Date(0) }) }];
  const service = new BackfillService({ dags: [{ dagId: "d", schedule: "@daily", tasks }] });
  const result = await service.backfill({ dagId: "d", startDate: "2024-01-01", endDate: "2024-01-01" });
  assert.match(
    result.results[0].error.message,
    /return_value\.at: expected a JSON value, such as a date's toISOString\(\)/,
  );
});
