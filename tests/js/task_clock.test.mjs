// Tasks whose timers ring before the clock says so: timers of hosts do, and clocks step back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";

test("a timer that rings early is set again", async () => {
  let stepBack = 0;
  const calls = [];
  const service = new BackfillService({
    dags: [
      {
        dagId: "d",
        schedule: "@daily",
        tasks: [{ taskId: "a", retries: 1, retryDelay: 30 }],
      },
    ],
    store: new MemoryStore(),
    now: () => Date.now() - stepBack,
    executeTask: ({ attempt }) => {
      calls.push(attempt);
      if (attempt > 1) return;
      // Right after the retry's timer is set, the clock goes back: it will ring 40 ms too early.
      setTimeout(() => {
        stepBack = 40;
      }, 10);
      throw new Error("once");
    },
  });
  const result = await service.backfill({ dagId: "d", startDate: "2024-01-01", endDate: "2024-01-01" });
  assert.deepEqual([result.state, calls], ["success", [1, 2]]);
});
