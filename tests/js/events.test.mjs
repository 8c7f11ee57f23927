// What listeners are told while the store takes its time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService, MemoryStore } from "dagfill";

/** Acknowledges later, as a disk does, so that more happens between a batch and its answer. */
class SlowStore extends MemoryStore {
  async apply(changes, fence) {
    await super.apply(changes, fence);
    await sleep(2);
  }
}

test("the run of an event stands in the state that the event names", async () => {
  const executeRun = async ({ executionDate }) => {
    await sleep(executionDate.charCodeAt(9) % 4);
    if (executionDate.startsWith("2024-01-05")) throw new Error("no fifth");
  };
  const dag = { dagId: "etl", schedule: "@daily" };
  const service = new BackfillService({ dags: [dag], store: new SlowStore(), executeRun });
  const told = [];
  const options = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-02-09", maxParallelRuns: 4 };
  await service.backfill(options, {
    onEvent(event) {
      if (!event.type.startsWith("run-")) return;
      told.push(`${event.type} ${event.run.state}`);
    },
  });
  assert.deepEqual([...new Set(told)].sort(), [
    "run-failed failed",
    "run-started running",
    "run-succeeded success",
  ]);
  assert.equal(told.filter((type) => type === "run-succeeded success").length, 39);
});
