// Many drivers share one process: each gets its turn, and so do timers, input and other people's promises.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService } from "dagfill";
import { laterTurn } from "../../js/run/machine/turns.ts";

function busy(ms) {
  const start = performance.now();
  while (performance.now() - start < ms);
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Else whoever asks again in its own turn is always in front, and a driver whose callbacks take long stops the others. */
test("work that is asked for meanwhile comes behind what waits", async () => {
  const order = [];
  laterTurn(() => {
    order.push("first");
    // Longer than a turn may take: the rest waits for the next one.
    busy(15);
    laterTurn(() => order.push("asked for by the first"));
  });
  laterTurn(() => order.push("second"));
  while (order.length < 3) await nextTurn();
  assert.deepEqual(order, ["first", "second", "asked for by the first"]);
});

/** Else a page is frozen, and a server answers nobody, until the backfill has ended. */
test("a backfill whose callbacks return at once lets timers and input through before it has ended", async () => {
  const dags = [{ dagId: "etl", schedule: "* * * * *" }];
  const total = 20_000;
  const endDate = new Date(Date.UTC(2024, 0, 1) + (total - 1) * 60_000);
  const backfill = await new BackfillService({ dags, executeRun: () => {} }).start({
    dagId: "etl",
    startDate: "2024-01-01T00:00:00Z",
    endDate,
    maxParallelRuns: 16,
  });
  await nextTurn();
  const { completed } = backfill.progress;
  assert.ok(completed < total, `${completed} of ${total} runs before anything else had its turn`);
  assert.equal((await backfill.result).completed, total);
});
