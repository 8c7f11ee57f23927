// Histories and counts, for stores that tell them.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.
import { RUN_STATES } from "../../codes.js";
import { create, DAG, day, ms } from "./scene.js";

export function columnsContract({ it }) {
  it("a history is the same runs as columns", async (store, { assert, refused }) => {
    if (store.listHistory === undefined) return;
    const key = "01234567-89ab-8def-8123-456789abcdef";
    await store.apply([
      create(3, { state: "failed", error: { name: "E", message: "m" }, attempt: 4 }),
      create(1, {
        runId: "an id of its own",
        state: "success",
        conf: { a: 1 },
        startedAt: day(2),
        finishedAt: day(3),
      }),
      create(2, { runId: `scheduled__2024-01-02T00:00:00+00:00`, runType: "scheduled", key, chunk: "c" }),
      create(4, {
        executionDate: "2024-01-04T00:00:00.250Z",
        runId: "backfill__2024-01-04T00:00:00.250000+00:00",
        state: "running",
        owner: "l",
      }),
      create(5, { runType: "manual", state: "canceled", backfillId: "b", output: null }),
      create(6, { dagId: "other" }),
    ]);
    const history = await store.listHistory({ dagId: DAG });
    const runs = await store.listRuns({ dagId: DAG });
    const count = runs.length;
    assert.equal(count, 5);
    assert.deepEqual(
      [...history.executionMs],
      runs.map((run) => Date.parse(run.executionDate)),
    );
    assert.deepEqual(
      [...history.state].map((state) => RUN_STATES[state]),
      runs.map((run) => run.state),
    );
    for (const [column, end] of [
      ["startMs", "start"],
      ["endMs", "end"],
    ]) {
      assert.deepEqual(
        [...history[column]],
        runs.map((run) => Date.parse(run.dataInterval[end])),
      );
    }
    assert.deepEqual(
      [...history.attempt],
      runs.map((run) => run.attempt),
    );
    const ids = runs.map((run) => run.runId);
    assert.deepEqual(history.runIds(0, count), ids);
    assert.deepEqual(history.runIds(1, 3), ids.slice(1, 3));
    const part = await store.listHistory({ dagId: DAG, from: ms(2), to: ms(3) });
    assert.deepEqual([...part.executionMs], [ms(2), ms(3)]);
    assert.deepEqual(part.runIds(0, 2), ids.slice(1, 3));
    assert.equal((await store.listHistory({ dagId: "nobody" })).executionMs.length, 0);
    assert.equal((await store.listHistory({ dagId: DAG, from: ms(9), to: ms(8) })).state.length, 0);
    await refused(store.listHistory({ dagId: DAG, limit: 1 }), "INVALID_OPTION");
  });

  it("counts by state, of a range, of types and of a backfill", async (store, { assert, refused }) => {
    if (store.countRuns === undefined) return;
    const none = { queued: 0, running: 0, success: 0, failed: 0, canceled: 0 };
    assert.deepEqual(await store.countRuns({ dagId: DAG }), none);
    await store.apply([
      create(1, { state: "success", backfillId: "b" }),
      create(2, { state: "success", runType: "scheduled" }),
      create(3, { state: "failed", backfillId: "b" }),
      create(4, { state: "running", runType: "manual" }),
      create(5, { state: "canceled", backfillId: "c" }),
      create(6, { dagId: "other" }),
    ]);
    const counts = { ...none, success: 2, failed: 1, running: 1, canceled: 1 };
    assert.deepEqual(await store.countRuns({ dagId: DAG }), counts);
    assert.deepEqual(await store.countRuns({ dagId: DAG, from: ms(2), to: ms(3) }), {
      ...none,
      success: 1,
      failed: 1,
    });
    assert.deepEqual(await store.countRuns({ dagId: DAG, backfillId: "b" }), {
      ...none,
      success: 1,
      failed: 1,
    });
    assert.deepEqual(await store.countRuns({ dagId: DAG, runTypes: ["manual", "scheduled"] }), {
      ...none,
      success: 1,
      running: 1,
    });
    assert.deepEqual(await store.countRuns({ dagId: DAG, runTypes: [] }), none);
    assert.deepEqual(
      await store.countRuns({ dagId: DAG, backfillId: "b", runTypes: ["backfill"], from: ms(3) }),
      { ...none, failed: 1 },
    );
    await refused(store.countRuns({ dagId: DAG, states: ["failed"] }), "INVALID_OPTION");
    await refused(store.countRuns({ dagId: DAG, backfillId: 5 }), "INVALID_OPTION");
  });
}
