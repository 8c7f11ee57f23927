// Values that are no JSON: the error says what they are, and what to return in place of a Date.
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

test("a task that returns a bigint fails with a message that does not show it as a number", async () => {
  const tasks = [{ taskId: "a", run: async () => 10n }];
  const service = new BackfillService({ dags: [{ dagId: "d", schedule: "@daily", tasks }] });
  const result = await service.backfill({ dagId: "d", startDate: "2024-01-01", endDate: "2024-01-01" });
  assert.match(result.results[0].error.message, /expected a JSON value, got the bigint 10$/);
});
