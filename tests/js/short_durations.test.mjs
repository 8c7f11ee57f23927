// Durations of a DAG that are bare numbers below one second: every plan warns of them, since a number is milliseconds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, planBackfill } from "dagfill";

const range = { startDate: "2024-01-01", endDate: "2024-01-02" };

test("a preview of a service and a plan without a store warn of them", async () => {
  const dag = {
    dagId: "d",
    schedule: "@daily",
    interval: 500,
    kind: "trigger",
    taskDefaults: { retryDelay: 5 },
    tasks: [
      { taskId: "a", timeout: 30 },
      { taskId: "b", timeout: "PT0.5S", retryDelay: 1000 },
    ],
  };
  const service = new BackfillService({ dags: [dag], executeTask: () => {} });
  const preview = await service.preview({ dagId: "d", ...range });
  for (const { warnings } of [preview, planBackfill(dag, range)]) {
    const found = warnings.filter(({ code }) => code === "short_duration");
    assert.deepEqual(
      found.map(({ message }) => message),
      [
        'interval: the number 500 is 500 milliseconds; "PT500S" is 500 seconds',
        'taskDefaults, retryDelay: the number 5 is 5 milliseconds; "PT5S" is 5 seconds',
        'task a, timeout: the number 30 is 30 milliseconds; "PT30S" is 30 seconds',
      ],
    );
  }
});

test("the warning is no part of the plan's hash", () => {
  const hash = (timeout) =>
    planBackfill({ dagId: "d", schedule: "@daily", tasks: [{ taskId: "a", timeout }] }, range).planHash;
  assert.equal(hash(30), hash("PT0.03S"));
});

test("a backfill without a canary waits for no approval, and says so", async () => {
  let release;
  const service = new BackfillService({
    dags: [{ dagId: "d", schedule: "@daily" }],
    executeRun: () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  });
  const backfill = await service.start({ dagId: "d", startDate: "2024-01-01", endDate: "2024-01-01" });
  await assert.rejects(service.approve(backfill.backfillId), {
    code: "INVALID_OPTION",
    field: "backfillId",
    message: `backfillId: expected a backfill that waits for approval, got "${backfill.backfillId} (it has no canary)"`,
  });
  while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
  release();
  await backfill.result;
});
